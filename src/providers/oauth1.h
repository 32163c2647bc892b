// oauth1.h: the engine for protocol "oauth1", OAuth 1.0a (RFC 5849), and the tables of a provider's file that only it reads:
//   [request_token]  url, method (POST), params: where a login begins (2.1); `scope` and `params` go into the query
//                    callback: what is sent as oauth_callback instead of the login's redirect_uri: a URL, or "oob" where the provider only
//                    ever returns to the address that was registered. The state rides in it as ?state=. With "oob" nothing brings it
//                    back, and the page at the registered address must have kept it: it stands in redirect_uri of the authorization URL.
//                    unconfirmed: why this provider may leave out oauth_callback_confirmed. Without that word it is OAuth 1.0, where
//                    whoever began a login can make another finish it (the session fixation of 2009)
//   [oauth1]         signature (HMAC-SHA1), denied_status: what the access token endpoint answers when the user said no
//   [identity]       url, method (POST), issuer: a signed request whose answer is a JWT about the user (oauth1_identity.cc); claims are i:
#pragma once
#include <optional>
#include <string>

#include "providers/engine.h"
#include "providers/oauth1_sign.h"

namespace providers {
struct Login;
}

namespace providers::oauth1 {

inline constexpr std::string_view kOutOfBand = "oob";  // RFC 5849 2.1
inline constexpr std::size_t kMostAnswer = 64 << 10;   // of bytes that hold a token

struct Tables {
  Method method = Method::hmac_sha1;
  std::int64_t denied_status = 0;
  struct {
    std::optional<Expression> url, callback;
    std::string method, unconfirmed;
    Parameters params;
  } request_token;
  struct {
    std::optional<Expression> url, issuer;
    std::string method;
  } identity;
};

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
base::Status check(Provider& provider, World& world);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
void read(Table& table, Spec& spec);

// ---- between the files of this engine ---------------------------------------------------------------------------------------
inline const Tables& tables_of(const Spec& spec) noexcept { return *static_cast<const Tables*>(spec.own.get()); }
Client client_of(const Provider& provider) noexcept;
Stamp stamp(World& world);

/// MediaWiki's Special:OAuth/identify: the verified claims about the owner of `token`.
base::Result<json::Document> ask_identity(Login& login, const Token& token);

}  // namespace providers::oauth1
