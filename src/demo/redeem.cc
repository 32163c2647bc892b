// redeem.cc: the back channel of the demo provider: a code against tokens, an access token against the person's claims.
#include <chrono>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "demo/provider.h"
#include "json/value.h"
#include "json/writer.h"
#include "token/jws.h"
#include "token/state.h"

namespace demo {
namespace {

using namespace std::chrono_literals;
constexpr auto token_ttl = 300s;

std::int64_t seconds(base::Time t) { return t.time_since_epoch().count(); }

http::Response no_store(http::Response answer) {  // RFC 6749 5.1: tokens are not for caches
  answer.set("Cache-Control", "no-store");
  return answer;
}

http::Response refuse(std::string_view error, std::string_view why) {  // RFC 6749 5.2
  json::Writer w;
  w.object().member("error", error).member("error_description", why).end_object();
  return no_store(http::json(400, w.take()));
}

void write_claims(json::Writer& w, const Person& who) {  // OpenID Connect Core 1.0 5.1
  w.member("sub", who.sub).member("name", who.name).member("preferred_username", std::string{base::split(who.name, ' ').front()});
  if (!who.email.empty()) w.member("email", who.email).member("email_verified", who.verified);
}

std::string text(json::Value object, std::string_view name) { return std::string{object[name].string().value_or("")}; }

/// Opens what make_code or token() sealed under `context`; an expired one is refused. Error.say is for the client.
base::Result<json::Document> open_sealed(const token::Master& master, std::string_view sealed, std::string_view context, base::Time now) {
  const base::Error wrong{base::Code::denied, "demo: not one of ours", "it was not issued here, or has been changed"};
  const auto bytes = base::base64url_decode(sealed);
  if (!bytes) return wrong;
  const auto plain = master.open(*bytes, context);
  if (!plain) return wrong;
  auto document = json::Document::parse(plain->reveal());
  if (!document) return wrong;
  if (document->root()["exp"].integer().value_or(0) <= seconds(now)) {
    return base::Error{base::Code::denied, "demo: expired", "it has expired"};
  }
  return document;
}

Person read_person(json::Value v) { return {text(v, "sub"), text(v, "name"), text(v, "email"), v["verified"].boolean().value_or(false)}; }

}  // namespace

base::Result<Provider::Grant> Provider::open_code(std::string_view code) const {
  const auto document = open_sealed(master_, code, "demo-code", clock_.now());
  if (!document) return document.error();
  const auto v = document->root();
  return Grant{read_person(v), text(v, "redirect_uri"), text(v, "nonce"), text(v, "challenge"),
               base::Time{std::chrono::seconds{v["at"].integer().value_or(0)}}};
}

base::Result<std::string> Provider::id_token(const Grant& grant, std::string_view access) const {
  const auto now = clock_.now();
  json::Writer w;
  w.object().member("iss", options_.issuer).member("aud", client_id);
  w.member("iat", seconds(now)).member("exp", seconds(now + token_ttl)).member("auth_time", seconds(grant.signed_in));
  if (!grant.nonce.empty()) w.member("nonce", grant.nonce);
  w.member("at_hash", base::base64url(crypto::sha256(access).substr(0, 16)));  // OpenID Connect Core 1.0 3.1.3.6
  write_claims(w, grant.who);
  w.end_object();
  return token::sign(key_, crypto::Alg::ES256, "demo", "JWT", w.str());
}

http::Response Provider::token(const http::Request& request) const {
  if (!base::starts_with_no_case(request.content_type, "application/x-www-form-urlencoded"))
    return refuse("invalid_request", "the body must be application/x-www-form-urlencoded");
  const auto form = http::parse_form(request.body);
  const auto field = [&form](std::string_view name) {
    const auto* value = form.last(name);
    return value ? std::string_view{*value} : std::string_view{};
  };
  if (field("grant_type") != "authorization_code") return refuse("unsupported_grant_type", "only authorization_code is known here");
  if (field("client_id") != client_id) return refuse("invalid_client", "the application is not known here");
  const auto grant = open_code(field("code"));
  if (!grant) return refuse("invalid_grant", "the code is not usable: " + grant.error().say);
  // RFC 6749 4.1.3: the very redirect_uri of the authorization request. RFC 7636 4.6: the verifier of its challenge.
  if (field("redirect_uri") != grant->redirect_uri) return refuse("invalid_grant", "redirect_uri is not the one that the code was sent to");
  if (!token::is_verifier(field("code_verifier")) || !token::proves(field("code_verifier"), grant->challenge))
    return refuse("invalid_grant", "code_verifier does not fit the code_challenge");

  const auto& who = grant->who;
  json::Writer inside;
  inside.object().member("sub", who.sub).member("name", who.name).member("email", who.email).member("verified", who.verified);
  inside.member("exp", seconds(clock_.now() + token_ttl)).end_object();
  const auto access = base::base64url(master_.seal(inside.str(), "demo-access", random_));
  const auto id = id_token(*grant, access);
  if (!id) return no_store(http::detail(500, "The demo provider could not sign."));
  json::Writer w;
  w.object().member("access_token", access).member("token_type", "Bearer").member("expires_in", std::int64_t{token_ttl.count()});
  w.member("id_token", *id).end_object();
  return no_store(http::json(200, w.take()));
}

http::Response Provider::userinfo(const http::Request& request) const {
  const auto refused = [](std::string_view challenge) {  // RFC 6750 3
    return no_store(http::detail(401, "A Bearer token of the demo provider is needed.")).set("WWW-Authenticate", std::string{challenge});
  };
  const auto header = request.header("authorization");
  if (!base::starts_with_no_case(header, "Bearer ")) return refused("Bearer realm=\"demo\"");
  const auto document = open_sealed(master_, base::trim(header.substr(7)), "demo-access", clock_.now());
  if (!document) return refused("Bearer realm=\"demo\", error=\"invalid_token\"");
  json::Writer w;
  w.object();
  write_claims(w, read_person(document->root()));
  return no_store(http::json(200, w.end_object().take()));
}

}  // namespace demo
