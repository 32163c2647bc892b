// MediaWiki's identity: a JWT that is ours, of now, of this wiki and of this very request, or nobody signs in.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const char* kWiki = "https://wiki.example/w/index.php";
const char* kSecret = "a-secret-key";  // shorter than RFC 7518 3.2 wants: it is the wiki that chooses it
std::string number(std::int64_t n) { return std::to_string(n); }

std::string hmac_jwt(const std::string& header, const std::string& payload, const std::string& key) {
  const auto signed_part = base::base64url(header) + '.' + base::base64url(payload);
  return signed_part + '.' + base::base64url(crypto::hmac_sha256(key, signed_part));
}

struct Wiki : world::World {
  std::string header = R"({"alg":"HS256","typ":"JWT"})", key = kSecret, body;
  int status = 200;
  std::string stanza = "mediawiki_url = 'https://wiki.example/w/index.php/'\n";

  void serve(const world::Change& change) {
    net.answer(std::string{kWiki} + "?title=Special%3AOAuth%2Finitiate", 200,
               "oauth_token=rt&oauth_token_secret=rs&oauth_callback_confirmed=true");
    net.answer(std::string{kWiki} + "?title=Special%3AOauth%2Ftoken", 200, "oauth_token=at&oauth_token_secret=as");
    net.live = [this, change](const net::Request& request) {
      const auto& authorization = request.headers.back().second;
      const auto at = authorization.find("oauth_nonce=\"") + 13;
      std::map<std::string, std::string> claims{
          {"iss", R"("https://wiki.example")"},
          {"aud", "\"key\""},
          {"iat", number(kNow)},
          {"exp", number(kNow + 100)},
          {"nonce", '"' + authorization.substr(at, authorization.find('"', at) - at) + '"'},
          {"sub", "1234"},
          {"username", "\"Foobar\""},
          {"email", "\"foo@bar.example\""},
          {"confirmed_email", "true"},
      };
      if (change) change(claims);
      json::Writer w;
      w.object();
      for (const auto& [name, value] : claims) w.key(name).raw(value);
      return net::Response{status, {}, body.empty() ? hmac_jwt(header, w.end_object().take(), key) + "\n" : body};
    };
  }
  base::Result<providers::Identity> login(const world::Change& change = {}) {
    serve(change);
    auto broker = open("[providers.mediawiki]\nclient_id = 'key'\nclient_secret = 'a-secret-key'\n" + stanza);
    if (!broker) return broker.error();
    const auto begun = broker->begin("mediawiki", start());
    if (!begun) return begun.error();
    return broker->finish("mediawiki", {redirect_uri, "a state", seed, begun->kept, {{"oauth_token", "rt"}, {"oauth_verifier", "v"}}});
  }
};

struct Row {
  const char* why;
  world::Change change;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kBad = "bad_request Token error: ";
const Row claims[] = {
    {"good", {}, "ok 1234"},
    {"the canonical server may still be http", world::set("iss", R"("http://wiki.example")"), "ok 1234"},
    {"another wiki", world::set("iss", R"("https://evil.example")"), kBad + "Invalid issuer"},
    {"another port", world::set("iss", R"("https://wiki.example:444")"), kBad + "Invalid issuer"},
    {"a name that begins alike", world::set("iss", R"("https://wiki.example.evil.example")"), kBad + "Invalid issuer"},
    {"an issuer that is no URL", world::set("iss", R"("wiki.example")"), kBad + "Invalid issuer"},
    {"no issuer", world::drop("iss"), kBad + "Invalid issuer"},
    {"another client's", world::set("aud", "\"other\""), kBad + "Invalid audience"},
    {"for several", world::set("aud", R"(["key","other"])"), kBad + "Invalid audience"},
    {"for nobody", world::drop("aud"), kBad + "Invalid audience"},
    {"expired", world::set("exp", number(kNow)), kBad + "Signature has expired"},
    {"one second left", world::set("exp", number(kNow + 1)), "ok 1234"},
    {"no exp", world::drop("exp"), kBad + "Invalid identity"},
    {"no iat", world::drop("iat"), kBad + "Invalid identity"},
    {"of the future", world::set("iat", number(kNow + 61)), kBad + "The token is not yet valid (iat)"},
    {"a clock a minute ahead", world::set("iat", number(kNow + 60)), "ok 1234"},
    {"an answer to another request (recorded)", world::set("nonce", "\"wrong\""), kBad + "Replay attack detected"},
    {"an answer to no request", world::drop("nonce"), kBad + "Replay attack detected"},
    {"nobody", world::drop("sub"), "bad_request Authentication failed: the provider named no user"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oauth1_identity, Wiki)

BOOST_DATA_TEST_CASE_F(Wiki, every_claim_is_checked, boost::unit_test::data::make(claims), row) {
  BOOST_TEST(world::outcome(login(row.change)) == row.outcome);
}

BOOST_AUTO_TEST_CASE(who_it_is_stands_in_the_claims) {
  const auto who = login();
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->username == "Foobar");
  BOOST_TEST(who->email == "foo@bar.example");
  BOOST_TEST(who->email_verified);
  const auto unconfirmed = login(world::set("confirmed_email", "false"));
  BOOST_REQUIRE(bool{unconfirmed});
  BOOST_TEST(!unconfirmed->email_verified);
  BOOST_TEST(net.asked.back().method == "POST");
  BOOST_TEST(net.asked.back().url == "https://wiki.example/w/index.php?title=Special%3AOAuth%2Fidentify");
}

BOOST_AUTO_TEST_CASE(the_signature_is_the_clients_secret_and_hs256_alone) {
  key = "another secret";
  BOOST_TEST(world::outcome(login()) == kBad + "Signature verification failed");
  key = "";
  BOOST_TEST(world::outcome(login()) == kBad + "Signature verification failed");
  key = kSecret;
  header = R"({"alg":"HS384"})";
  BOOST_TEST(world::outcome(login()) == kBad + "Signature verification failed");
  header = R"({"alg":"none"})";  // RFC 8725 2.1
  BOOST_TEST(world::outcome(login()).starts_with("upstream "));
}

BOOST_AUTO_TEST_CASE(anything_but_a_token_is_unreadable) {
  for (const auto* text : {"<html>", R"({"error":"mwoauth-oauth-exception"})", "a.b", "a.b.c.d"}) {
    body = text;
    BOOST_TEST(world::outcome(login()) == "upstream Network error during authentication: the provider's answer could not be read", text);
  }
  body = hmac_jwt(header, "[]", kSecret);
  BOOST_TEST(world::outcome(login()) == kBad + "Invalid identity");
  body = hmac_jwt(header, "{", kSecret);
  BOOST_TEST(world::outcome(login()) == kBad + "Invalid identity");
}

BOOST_AUTO_TEST_CASE(a_refusal_at_the_identity) {
  status = 401;
  BOOST_TEST(world::outcome(login()) == "denied Your credentials aren't allowed");
  status = 500;
  BOOST_TEST(world::outcome(login()) == "upstream Network error during authentication: the provider answered 500");
}

BOOST_AUTO_TEST_CASE(a_wiki_without_an_address_stops_the_start) {
  stanza.clear();
  const auto who = login();
  BOOST_REQUIRE(!who);
  BOOST_TEST(who.error().say.find("a setting that it needs has no value") != std::string::npos, who.error().say);
}

BOOST_AUTO_TEST_SUITE_END()
