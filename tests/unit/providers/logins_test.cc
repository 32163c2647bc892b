// Whole logins with the catalogue's providers: what each one answers (tests/data/providers/logins*.json, fields as documented by the
// provider and as recorded from python-social-auth's own tests; logins_unproven.json has those that nobody has tried) and who comes out.
// A row names
//   provider, stanza (TOML beyond the client; with `client` false all of it), request (parameters of the GET), answers (address -> JSON, a
//   text as it is, or a bare status), callback (more parameters; "*" is the id_token), `at` (the time, if it matters), `state` (the
//   flow's), `pem` or `key` if the client secret or the private_key is a PEM, claims of an id_token that stands for "*", signed with the
//   key that is served at `keys`; with `issuer` the metadata is served too (at `metadata`, else below the issuer); `identity`: claims that
//   answer a signed OAuth 1.0a request, with its nonce, under the client's secret; and then who signed in (or `refused`, the text), `url`
//   (how the authorization URL begins), `begun` (parts of it), `redeemed` (parts of the token request's body), `header` (Authorization at
//   the user address), `asked` (part of its query), `asked_first` (part of the first one's), `requests` (how many), `looks` (the state that
//   the callback itself names), `whole` (false: a callback that uses no flow up).
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "providers/catalogue.h"
#include "unit/providers/world.h"

namespace {

/// The rows of all files of the folder, in the order of the files' names.
const std::vector<json::Value>& logins() {
  static std::deque<json::Document> documents;  // deque: rows point into them
  static const auto rows = [] {
    std::set<std::filesystem::path> files;
    const auto folder = std::filesystem::path{__FILE__}.parent_path() / "../../data/providers";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
      if (entry.path().filename().string().starts_with("logins")) files.insert(entry.path());
    }
    std::vector<json::Value> out;
    for (const auto& path : files) {
      std::ifstream file{path};
      std::stringstream text;
      text << file.rdbuf();
      auto document = json::Document::parse(text.str(), {.bytes = 4 << 20});
      if (!document) throw std::runtime_error{path.string() + ": " + document.error().detail};
      documents.push_back(std::move(*document));
      for (std::size_t i = 0; i < documents.back().root().size(); ++i) out.push_back(documents.back().root().at(i));
    }
    return out;
  }();
  return rows;
}

std::string text(json::Value v) { return v.text().value_or(""); }

struct Replay : world::World {
  const crypto::SignKey& rsa() {
    static const auto key = *crypto::SignKey::generate(crypto::Kind::rsa);
    return key;
  }
  const std::string& pem() {
    static const std::string out{crypto::SignKey::generate(crypto::Kind::p256)->pem().reveal()};
    return out;
  }
  std::string id_token(json::Value row) {
    const auto now = clock.now().time_since_epoch().count();
    const auto quoted = [](const std::string& s) { return '"' + s + '"'; };
    std::map<std::string, std::string> claims{{"iss", quoted(text(row["issuer"]))},
                                              {"aud", quoted("client")},
                                              {"iat", std::to_string(now)},
                                              {"exp", std::to_string(now + 300)},
                                              {"nonce", quoted(providers::nonce_of(seed))}};
    for (const auto& [name, value] : row["claims"].members()) claims[std::string{name}] = value.dump();
    json::Writer w;
    w.object();
    for (const auto& [name, value] : claims) {
      if (value != "null") w.key(name).raw(value);
    }
    return *token::sign(rsa(), crypto::Alg::RS256, "k", "JWT", w.end_object().take());
  }
  void serve_metadata(json::Value row) {
    const auto issuer = text(row["issuer"]);
    json::Writer w;
    w.object()
        .member("issuer", issuer)
        .member("authorization_endpoint", "https://end.example/a")
        .member("token_endpoint", "https://end.example/t");
    w.member("userinfo_endpoint", "https://end.example/u").member("jwks_uri", "https://end.example/k").end_object();
    const auto below = (issuer.ends_with('/') ? issuer : issuer + '/') + ".well-known/openid-configuration";
    net.answer(row["metadata"].exists() ? text(row["metadata"]) : below, 200, w.take());
    net.answer("https://end.example/t", 200, R"({"access_token":"at","id_token":")" + id_token(row) + "\"}");
    net.answer("https://end.example/u", 200, row["userinfo"].dump());
  }
  /// To any request that no other answer stands for.
  void serve_identity(json::Value claims) {
    net.live = [this, claims](const net::Request& request) {
      const auto& header = request.headers.back().second;
      const auto at = header.find("oauth_nonce=\"") + 13;
      const auto now = clock.now().time_since_epoch().count();
      json::Writer w;
      w.object().member("aud", "client").member("iat", now).member("exp", now + 100);
      w.member("nonce", header.substr(at, header.find('"', at) - at));
      for (const auto& [name, value] : claims.members()) w.key(name).raw(value.dump());
      const auto key = crypto::SignKey::shared(base::Secret{"a secret of more than thirty-two bytes"});
      return net::Response{200, {}, *token::sign(*key, crypto::Alg::HS256, "", "JWT", w.end_object().take())};
    };
  }
  void serve(json::Value row) {
    if (row["identity"].exists()) serve_identity(row["identity"]);
    if (row["issuer"].exists()) serve_metadata(row);
    if (row["claims"].exists()) {
      std::vector<token::Jwk> keys;
      keys.push_back({"k", std::nullopt, rsa().verify_key()});
      net.answer(row["keys"].exists() ? text(row["keys"]) : "https://end.example/k", 200, token::write_jwks(keys));
    }
    std::vector<net::Header> headers{{"content-type", "application/json"}};
    for (const auto& [name, value] : row["headers"].members()) headers.emplace_back(name, text(value));
    for (const auto& [url, answer] : row["answers"].members()) {
      auto body = answer.string() ? std::string{*answer.string()} : answer.dump();
      if (const auto at = body.find("\"*\""); at != std::string::npos) body.replace(at + 1, 1, id_token(row));
      net.answer(std::string{url}, answer.is_number() ? static_cast<int>(*answer.integer()) : 200, answer.is_number() ? "" : body, headers);
    }
  }
  base::Result<providers::Broker> broker(json::Value row) {
    const std::string secret = row["pem"].exists() ? "'''" + pem() + "'''" : "'a secret of more than thirty-two bytes'";
    const auto key = row["key"].exists() ? "private_key = '''" + pem() + "'''\n" : std::string{};
    const auto client = row["client"].boolean().value_or(true) ? "client_id = 'client'\nclient_secret = " + secret + '\n' : std::string{};
    return open("[providers." + text(row["provider"]) + "]\n" + client + key + text(row["stanza"]) + '\n');
  }
  providers::Finish finish_of(json::Value row, const providers::Begun& begun) {
    auto out = finish();
    out.kept = begun.kept;
    if (row["state"].exists()) out.state = text(row["state"]);
    for (const auto& [param, value] : row["callback"].members()) {
      out.params.emplace_back(param, text(value) == "*" ? id_token(row) : text(value));
    }
    return out;
  }
};

