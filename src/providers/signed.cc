// signed.cc: begin sends the browser to the provider's page or, where the provider begins (a widget, a frame, an SDK), back to the page at
// redirect_uri, which holds it; in both ways with a state, so that every callback belongs to a login of this browser (RFC 9700 4.7). finish
// believes what the signature covers; then come, where the file has them, the token endpoint and the requests for user data.
#include "providers/signed.h"

#include <algorithm>

#include "base/url.h"
#include "providers/authorize_url.h"
#include "providers/callback_error.h"
#include "providers/exchange.h"
#include "providers/profile.h"
#include "providers/signed_text.h"
#include "providers/signed_verify.h"

namespace providers::signed_callback {
namespace {

Variables begin_variables(const Start& start) {
  const auto url = base::parse_url(start.redirect_uri);
  return {{"redirect_uri", start.redirect_uri},
          {"state", start.state},
          {"return_to", widget_url(start, false)},
          {"origin", url ? base::origin_of(*url) : std::string{}}};
}

base::Error missing(const Expression& wanted) {
  return {base::Code::bad_request, "signed: the request lacks a parameter that the provider needs, or it is unfit",
          "Missing needed parameter " + wanted.first_member('r')};
}

base::Result<std::string> address(const Spec& spec, const Values& values) {
  auto url = spec.authorize.url->evaluate(values, Expression::Escape::url);
  if (!url) return missing(*spec.authorize.url);
  for (const auto& [name, value] : spec.authorize.params) {
    if (const auto text = value.evaluate(values); text && !text->empty()) base::append_query(*url, name, *text);
  }
  if (signed_of(spec).request.empty()) return std::move(*url);
  auto request = sign_request(signed_of(spec), values);
  if (!request) return request.error();
  for (const auto& [name, value] : *request) base::append_query(*url, name, value);
  return std::move(*url);
}

/// The token endpoint, where the file has one: its answer comes before the login, never after it.
base::Status redeem_code(Login& login) {
  const auto& spec = login.provider.spec;
  TokenEndpoint endpoint;
  endpoint.url = spec.token.url->evaluate(login.values, Expression::Escape::url).value_or("");
  if (spec.client_auth != ClientAuth::automatic) endpoint.client_auth = spec.client_auth;
  endpoint.audience = endpoint.url;
  endpoint.private_addresses = !spec.token.url->reads(Expression::kDocuments);  // the callback had a say in the host (CWE-918)
  endpoint.pkce = false;                                                        // begin sends no code_challenge
  return redeem(login, endpoint);
}

base::Status find_access_token(Login& login) {
  auto token = signed_of(login.provider.spec).access_token->evaluate(login.values);
  if (!token || token->empty()) return bad_callback("Missing access token");
  login.variables["access_token"] = login.tokens.access = std::move(*token);
  return base::ok;
}

base::Status back_channel(Login& login) {
  const auto& spec = login.provider.spec;
  if (spec.token.url) {
    if (auto done = redeem_code(login); !done) return done;
  } else if (signed_of(spec).access_token) {
    if (auto done = find_access_token(login); !done) return done;
  }
  return spec.user ? ask_user(login, *spec.user, nullptr) : base::Status{base::ok};
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World&) {
  const auto& spec = provider.spec;
  const auto variables = begin_variables(start);
  const auto request = document_of(start.params);
  auto values = provider.values();
  values.more = &variables;
  values.request = request.root();
  Begun begun;
  if (const auto& kept = signed_of(spec).kept) {
    auto value = kept->evaluate(values);
    if (!value) return missing(*kept);
    begun.kept = std::move(*value);
  }
  auto url = spec.authorize.url ? address(spec, values) : base::Result<std::string>{variables.at("return_to")};
  if (!url) return url.error();
  begun.authorization_url = std::move(*url);
  return begun;
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  Login login{provider, finish, world};
  const auto& own = signed_of(provider.spec);
  const auto params = unpacked(own, finish.params, login.values);
  if (!params) return params.error();
  auto said = verify_callback(own, *params, finish.state, login.values, world.clock.now());
  if (!said) return said.error();
  login.values.id_token = login.keep(std::move(*said));
  if (own.again && (finish.kept.empty() || own.again->evaluate(login.values) != finish.kept)) {
    return bad_callback("The answer is not to what was asked", "signed: `again` is not what was kept");
  }
  if (auto done = back_channel(login); !done) return done.error();
  auto who = make_identity(provider.spec, login.values, provider.name, provider.name);
  if (who) who->tokens = std::move(login.tokens);
  return who;
}

Callback look(const Provider& provider, const Params& params) {
  const auto& own = signed_of(provider.spec);
  const auto has = [&params](const std::string& name) { return name.empty() || !last(params, name).empty(); };
  const bool packed = own.unpack && has(own.unpack->param.evaluate(provider.values()).value_or("-"));
  const bool bare = (!own.unpack || !own.unpack->needed) && has(own.signature) && has(own.payload);
  return {claimed_state(own, params), callback_error(params), (packed || bare) && std::all_of(own.needs.begin(), own.needs.end(), has)};
}

base::Status check(Provider&, World&) { return base::ok; }  // nothing that could be asked without a user

}  // namespace providers::signed_callback
