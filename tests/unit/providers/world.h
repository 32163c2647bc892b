// unit/providers/world.h: a broker over a fake network, and an OpenID provider that lies on request. No test here touches the network.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "base/encode.h"
#include "config/node.h"
#include "crypto/digest.h"
#include "fake/clock.h"
#include "fake/net.h"
#include "fake/random.h"
#include "json/writer.h"
#include "providers/authorize_url.h"
#include "providers/broker.h"
#include "providers/id_token.h"
#include "token/jws.h"

namespace world {

struct Cache final : providers::Cache {
  const base::Clock& clock;
  std::mutex mutex;
  std::map<std::string, Entry, std::less<>> entries;
  explicit Cache(const base::Clock& c) : clock(c) {}
  std::optional<Entry> get(std::string_view url) override {
    const std::lock_guard lock{mutex};
    const auto it = entries.find(url);
    return it == entries.end() ? std::nullopt : std::optional{it->second};
  }
  void put(std::string_view url, std::string_view body) override {
    const std::lock_guard lock{mutex};
    entries[std::string{url}] = {std::string{body}, clock.now()};
  }
};

struct World {
  fake::Clock clock;
  fake::Net net;
  fake::Random random;
  Cache cache{clock};
  const std::string redirect_uri = "https://app.example/cb?x=1&y=a b";
  const std::string seed = std::string(32, 's');

  base::Result<providers::Broker> open(std::string_view toml, const std::string& providers_dir = {}) {
    config::Config config;
    config.providers_dir = providers_dir;
    auto node = config::parse_toml(toml, "latchstring.toml");
    if (!node) return node.error();
    for (const auto& [name, stanza] : *node->get("providers")->table()) config.providers.emplace(name, stanza);
    return providers::Broker::open(config, {net, cache, clock, random});
  }
  /// Asks: how many requests went to that address (without query).
  int asked(std::string_view url) const {
    int n = 0;
    for (const auto& request : net.asked) n += request.url.substr(0, request.url.find('?')) == url ? 1 : 0;
    return n;
  }
  const net::Request& last(std::string_view url) const {
    for (auto it = net.asked.rbegin(); it != net.asked.rend(); ++it) {
      if (it->url.substr(0, it->url.find('?')) == url) return *it;
    }
    static const net::Request none;
    return none;
  }
  providers::Start start() const { return {redirect_uri, "a state", seed}; }
  providers::Finish finish(std::vector<std::pair<std::string, std::string>> more = {}) const {
    providers::Finish out{redirect_uri, "a state", seed, {}, {{"code", "c0de"}, {"state", "a state"}}};
    for (auto& param : more) out.params.push_back(std::move(param));
    return out;
  }
};

using Change = std::function<void(std::map<std::string, std::string>&)>;  // claims as JSON texts

/// An OpenID provider at https://op.example. Its answers are set up anew before each login, since faults are part of them.
struct OpenIdProvider {
  World& w;
  crypto::SignKey key = *crypto::SignKey::generate(crypto::Kind::p256);
  std::string kid = "k1";
  crypto::Alg alg = crypto::Alg::ES256;
  std::string issuer = "https://op.example", client_id = "client";
  std::string metadata_more = R"(,"id_token_signing_alg_values_supported":["ES256","RS256","HS256","none"])";
  std::string typ = "JWT";

  std::string metadata() const {
    return R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer + R"(/authorize","token_endpoint":")" + issuer +
           R"(/token","userinfo_endpoint":")" + issuer + R"(/userinfo","jwks_uri":")" + issuer + R"(/jwks")" + metadata_more + "}";
  }
  std::string jwks() const {
    std::vector<token::Jwk> keys;
    keys.push_back({kid, std::nullopt, key.verify_key()});
    return token::write_jwks(keys);
  }
  std::map<std::string, std::string> claims() const {
    const auto now = w.clock.now().time_since_epoch().count();
    const auto text = [](const std::string& s) { return '"' + s + '"'; };
    return {{"iss", text(issuer)},
            {"aud", text(client_id)},
            {"sub", text("user-1")},
            {"iat", std::to_string(now)},
            {"exp", std::to_string(now + 300)},
            {"nonce", text(providers::nonce_of(w.seed))},
            {"at_hash", text(providers::at_hash(alg, "at"))}};
  }
  std::string id_token(const Change& change = {}) const {
    auto all = claims();
    if (change) change(all);
    json::Writer payload;
    payload.object();
    for (const auto& [name, value] : all) payload.key(name).raw(value);
    return *token::sign(key, alg, kid, typ, payload.end_object().take());
  }
  static std::string token_answer(const std::string& id_token) {
    return R"({"access_token":"at","token_type":"Bearer","expires_in":300,"id_token":")" + id_token + "\"}";
  }
  void serve(const std::string& token_body, std::string userinfo = R"({"sub":"user-1","email":"u@op.example","email_verified":true,
      "preferred_username":"u1","name":"Ann Example","given_name":"Ann","family_name":"Example","picture":"https://op.example/p.png"})") {
    w.net.answers.clear();
    w.net.answer(issuer + "/.well-known/openid-configuration", 200, metadata());
    w.net.answer(issuer + "/jwks", 200, jwks());
    w.net.answer(issuer + "/token", 200, token_body);
    w.net.answer(issuer + "/userinfo", 200, std::move(userinfo));
  }
  void login(const Change& change = {}) { serve(token_answer(id_token(change))); }
};

/// Claims with one of them changed, or taken out.
inline Change set(const char* name, std::string value) {
  return [name, value](std::map<std::string, std::string>& c) { c[name] = value; };
}
inline Change drop(const char* name) {
  return [name](std::map<std::string, std::string>& c) { c.erase(name); };
}

inline const char* kOidc = R"([providers.op]
kind = "oidc"
issuer = "https://op.example"
client_id = "client"
client_secret = "a secret of more than thirty-two bytes"
)";

/// "bad_request Token error: ..." of a refusal, "ok UID" of a success: one text to compare.
inline std::string outcome(const base::Result<providers::Identity>& result) {
  return result ? "ok " + result->uid : std::string{base::name_of(result.error().code)} + ' ' + result.error().say;
}

/// That provider, configured as "op", and one login with it.
struct OidcWorld : World {
  OpenIdProvider op{*this};
  std::string toml = kOidc;
  std::string login() {
    auto broker = open(toml);
    return broker ? outcome(broker->finish("op", finish())) : broker.error().say;
  }
};

}  // namespace world