void compare(const providers::Identity& who, json::Value want) {
  const std::pair<const char*, const std::string&> fields[] = {
      {"uid", who.uid},   {"issuer", who.issuer},         {"username", who.username},   {"email", who.email},
      {"name", who.name}, {"first_name", who.first_name}, {"last_name", who.last_name}, {"picture", who.picture}};
  for (const auto& [name, got] : fields) {
    if (want[name].exists()) BOOST_TEST(got == text(want[name]), name << ": " << got);
  }
  for (const auto& [name, value] : want["extra"].members()) {
    const auto it = who.extra.find(std::string{name});
    BOOST_TEST((it == who.extra.end() ? "" : it->second) == text(value), "extra " << name);
  }
  if (want["verified"].exists()) BOOST_TEST(who.email_verified == *want["verified"].boolean());
}

bool sent(const net::Request& request, const net::Header& header) {
  return std::find(request.headers.begin(), request.headers.end(), header) != request.headers.end();
}

void has_parts(std::string_view whole, json::Value parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    BOOST_TEST(whole.find(text(parts.at(i))) != std::string_view::npos, text(parts.at(i)) << " is not in " << whole);
  }
}

void compare_requests(const std::vector<net::Request>& asked, json::Value row) {
  if (row["requests"].exists()) BOOST_TEST(asked.size() == static_cast<std::size_t>(*row["requests"].integer()));
  if (asked.empty()) return;
  has_parts(asked.front().body, row["redeemed"]);
  if (row["header"].exists()) BOOST_TEST(sent(asked.back(), {"Authorization", text(row["header"])}));
  if (row["asked"].exists()) BOOST_TEST(asked.back().url.find(text(row["asked"])) != std::string::npos, asked.back().url);
  if (row["asked_first"].exists()) BOOST_TEST(asked.front().url.find(text(row["asked_first"])) != std::string::npos, asked.front().url);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_logins)

