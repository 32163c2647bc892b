// unit/flow/openid_world.h: a whole latchstring with one OpenID provider, "op", that signs what a test wants it to say.
#pragma once
#include <map>
#include <string>

#include "json/writer.h"
#include "token/jws.h"
#include "token/session_cookie.h"
#include "unit/flow/world.h"

namespace test {

struct OpenIdWorld : World {
  using Claims = std::map<std::string, std::string>;  // as JSON texts
  crypto::SignKey key = *crypto::SignKey::generate(crypto::Kind::p256);
  std::string more;  // of the metadata

  OpenIdWorld() {
    provider("op", R"(kind = "oidc"
issuer = "https://op.example"
client_id = "client"
client_secret = "a secret")");
    provider("second", R"(kind = "oidc"
issuer = "https://second.example"
client_id = "client"
client_secret = "a secret")");
    serve();
  }
  void serve() {
    for (const std::string issuer : {"https://op.example", "https://second.example"}) {
      net.answers.erase(issuer + "/.well-known/openid-configuration");
      net.answer(issuer + "/.well-known/openid-configuration", 200,
                 R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer + R"(/authorize","token_endpoint":")" + issuer +
                     R"(/token","jwks_uri":")" + issuer + R"(/jwks","id_token_signing_alg_values_supported":["ES256"])" + more + "}");
      net.answer(issuer + "/jwks", 200, token::write_jwks({{"k1", std::nullopt, key.verify_key()}}));
    }
    open();
  }
  std::int64_t now() const { return clock.now().time_since_epoch().count(); }
  std::string sign(const Claims& claims, const std::string& typ) const {
    Claims all{{"iss", "\"https://op.example\""}, {"aud", "\"client\""}, {"iat", std::to_string(now())}};
    for (const auto& [name, value] : claims) all[name] = value;
    json::Writer w;
    w.object();
    for (const auto& [name, value] : all) w.key(name).raw(value);
    return *token::sign(key, crypto::Alg::ES256, "k1", typ, w.end_object().take());
  }
  /// The answer to a login: access, refresh.
  http::Response log_in(const std::string& sub, const std::string& sid = "", const std::string& name = "op", Claims claims = {}) {
    cookie.clear();
    const auto begun = get("/o/" + name + "/", "redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
    const auto set = header(begun, "Set-Cookie");
    cookie = set.substr(0, set.find(';'));
    const auto url = text(begun, "authorization_url");
    const auto part = [&url](const std::string& parameter) {
      const auto at = url.find('&' + parameter + '=') + parameter.size() + 2;
      return url.substr(at, url.find('&', at) - at);
    };
    claims["iss"] = "\"https://" + name + ".example\"";
    claims["sub"] = '"' + sub + '"';
    claims["exp"] = std::to_string(now() + 300);
    claims["nonce"] = '"' + part("nonce") + '"';
    if (!sid.empty()) claims["sid"] = '"' + sid + '"';
    const auto token_url = "https://" + name + ".example/token";
    net.answers.erase(token_url);
    net.answer(token_url, 200, R"({"access_token":"at","token_type":"bearer","id_token":")" + sign(claims, "JWT") + "\"}");
    auto done = post("/o/" + name + "/", "code=c&state=" + part("state"));
    cookie.clear();
    return done;
  }
  int me(const http::Response& login) { return get("/users/me/", "", {{"authorization", "Bearer " + text(login, "access")}}).status; }
  int refresh(const http::Response& login) { return post("/jwt/refresh/", "refresh=" + text(login, "refresh")).status; }
  std::int64_t session_of(const http::Response& login) { return keys->check(text(login, "access"))->session; }

  /// A browser's session, as redirect mode makes them; its cookie.
  std::string browser_session(const std::string& sub, const std::string& sid, const std::string& name = "op") {
    const auto secret = token::make_session_secret(random);
    store::LoginRecord record;
    record.profile.provider = name;
    record.profile.issuer = "https://" + name + ".example";
    record.profile.uid = sub;
    record.session.cookie_hash = secret.hash;
    record.session.idp_sid = sid;
    record.session.expires = clock.now() + std::chrono::hours{1};
    return "__Host-latchstring=" + token::session_cookie(store.sign_in(record)->session, secret);
  }
  int me_by(const std::string& browser) { return get("/users/me/", "", {{"cookie", browser}}).status; }
};

}  // namespace test
