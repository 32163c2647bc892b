// oauth2.cc: the engine for plain OAuth 2.0 (RFC 6749 4.1): the code against a token, the token against the provider's user API.
#include "providers/oauth2.h"

#include "providers/answer.h"
#include "providers/authorize_url.h"
#include "providers/callback_error.h"
#include "providers/exchange.h"
#include "providers/profile.h"

namespace providers::oauth2 {

base::Result<Begun> begin(Provider& provider, const Start& start, World&) {
  return Begun{authorization_url(*provider.authorize, start), {}};
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  Login login{provider, finish, world};
  // RFC 9207 2.4: an answer that says it comes from elsewhere is a mix-up, whatever else it holds.
  const auto iss = login.param("iss");
  if (!provider.issuer.empty() && !iss.empty() && iss != provider.issuer) return wrong_issuer();
  const auto method = provider.spec.client_auth == ClientAuth::automatic ? ClientAuth::post : provider.spec.client_auth;
  auto done =
      redeem(login, {provider.token_url, method, provider.issuer.empty() ? provider.token_url : provider.issuer, true, provider.spec.pkce});
  if (!done) return done.error();
  if (provider.spec.user) done = ask_user(login, *provider.spec.user, nullptr);
  if (!done) return done.error();
  return make_identity(provider.spec, login.values, provider.name, provider.issuer.empty() ? provider.name : provider.issuer);
}

Callback look(const Provider&, const Params& params) { return {{}, callback_error(params), !last(params, "code").empty()}; }

base::Status check(Provider&, World&) { return base::ok; }  // nothing that could be asked without a user

}  // namespace providers::oauth2
