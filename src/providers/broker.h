// broker.h: the one door to all providers: begin a login, finish it. Behind it stand the engines (one per protocol) in a constexpr array.
// Errors: Code::not_found = no such provider enabled; Code::bad_request and Code::denied carry in `say` the text for the client (wire.md
// sections F and O), neutral: no URL, nothing that the provider wrote except its error_description, cleaned. Code::upstream likewise.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "config/config.h"
#include "net/client.h"
#include "providers/cache.h"
#include "providers/identity.h"
#include "providers/page.h"
#include "providers/world.h"

namespace providers {

struct Needs;  // needs.h

/// An enabled provider as GET /o/ lists it. `warning`: what the operator is to know of the service (it is closed, nobody tried it); "" =
/// nothing. `widget`: it begins with a button of its own on a page of the site's, so that redirect mode has nowhere to send the browser.
struct Info {
  std::string name, title, protocol, warning;  // "google-oauth2", "Google", "oidc"
  bool widget = false;
};

struct Start {
  std::string redirect_uri, state;
  std::string seed;    // 32 secret bytes of this flow: nonce and code_verifier are derived from it
  Params params = {};  // the request's other parameters, for providers that ask for one (shop, openid_identifier, idp)
};
struct Begun {
  std::string authorization_url;
  std::string kept;  // what the engine needs at the end beyond seed (OAuth 1.0a: the token secret); "" = nothing
};

/// What can be told of a callback before its flow is looked up.
struct Callback {
  std::string state;                   // where this protocol carries it besides `state` and `redirect_state`; "" = nowhere
  std::optional<base::Error> refused;  // the provider says no
  bool whole = false;                  // it holds what finish() needs; if not, the flow is not used up
};

struct Finish {
  std::string redirect_uri, state, seed, kept;
  Params params;  // what came back: code, iss, ...
  /// The parameters came straight from the provider (redirect mode), so an issuer that it announces must be among them (RFC 9207 2.4).
  bool direct = false;
};

/// What an app brings along that its provider's SDK gave it: an id_token, an access token, or both.
struct Native {
  std::string id_token = {}, access_token = {};
  /// Asked once the id_token is believed, with its nonce ("" = it has none): is it this login's? `required`: it must be one that we made.
  std::function<base::Status(std::string_view nonce, bool required)> accept_nonce;
};

/// What is left of a login for calling the provider later.
struct Kept {
  std::string uid;          // of the identity
  std::string issuer, sub;  // of its id_token; "" = there was none
  ProviderTokens tokens;
};

/// How a provider's people are told apart, for who brings identities along from elsewhere (`latchstring import`).
struct Naming {
  std::string issuer;   // with the uid, the identity
  std::string uid;      // what the stanza chose for it: "email", "username"; "" = what the provider's file says
  std::string psa_uid;  // what python-social-auth has for it: "email", "username", "other"; "" = what the provider's file says
};
struct LogoutToken;    // logout_token.h
struct SecurityEvent;  // security_event.h
struct RefusedEvent;
using ReadEvent = std::variant<SecurityEvent, RefusedEvent>;
struct EndSession;  // end_session.h

class Broker {
  struct Impl;
  std::unique_ptr<Impl> impl_;
  explicit Broker(std::unique_ptr<Impl> impl);

 public:
  /// Reads the stanzas of `config` over the catalogue. Error.say: one line "file:line: what, what is allowed, nearest".
  static base::Result<Broker> open(const config::Config& config, World world);
  Broker(Broker&&) noexcept;
  ~Broker();
  Needs needs() const;
  const std::vector<Info>& list() const noexcept;
  bool has(std::string_view name) const noexcept;
  base::Result<Begun> begin(std::string_view name, const Start& start);
  /// True if `issuer` is the one of this provider, or another that its file knows it by, bytes compared. False where it has none, or one
  /// for each tenant. Where only its metadata tells, they may be fetched.
  base::Result<bool> is_issuer(std::string_view name, std::string_view issuer);
  /// Code::not_found as below never happens here: an unknown name gives an empty Callback.
  Callback look(std::string_view name, const Params& params) const;
  base::Result<Identity> finish(std::string_view name, const Finish& finish);
  /// An app's login: who the token says that it is, if it is proven to be issued to a client of ours.
  base::Result<Identity> native(std::string_view name, const Native& native);
  /// Can these tokens be refreshed, when they are stale?
  bool can_refresh(std::string_view name, const Kept& kept) const;
  /// New tokens for old ones (RFC 6749 6); what the answer leaves out is as it was. Code::denied: the provider says that the grant is gone.
  base::Result<ProviderTokens> refresh(std::string_view name, const Kept& kept);
  /// Tells the provider that they are not needed any more (RFC 7009). Fine where it has no way of being told.
  base::Status revoke(std::string_view name, const Kept& kept);
  /// Code::not_found: no such provider, or its protocol has no such page.
  base::Result<Page> page(std::string_view name, const PageRequest& request) const;
  /// Code::not_found: no such provider; Code::denied: the issuer cannot be told; Code::upstream: not now. `say` is for the operator.
  base::Result<Naming> naming(std::string_view name, std::string_view uid);
  /// Told from there. Code::not_found: no such provider, or not one that tells such things; Code::upstream: its keys cannot be had.
  base::Result<LogoutToken> logout_token(std::string_view name, std::string_view compact);
  base::Result<ReadEvent> event(std::string_view name, std::string_view content_type, std::string_view body);
  /// The issuer of that provider's identities, if it goes by the name `iss`; "" = it does not.
  std::string own_issuer(std::string_view name, std::string_view iss);
  /// Where it shows its pages; "" and none where there is no such provider.
  std::vector<std::string> page_origins(std::string_view name);
  /// The page there that ends a browser's session; "" = there is none.
  std::string end_session_url(std::string_view name, const EndSession& what);
  bool has_end_session(std::string_view name);
  /// Fetches discovery and keys where the provider has them; for `latchstring check`. Error.say: what is wrong, for the operator.
  base::Status check(std::string_view name);
};

}  // namespace providers
