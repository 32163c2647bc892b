// A whole latchstring without sockets: real store (SQLite in a folder of its own), real broker and tokens, a network from a table.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "config/config.h"
#include "crypto/keys.h"
#include "fake/clock.h"
#include "fake/net.h"
#include "fake/random.h"
#include "flow/app.h"
#include "json/value.h"
#include "providers/broker.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_db.h"
#include "token/state.h"

namespace test {

struct NoCache final : providers::Cache {
  std::optional<Entry> get(std::string_view) override { return std::nullopt; }
  void put(std::string_view, std::string_view) override {}
};

inline std::string fresh_folder() {
  std::string name = "/tmp/latchstring-test-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

inline std::unique_ptr<store::Db> open_db(const std::string& path, std::string_view which, bool durable) {
  auto db = store::sqlite::open({.path = path, .durable = durable, .create = true});
  const auto all = store::migrations("sqlite", which);
  if (!store::migrate(**db, all)) std::abort();
  return std::move(*db);
}

class World {
 public:
  fake::Clock clock;
  fake::Random random;
  fake::Net net;
  NoCache cache;
  std::string folder = fresh_folder();
  std::unique_ptr<store::Db> main = open_db(folder + "/t.db", "main", true);
  std::unique_ptr<store::Db> flows = open_db(folder + "/t.db-flows", "flows", false);
  store::Store store{*main, *flows, clock, random};
  config::Config config;
  token::Master master = *token::Master::from_text(token::Master::make_text(random));
  base::Log log{-1, base::Level::error, clock};
  base::Metrics metrics;
  base::Limits limits{log, metrics, clock};
  flow::Crowd crowd{random};
  flow::Throttle throttle{crowd, config, clock, limits};
  std::unique_ptr<providers::Broker> broker;
  std::unique_ptr<flow::Keys> keys;
  std::unique_ptr<flow::Deps> deps;
  std::string cookie;  // the browser's

  World() {
    config.public_url = "https://app.example/auth";
    config.mount = "/auth";
    config.redirect_uris = {"https://app.example/cb", "https://app.example/cb?x=1&y=a b"};
    config.cors.origins = {"https://spa.example"};
    config.tokens.audience = "https://app.example";
    provider("forge", R"(kind = "oauth2"
title = "Our forge"
client_id = "id"
client_secret = "s3cr3t-of-the-forge"
authorize = { url = "https://forge.example/authorize", scope = ["read:user"] }
token = { url = "https://forge.example/token", client_auth = "post" }
user = [ { url = "https://forge.example/user", headers = { Authorization = "Bearer {access_token}" } } ]
map = { uid = "u:/id", username = "u:/login", email = "u:/email", email_verified = "u:/verified", name = "u:/full_name" })");
    provider("other", R"(kind = "oauth2"
client_id = "id2"
client_secret = "another-secret"
authorize = { url = "https://other.example/authorize" }
token = { url = "https://other.example/token" }
user = [ { url = "https://other.example/user", headers = { Authorization = "Bearer {access_token}" } } ]
map = { uid = "u:/id", username = "u:/login" })");
    const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
    auto added = store.add_key({"k1", "ES256", master.seal(key.pem().reveal(), "signing-key:k1", random), clock.now(), std::nullopt}, false);
    if (!added) std::abort();
    open();
    net.answer("https://forge.example/token", 200, R"({"access_token":"at","token_type":"bearer"})");
    net.answer("https://forge.example/user", 200, R"({"id":7,"login":"ada","email":"ada@forge.example","verified":true,"full_name":"Ada L"})");
  }
  ~World() { std::filesystem::remove_all(folder); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Again, after `config` was changed.
  void open() {
    auto opened = providers::Broker::open(config, {net, cache, clock, random});
    if (!opened) throw std::runtime_error(opened.error().say);
    broker = std::make_unique<providers::Broker>(std::move(*opened));
    keys = std::make_unique<flow::Keys>(store, master, config, clock);
    deps = std::make_unique<flow::Deps>(flow::Deps{config, store, *broker, *keys, master, clock, random, log, metrics, net, limits, throttle});
  }
  void provider(const std::string& name, const std::string& toml) { config.providers[name] = *config::parse_toml(toml, "test.toml"); }

  http::Response send(http::Request request) {
    request.id = "0123456789abcdef";
    request.remote_addr = "192.0.2.7";
    if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
    return flow::handle(request, *deps);
  }
  http::Response get(const std::string& path, const std::string& query = "", std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    request.headers = std::move(headers);
    return send(std::move(request));
  }
  http::Response post(const std::string& path, const std::string& body, const std::string& query = "",
                      const std::string& type = "application/x-www-form-urlencoded") {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.query = query;
    request.body = body;
    request.content_type = type;
    return send(std::move(request));
  }

  /// First half: returns the state, keeps the cookie as a browser would.
  std::string begin(const std::string& provider = "forge", const std::string& more = "") {
    const auto response = get("/o/" + provider + "/", "redirect_uri=https%3A%2F%2Fapp.example%2Fcb" + more);
    if (const auto set = header(response, "Set-Cookie"); !set.empty()) cookie = set.substr(0, set.find(';'));
    const auto url = text(response, "authorization_url");
    const auto at = url.find("&state=") + 7;
    return url.substr(at, url.find('&', at) - at);
  }
  /// Second half.
  http::Response finish(const std::string& state, const std::string& provider = "forge", const std::string& more = "") {
    return post("/o/" + provider + "/", "code=c&state=" + state + more);
  }

  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  /// Member of a JSON answer; "" if it is not there.
  static std::string text(const http::Response& response, std::string_view name) {
    auto document = json::Document::parse(response.body);
    return document ? document->root()[name].text().value_or("") : "";
  }
  /// The one text of {"non_field_errors":[...]}.
  static std::string why(const http::Response& response) {
    auto document = json::Document::parse(response.body);
    return document ? document->root()["non_field_errors"].at(0).text().value_or("") : "";
  }
};

}  // namespace test
