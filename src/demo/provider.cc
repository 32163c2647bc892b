#include "demo/provider.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "demo/page.h"
#include "json/writer.h"
#include "token/jws.h"

namespace demo {

http::Response Provider::handle(const http::Request& request) const {
  using Serve = http::Response (*)(const Provider&, const http::Request&);
  struct Route {
    std::string_view path, methods;
    Serve serve;
  };
  static constexpr std::array<Route, 6> routes{{
      {"/demo/.well-known/openid-configuration", "GET,HEAD", [](const Provider& p, const http::Request&) { return p.discovery(); }},
      {"/demo/authorize", "GET,HEAD,POST", [](const Provider& p, const http::Request& r) { return p.authorize(r); }},
      {"/demo/token", "POST", [](const Provider& p, const http::Request& r) { return p.token(r); }},
      {"/demo/userinfo", "GET,HEAD,POST", [](const Provider& p, const http::Request& r) { return p.userinfo(r); }},
      {"/demo/jwks.json", "GET,HEAD", [](const Provider& p, const http::Request&) { return p.jwks(); }},
      {"/demo/style.css", "GET,HEAD", [](const Provider&, const http::Request&) { return stylesheet(); }},
  }};
  const auto it = std::find_if(routes.begin(), routes.end(), [&](const Route& r) { return r.path == request.path; });
  if (it == routes.end()) return http::detail(404, "Not found.");
  const auto allowed = base::split(it->methods, ',');
  if (std::find(allowed.begin(), allowed.end(), request.method) == allowed.end()) {
    return http::detail(405, "Method \"" + request.method + "\" not allowed.").set("Allow", std::string{it->methods});
  }
  return it->serve(*this, request);
}

// OpenID Connect Discovery 1.0 3; RFC 8414 2; RFC 9207 3.
http::Response Provider::discovery() const {
  json::Writer w;
  const auto list = [&w](std::string_view name, std::initializer_list<std::string_view> values) {
    w.key(name).array();
    for (const auto v : values) w.value(v);
    w.end_array();
  };
  w.object().member("issuer", options_.issuer);
  w.member("authorization_endpoint", options_.issuer + "/authorize").member("token_endpoint", options_.issuer + "/token");
  w.member("userinfo_endpoint", options_.issuer + "/userinfo").member("jwks_uri", options_.issuer + "/jwks.json");
  list("response_types_supported", {"code"});
  list("grant_types_supported", {"authorization_code"});
  list("subject_types_supported", {"public"});
  list("id_token_signing_alg_values_supported", {"ES256"});
  list("token_endpoint_auth_methods_supported", {"none"});
  list("code_challenge_methods_supported", {"S256"});
  list("scopes_supported", {"openid", "profile", "email"});
  list("claims_supported", {"sub", "name", "preferred_username", "email", "email_verified"});
  w.member("authorization_response_iss_parameter_supported", true).end_object();
  return http::json(200, w.take());
}

http::Response Provider::jwks() const {
  return http::json(200, token::write_jwks({token::Jwk{"demo", crypto::Alg::ES256, key_.verify_key()}}));
}

}  // namespace demo
