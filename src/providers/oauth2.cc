// oauth2.cc: the engine for plain OAuth 2.0 (RFC 6749 4.1): the code against a token, the token against the provider's user API.
#include "providers/oauth2.h"

#include <algorithm>

#include "providers/answer.h"
#include "providers/authorization_request.h"
#include "providers/authorize_url.h"
#include "providers/callback_error.h"
#include "providers/client_auth.h"
#include "providers/exchange.h"
#include "providers/id_token.h"
#include "providers/profile.h"

namespace providers::oauth2 {

namespace {

base::Result<TokenEndpoint> token_endpoint(const Login& login) {
  const auto& provider = login.provider;
  TokenEndpoint endpoint;
  endpoint.url = provider.token_address(login.values);
  if (endpoint.url.empty()) return token_error("the callback does not say where", "token: its address needs a value that did not come");
  endpoint.client_auth = provider.spec.client_auth;
  if (endpoint.client_auth == ClientAuth::automatic) endpoint.client_auth = automatic_auth(provider.spec, {}, ClientAuth::post);
  endpoint.audience = provider.issuer.empty() ? endpoint.url : provider.issuer;
  endpoint.pkce = provider.spec.pkce;
  return endpoint;
}

/// A provider whose access token is itself a JWT about the user, signed with a key that the operator was given.
base::Status read_access_token(Login& login) {
  const auto& rules = login.provider.spec.access_token_jwt;
  if (!rules.key) return base::ok;
  auto claims = check_access_token(login.provider.spec, login.values, login.world.clock.now());
  if (!claims) return claims.error();
  login.values.id_token = login.keep(std::move(*claims));
  return base::ok;
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World& world) {
  return begin_authorization(provider, {*provider.authorize, {}, nullptr}, refreshes_at, start, world);
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  Login login{provider, finish, world};
  // RFC 9207 2.4: an answer that says it comes from elsewhere is a mix-up, whatever else it holds.
  const auto iss = login.param("iss");
  if (!provider.issuer.empty() && !iss.empty() && iss != provider.issuer) return wrong_issuer();
  auto endpoint = token_endpoint(login);
  if (!endpoint) return endpoint.error();
  auto done = redeem(login, *endpoint);
  if (!done) return done.error();
  done = read_access_token(login);
  if (!done) return done.error();
  if (provider.spec.user) done = ask_user(login, *provider.spec.user, nullptr);
  if (!done) return done.error();
  auto who = make_identity(provider.spec, login.values, provider.name, provider.own_issuer());
  if (who) who->tokens = std::move(login.tokens);
  return who;
}

base::Result<TokenEndpoint> refreshes_at(Provider& provider, World& world) {
  const Finish nothing{};
  return token_endpoint(Login{provider, nothing, world});
}

Callback look(const Provider& provider, const Params& params) {
  Callback says{{}, callback_error(params), !last(params, "code").empty()};
  // RFC 9207 2.4: nor is an error this provider's word if it says that it comes from elsewhere.
  const auto iss = last(params, "iss");
  const auto& others = provider.spec.other_issuers;
  const bool ours =
      iss.empty() || provider.issuer.empty() || iss == provider.issuer || std::find(others.begin(), others.end(), iss) != others.end();
  if (says.refused && !ours) says.refused = wrong_issuer();
  return says;
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  if (!spec.authorize.url) wrong("authorize.url", "is missing: where the browser is sent");
  if (!spec.token.url) wrong("token.url", "is missing: where the code is redeemed");
  const auto& jwt = spec.access_token_jwt;
  if (!jwt.key) return;
  // RFC 8725 3.1: pinned, and never an HMAC with a public key for its secret (2.1).
  const auto shared = [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); };
  if (jwt.algs.empty() || std::any_of(jwt.algs.begin(), jwt.algs.end(), shared))
    wrong("access_token_jwt.algs", "want the asymmetric algorithms that the provider signs with");
  if (complete && !crypto::VerifyKey::from_pem(as_pem(jwt.key->evaluate(spec.values()).value_or(""))))
    wrong("access_token_jwt.key", "the setting that it names holds no public key in PEM");
}

/// Nothing that could be asked there without a user.
base::Status check(Provider& provider, World& world) { return can_request(provider, nullptr, world.clock.now()); }

}  // namespace providers::oauth2