BOOST_DATA_TEST_CASE_F(Replay, who_signed_in_is_what_the_provider_said, boost::unit_test::data::xrange(logins().size()), index) {
  const auto row = logins()[index];
  if (row["at"].exists()) clock.t = base::Time{std::chrono::seconds{*row["at"].integer()}};
  BOOST_TEST_CONTEXT(text(row["provider"]) << ' ' << text(row["why"])) {
    serve(row);
    auto opened = broker(row);
    BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().say));
    const auto name = text(row["provider"]);
    auto from = start();
    for (const auto& [param, value] : row["request"].members()) from.params.emplace_back(param, text(value));
    const auto begun = opened->begin(name, from);
    if (!begun && row["refused"].exists()) {
      BOOST_TEST(begun.error().say == text(row["refused"]));
      return;
    }
    BOOST_REQUIRE_MESSAGE(begun, (begun ? "" : begun.error().say + " / " + begun.error().detail));
    if (row["url"].exists()) BOOST_TEST(begun->authorization_url.starts_with(text(row["url"])), begun->authorization_url);
    has_parts(begun->authorization_url, row["begun"]);
    const auto back = finish_of(row, *begun);
    const auto looks = opened->look(name, back.params);
    BOOST_TEST(looks.whole == row["whole"].boolean().value_or(true));
    if (row["looks"].exists()) BOOST_TEST(looks.state == text(row["looks"]));
    const auto who = opened->finish(name, back);
    if (row["redeemed"].exists()) has_parts(net.asked.at(0).body, row["redeemed"]);
    if (row["refused"].exists()) {
      BOOST_REQUIRE(!who);
      BOOST_TEST(who.error().say == text(row["refused"]));
    } else {
      BOOST_REQUIRE_MESSAGE(who, (who ? "" : who.error().say + " / " + who.error().detail));
      compare(*who, row["who"]);
    }
    compare_requests(net.asked, row);
  }
}

BOOST_FIXTURE_TEST_CASE(every_provider_of_the_catalogue_has_a_login_here, world::World) {
  std::set<std::string> seen;
  for (const auto& row : logins()) seen.insert(text(row["provider"]));
  seen.insert("keycloak");  // access_token_test.cc
  seen.insert("saml");      // saml_recorded_test.cc
  for (const auto& file : providers::catalogue_files()) {
    const std::string name{file.name};
    if (file.toml.find("protocol = \"openid2\"") != std::string_view::npos) continue;  // openid2_catalogue_test.cc
    const auto opened = open("[providers." + name + "]\n");
    if (!opened && opened.error().say.find("cannot be enabled: ") != std::string::npos) continue;
    BOOST_TEST(seen.contains(name), name);
  }
}

BOOST_FIXTURE_TEST_CASE(apples_client_secret_is_signed_and_kept_until_it_nearly_expires, Replay) {
  const auto row = *std::find_if(logins().begin(), logins().end(), [](auto r) { return text(r["provider"]) == "apple-id"; });
  auto opened = broker(row);
  BOOST_REQUIRE(bool{opened});
  const auto secret = [&] {
    net.answers.clear();
    serve(row);
    BOOST_REQUIRE(bool{opened->finish("apple-id", finish())});
    const auto body = last("https://appleid.apple.com/auth/token").body;
    const auto at = body.find("client_secret=") + 14;
    return body.substr(at, body.find('&', at) - at);
  };
  const auto first = secret();
  const auto jws = token::parse_jws(first);
  BOOST_REQUIRE(bool{jws});
  BOOST_TEST((jws->alg == crypto::Alg::ES256));
  BOOST_TEST(jws->kid == "KEY0000000");
  BOOST_TEST(crypto::SignKey::from_pem(base::Secret{pem()})->verify_key().verify(jws->alg, jws->signed_part, jws->signature));
  const auto claims = *json::Document::parse(jws->payload);
  BOOST_TEST(text(claims.root()["iss"]) == "TEAM000000");
  BOOST_TEST(text(claims.root()["sub"]) == "client");
  BOOST_TEST(text(claims.root()["aud"]) == "https://appleid.apple.com");
  clock.tick(std::chrono::minutes{50});
  BOOST_TEST(secret() == first);
  clock.tick(std::chrono::minutes{6});
  BOOST_TEST(secret() != first);
}

BOOST_FIXTURE_TEST_CASE(apple_is_asked_to_post_only_where_a_scope_wants_it, world::World) {
  const std::string stanza = "[providers.apple-id]\nclient_id = 'client'\nteam = 'T'\nclient_secret = '''" +
                             std::string{crypto::SignKey::generate(crypto::Kind::p256)->pem().reveal()} + "'''\n";
  BOOST_TEST(open(stanza + "scope = ['name']\n")->begin("apple-id", start())->authorization_url.find("&response_mode=form_post&nonce=") !=
             std::string::npos);
  const auto without = open(stanza)->begin("apple-id", start())->authorization_url;
  BOOST_TEST(without.find("response_mode") == std::string::npos);
  BOOST_TEST(without.find("scope") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(another_issuer_in_the_stanza_forgets_the_files_addresses, world::World) {
  world::OpenIdProvider op{*this};
  op.login();
  auto broker = open(
      "[providers.microsoft]\nissuer = 'https://op.example'\nclient_id = 'client'\nclient_secret = 's'\nid_token = { algs = ['ES256'] }\n");
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(broker->begin("microsoft", start())->authorization_url.starts_with("https://op.example/authorize?"));
  BOOST_TEST(world::outcome(broker->finish("microsoft", finish())) == "ok user-1");
}

BOOST_AUTO_TEST_SUITE_END()
