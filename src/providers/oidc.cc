// oidc.cc: the engine for OpenID Connect (Core 1.0 3.1, code flow): OAuth 2.0, and an id_token that says who signed in.
#include "providers/oidc.h"

#include <algorithm>

#include "providers/answer.h"
#include "providers/authorization_request.h"
#include "providers/authorize_url.h"
#include "providers/callback_error.h"
#include "providers/client_auth.h"
#include "providers/exchange.h"
#include "providers/id_token.h"
#include "providers/jarm.h"
#include "providers/oauth2.h"
#include "providers/oidc_issuer.h"
#include "providers/profile.h"
#include "providers/signed_userinfo.h"
#include "providers/text.h"

namespace providers::oidc {
namespace {

base::Error bad_signature(std::string detail) { return token_error("Signature verification failed", std::move(detail)); }

base::Status verify(Provider& provider, World& world, const Metadata* metadata, const token::Jws& jws) {
  const auto judged = judge_signature(id_token_signer(provider, metadata), world, jws);
  if (!judged) return judged.error();
  if (*judged != Judged::good) return bad_signature("id_token: " + std::string{why_of(*judged)});
  return base::ok;
}

/// RFC 9207 2.4. Looked at before the code goes anywhere: a code of another provider must not be sent to this one's token endpoint (RFC
/// 9700 4.4). A front end that takes the answer apart need not pass `iss` on, so that only its own answers are held to it.
base::Status check_iss(const Login& login, const Metadata* metadata) {
  const auto iss = login.param("iss");
  const auto& provider = login.provider;
  const auto& others = provider.spec.other_issuers;
  if (iss.empty()) {
    if (login.finish.direct && metadata != nullptr && metadata->names_issuer) return wrong_issuer();
    return base::ok;
  }
  const auto issuer = issuer_of(provider, metadata);
  const bool right = issuer.empty() || iss == issuer || std::find(others.begin(), others.end(), iss) != others.end();
  if (!right) return wrong_issuer();
  return base::ok;
}

TokenEndpoint token_endpoint(const Login& login, const Metadata* metadata) {
  const auto& provider = login.provider;
  TokenEndpoint endpoint;
  const bool own = metadata == nullptr || provider.spec.token.url;
  endpoint.url = own ? provider.token_address(login.values) : metadata->token;
  endpoint.private_addresses = own || private_addresses_allowed(endpoint.url, metadata->where);
  endpoint.client_auth = provider.spec.client_auth;
  if (endpoint.client_auth == ClientAuth::automatic)
    endpoint.client_auth = metadata != nullptr ? metadata->client_auth : automatic_auth(provider.spec, {}, ClientAuth::basic);
  endpoint.pkce = provider.authorize ? provider.authorize->pkce : metadata != nullptr && metadata->authorize_url.pkce;
  const auto issuer = issuer_of(provider, metadata);
  endpoint.audience = issuer.empty() ? endpoint.url : issuer;
  return endpoint;
}

/// The id_token that came with the callback itself, from a widget or an SDK; "" = none, there is a code to redeem.
std::string_view handed_over(const Spec& spec, const Params& params) {
  return spec.id_token.parameter.empty() ? std::string_view{} : last(params, spec.id_token.parameter);
}

std::optional<std::string_view> access_token_of(const Login& login) {
  const auto it = login.variables.find("access_token");
  return it == login.variables.end() ? std::nullopt : std::optional<std::string_view>{it->second};
}

/// As it came; "" = it did not.
std::string_view id_token_of(const Login& login) {
  const auto handed = handed_over(login.provider.spec, login.finish.params);
  return handed.empty() ? login.values.token["id_token"].string().value_or("") : handed;
}

/// The claims, believed.
base::Result<json::Value> read_id_token(Login& login, const Metadata* metadata) {
  const auto text = id_token_of(login);
  if (text.empty()) return token_error("Missing id_token in OpenID Connect token response");
  const auto jws = token::parse_jws(text);
  if (!jws) return bad_signature("id_token: " + jws.error().detail);
  if (auto verified = verify(login.provider, login.world, metadata, *jws); !verified) return verified.error();
  const auto code = login.param("code");
  auto claims = check_claims(*jws, {.spec = login.provider.spec,
                                    .issuer = issuer_of(login.provider, metadata),
                                    .client_id = login.provider.client_id,
                                    .nonce = nonce_of(login.finish.seed),
                                    .access_token = access_token_of(login),
                                    .now = login.world.clock.now(),
                                    .code = code.empty() ? std::nullopt : std::optional{code}});
  if (!claims) return claims.error();
  return login.keep(std::move(*claims));
}

base::Result<Identity> finish_with(Provider& provider, const Finish& finish, World& world, const Metadata* known) {
  Login login{provider, finish, world};
  if (auto iss = check_iss(login, known); !iss) return iss.error();
  const bool handed = !handed_over(provider.spec, finish.params).empty();
  if (!handed && provider.spec.authorize.widget)
    return base::Error{base::Code::bad_request, "no id_token", "Authentication process canceled"};
  if (auto done = handed ? base::Status{base::ok} : redeem(login, token_endpoint(login, known)); !done) return done.error();
  auto claims = read_id_token(login, known);
  if (!claims) return claims.error();
  login.values.id_token = *claims;
  login.bound = (*claims)["at_hash"].exists();
  const std::string issuer{*(*claims)["iss"].string()};
  const auto iss = login.param("iss");
  const std::string one{issuer_of(provider, known)};
  if (one.empty() && !iss.empty() && iss != issuer) return wrong_issuer();  // a tenant's: known only now
  if (auto done = handed ? base::Status{base::ok} : oidc::read_user(login, known, std::string{*(*claims)["sub"].string()}); !done)
    return done.error();
  auto who = make_identity(provider.spec, login.values, provider.name, one.empty() ? issuer : one);
  if (!who) return who;
  // What a logout, here or there, names this login by (Back-Channel Logout 1.0 2.1, RP-Initiated Logout 1.0 2).
  if (const auto sid = (*claims)["sid"].string().value_or(""); is_identifier(sid)) who->sid = sid;
  who->tokens = std::move(login.tokens);
  who->tokens.id_token = id_token_of(login);
  return who;
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World& world) {
  if (provider.spec.authorize.widget) return Begun{widget_url(start, true), {}};
  const AuthorizeUrl* ready = provider.authorize ? &*provider.authorize : nullptr;
  std::string_view endpoint;
  std::shared_ptr<const Metadata> known;
  const auto& asks = provider.spec.authorize;
  if (ready == nullptr || asks.pushed || asks.pushed_url || asks.signed_request) {
    auto found = metadata_if_needed(provider, world);
    if (!found) return found.error();
    known = *found;
  }
  if (ready == nullptr) {
    ready = &known->authorize_url;
    endpoint = known->authorize;
  }
  return begin_authorization(provider, {*ready, endpoint, known.get()}, refreshes_at, start, world);
}

base::Status read_user(Login& login, const Metadata* metadata, const std::string& sub) {
  login.open_jwt = [&login, metadata](std::string_view text) { return signed_userinfo(login.provider, login.world, metadata, text); };
  if (login.provider.spec.user) return ask_user(login, *login.provider.spec.user, &sub);
  if (metadata == nullptr || metadata->userinfo.empty()) return base::ok;
  UserRequest request;
  request.url = Expression::text(metadata->userinfo);
  request.headers.push_back({"Authorization", *Expression::parse_template("Bearer {access_token}")});
  login.private_addresses = private_addresses_allowed(metadata->userinfo, metadata->where);
  return ask_user(login, {std::move(request)}, &sub);
}

base::Result<TokenEndpoint> refreshes_at(Provider& provider, World& world) {
  auto found = metadata_if_needed(provider, world);
  if (!found) return found.error();
  const Finish nothing{};
  return token_endpoint(Login{provider, nothing, world}, found->get());
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  auto found = metadata_if_needed(provider, world);
  if (!found) return found.error();
  if (!answers_signed(provider.spec)) return finish_with(provider, finish, world, found->get());
  auto believed = read_response(provider, found->get(), finish, world);
  if (!believed) return believed.error();
  if (auto refused = callback_error(*believed)) return std::move(*refused);
  auto inside = finish;  // what came beside the signed answer is nobody's word
  inside.params = std::move(*believed);
  return finish_with(provider, inside, world, found->get());
}

Callback look(const Provider& provider, const Params& params) {
  if (answers_signed(provider.spec)) return look_at_response(params);
  auto says = oauth2::look(provider, params);
  says.whole = (says.whole && !provider.spec.authorize.widget) || !handed_over(provider.spec, params).empty();
  return says;
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  if (!spec.issuer && !spec.discovery.url)
    return wrong("issuer", "is missing: the provider's issuer, such as \"https://login.example.com\"");
  if (spec.issuer && spec.issuer->reads("tucrh")) wrong("issuer", "only i: can stand here");
  const bool fixed = spec.authorize.url && spec.token.url && spec.id_token.keys;
  if (spec.issuer && spec.issuer->reads("i") && !fixed && (!spec.discovery.url || spec.discovery.issuers.empty()))
    wrong("issuer", "without one issuer authorize.url, token.url and id_token.keys are needed, or discovery.url and discovery.issuers");
  if (spec.authorize.widget && spec.id_token.parameter.empty())
    wrong("id_token.parameter", "is missing: where the widget's id_token comes");
  const auto shared = [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); };
  const bool asks_for_hmac = std::any_of(spec.id_token.algs.begin(), spec.id_token.algs.end(), shared);
  // A secret that a person chose can be guessed from one token (RFC 8725 3.5; RFC 7518 3.2: at least as long as the hash).
  if (asks_for_hmac && complete && spec.client_secret.reveal().size() < 32)
    wrong("id_token.algs", "HS256 needs a client_secret of 32 bytes or more");
}

base::Status check(Provider& provider, World& world) {
  std::shared_ptr<const Metadata> known;
  if (needs_metadata(provider)) {
    auto found = metadata_of(provider, world);
    if (!found) return found.error();
    known = *found;
  }
  if (auto can = can_request(provider, known.get(), world.clock.now()); !can) return can;
  auto keys = keys_of(id_token_signer(provider, known.get()), world);
  if (!keys) return base::Error{keys.error().code, keys.error().detail, "key set: " + keys.error().detail};
  if ((*keys)->empty()) return base::Error{base::Code::upstream, "no usable key", "key set: it holds no key that can be used"};
  return base::ok;
}

base::Result<std::string> issuer(Provider& provider, std::string_view, World& world) {
  auto found = metadata_if_needed(provider, world);
  if (!found) return base::Error{found.error().code, found.error().detail, "its issuer cannot be asked for: " + found.error().detail};
  std::string one{issuer_of(provider, found->get())};
  if (one.empty())
    return base::Error{base::Code::denied, "one issuer for each tenant",
                       "it has an issuer for each tenant, and the row does not say which"};
  return one;
}

}  // namespace providers::oidc
