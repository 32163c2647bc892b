// The OAuth 2 engine against what real providers answer, and against every fault of wire.md F.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

const char* kForge = R"([providers.forge]
kind = "oauth2"
client_id = "c:d"
client_secret = "s&t"
authorize = { url = "https://forge.example/authorize", scope = ["read", "mail"] }
token = { url = "https://forge.example/token" }
user = [ { url = "https://forge.example/user", headers = { Authorization = "token {access_token}" } } ]
map = { uid = "u:/id", username = "u:/login", email = "u:/email", name = "u:/name" }
)";
const char* kToken = "https://forge.example/token";
const char* kUser = "https://forge.example/user";
const char* kGoodToken = R"({"access_token":"at","token_type":"bearer"})";
const char* kGoodUser = R"({"id":7,"login":"ann","email":"a@x.example","name":"Ann Example"})";

struct Row {
  const char* why;
  int token_status;
  std::string token;
  int user_status;
  std::string user;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kUnreadable = "upstream Network error during authentication: the provider's answer could not be read";
const Row faults[] = {
    {"good", 200, kGoodToken, 200, kGoodUser, "ok 7"},
    {"F01 bad code", 400, R"({"error":"invalid_grant"})", 0, "", "denied Authentication process canceled"},
    {"F02 error in a 200", 200, R"({"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."})", 0,
     "", "bad_request Authentication failed: The code passed is incorrect or expired."},
    {"F03 denied in a 200", 200, R"({"error":"access_denied"})", 0, "", "denied Authentication process canceled"},
    {"error as an object", 200, R"({"error":{"type":"OAuthException","message":"Invalid verification code"}})", 0, "",
     "bad_request Authentication failed: Invalid verification code"},
    {"F04", 401, "", 0, "", "bad_request Token error: Invalid key/secret, perhaps expired"},
    {"F05", 403, "", 0, "", "upstream Network error during authentication: the provider answered 403"},
    {"F06", 404, "", 0, "", "upstream Network error during authentication: the provider answered 404"},
    {"F07", 429, "", 0, "", "upstream Network error during authentication: the provider answered 429"},
    {"F08", 500, "", 0, "", "upstream Network error during authentication: the provider answered 500"},
    {"F09", 502, "<html>", 0, "", "upstream Network error during authentication: the provider answered 502"},
    {"F10", 503, "", 0, "", "upstream The authentication provider could not be reached"},
    {"F11 HTML", 200, "<html>hello</html>", 0, "", kUnreadable},
    {"F12 half garbage", 200, R"({"access_token":"at"} x)", 0, "", kUnreadable},
    {"F13 binary", 200, std::string{"\x00\xff\x01", 3}, 0, "", kUnreadable},
    {"F14 empty", 200, "", 0, "", kUnreadable},
    {"F15 list", 200, "[]", 0, "", "bad_request Token error: the provider's answer holds no token"},
    {"F16 null", 200, "null", 0, "", "bad_request Token error: the provider's answer holds no token"},
    {"F17 no token", 200, "{}", 0, "", "bad_request Token error: Missing access_token in token response"},
    {"a token that is no text", 200, R"({"access_token":{"x":1}})", 0, "",
     "bad_request Token error: Missing access_token in token response"},
    {"an empty token", 200, R"({"access_token":""})", 0, "", "bad_request Token error: Missing access_token in token response"},
    {"a name twice: parsers differ on it", 200, R"({"access_token":"a","access_token":"b"})", 0, "", kUnreadable},
    {"a token of another type", 200, R"({"access_token":"at","token_type":"DPoP"})", 0, "",
     "bad_request Token error: the token's type is not Bearer"},
    {"RFC 6749 7.1: type without case", 200, R"({"access_token":"at","token_type":"BEARER"})", 200, kGoodUser, "ok 7"},
    {"no type at all", 200, R"({"access_token":"at"})", 200, kGoodUser, "ok 7"},
    {"F19 a redirect is not followed with a secret", 302, "", 0, "",
     "upstream Network error during authentication: the provider answered 302"},
    {"F20 a form where JSON is due", 200, "access_token=at", 0, "", kUnreadable},
    {"F21 cut off", 200, R"({"access_token":"a)", 0, "", kUnreadable},
    {"F22", 200, kGoodToken, 401, "", "denied Your credentials aren't allowed"},
    {"F23", 200, kGoodToken, 403, "", "upstream Network error during authentication: the provider answered 403"},
    {"F24", 200, kGoodToken, 500, "", "upstream Network error during authentication: the provider answered 500"},
    {"F25 HTML for a user", 200, kGoodToken, 200, "<html>", kUnreadable},
    {"F27 no id: everyone without one would be one account", 200, kGoodToken, 200, R"({"login":"unoid"})",
     "bad_request Authentication failed: the provider named no user"},
    {"F28 an id of null", 200, kGoodToken, 200, R"({"id":null,"login":"x"})",
     "bad_request Authentication failed: the provider named no user"},
    {"an empty id", 200, kGoodToken, 200, R"({"id":""})", "bad_request Authentication failed: the provider named no user"},
    {"an id with a line end", 200, kGoodToken, 200, R"({"id":"1\n2"})", "bad_request Authentication failed: the provider named no user"},
    {"an id too large for a number", 200, kGoodToken, 200, R"({"id":12345678901234567890123})",
     "bad_request Authentication failed: the provider named no user"},
    {"F29 null for a user", 200, kGoodToken, 200, "null", kUnreadable},
    {"F30 a list for a user", 200, kGoodToken, 200, "[]", "bad_request Authentication failed: the provider named no user"},
    {"F31-F33 nothing but an id", 200, kGoodToken, 200, R"({"id":"f31"})", "ok f31"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oauth2, world::World)

BOOST_DATA_TEST_CASE_F(world::World, each_fault_has_its_text, boost::unit_test::data::make(faults), row) {
  net.answer(kToken, row.token_status, row.token);
  if (row.user_status != 0) net.answer(kUser, row.user_status, row.user);
  auto broker = open(kForge);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) == row.outcome);
}

BOOST_AUTO_TEST_CASE(no_connection_no_answer_in_time_and_no_room_are_told_apart) {
  auto broker = open(kForge);
  net.fail(kToken, "connect: refused");  // F18, F40
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) == "upstream Connection error: the provider could not be reached");
  net.answers.clear();
  net.fail(kToken, "timeout");  // H01
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) ==
             "upstream Network error during authentication: the provider did not answer in time");
  net.answers.clear();
  net.answers[kToken].push_back(base::Error{base::Code::busy, "too many calls"});
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) == "busy ");
  net.answers.clear();
  net.answer(kToken, 200, kGoodToken);
  net.fail(kUser, "connect: reset");  // F26
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) == "upstream Connection error: the provider could not be reached");
}

BOOST_AUTO_TEST_CASE(the_authorization_url_is_djosers_but_always_encoded) {
  auto broker = open(kForge);
  const auto url = broker->begin("forge", start())->authorization_url;
  BOOST_TEST(
      url ==
      "https://forge.example/authorize?client_id=c%3Ad&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1%26y%3Da%20b&state=a%20state"
      "&response_type=code&code_challenge_method=S256&code_challenge=" +
          base::base64url(crypto::sha256(providers::code_verifier_of(seed))) + "&scope=read%20mail");
}

BOOST_AUTO_TEST_CASE(the_token_request_is_what_rfc_6749_says) {
  net.answer(kToken, 200, kGoodToken);
  net.answer(kUser, 200, kGoodUser);
  auto broker = open(kForge);
  BOOST_REQUIRE(bool{broker->finish("forge", finish())});
  const auto& token = last(kToken);
  BOOST_TEST(token.method == "POST");
  BOOST_TEST(token.body ==
             "grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1%26y%3Da%20b&code_verifier=" +
                 providers::code_verifier_of(seed) + "&client_id=c%3Ad&client_secret=s%26t");
  BOOST_TEST(token.redirects == 0);
  BOOST_TEST((last(kUser).headers.at(0) == net::Header{"Authorization", "token at"}));
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_without_a_code) {
  auto broker = open(kForge);
  auto without = finish();
  without.params = {{"state", "a state"}};
  BOOST_TEST(world::outcome(broker->finish("forge", without)) == "bad_request Authentication process canceled");  // S33
  BOOST_TEST(net.asked.empty());
}

BOOST_AUTO_TEST_CASE(basic_authentication_encodes_both_parts) {  // RFC 6749 2.3.1
  net.answer(kToken, 200, kGoodToken);
  net.answer(kUser, 200, kGoodUser);
  auto broker = open(std::string{kForge} + "client_auth = \"basic\"\n");
  BOOST_REQUIRE(bool{broker->finish("forge", finish())});
  BOOST_TEST((last(kToken).headers.at(0) == net::Header{"Authorization", "Basic " + base::base64("c%3Ad:s%26t")}));
  BOOST_TEST(last(kToken).body.find("client_") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_public_client_sends_its_name_and_the_verifier) {
  net.answer(kToken, 200, kGoodToken);
  net.answer(kUser, 200, kGoodUser);
  auto broker = open(std::string{kForge} + "client_auth = \"none\"\n");
  BOOST_REQUIRE(bool{broker->finish("forge", finish())});
  BOOST_TEST(last(kToken).body.find("client_id=c%3Ad") != std::string::npos);
  BOOST_TEST(last(kToken).body.find("client_secret") == std::string::npos);
  BOOST_TEST(last(kToken).body.find("code_verifier=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_provider_that_breaks_on_pkce_gets_none_of_it) {  // RFC 9700 4.8.2: a verifier without a challenge is refused
  net.answer(kToken, 200, kGoodToken);
  net.answer(kUser, 200, kGoodUser);
  auto broker = open(std::string{kForge} + "pkce = \"none\"\n");
  BOOST_TEST(broker->begin("forge", start())->authorization_url.find("code_challenge") == std::string::npos);
  BOOST_REQUIRE(bool{broker->finish("forge", finish())});
  BOOST_TEST(last(kToken).body.find("code_verifier") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_issuer_is_refused_before_the_code_goes_anywhere) {  // RFC 9207 2.4
  auto broker = open(std::string{kForge} + "issuer = \"https://forge.example\"\n");
  BOOST_TEST(world::outcome(broker->finish("forge", finish({{"iss", "https://evil.example"}}))) ==
             "denied Authentication failed: the answer is another provider's");
  BOOST_TEST(net.asked.empty());
}

BOOST_AUTO_TEST_CASE(form_answers_are_read_where_the_provider_sends_them) {
  net.answer(kToken, 200, "access_token=a%2Bt+x&expires=300");
  net.answer(kUser, 200, kGoodUser);
  std::string toml{kForge};
  toml.replace(toml.find("/token\""), 7, "/token\", answer = \"form\"");
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(world::outcome(broker->finish("forge", finish())) == "ok 7");
  BOOST_TEST((last(kUser).headers.at(0) == net::Header{"Authorization", "token a+t x"}));
}

BOOST_AUTO_TEST_CASE(an_unknown_provider_is_not_found) {
  auto broker = open(kForge);
  BOOST_TEST((broker->begin("nope", start()).error().code == base::Code::not_found));
  BOOST_TEST((broker->finish("nope", finish()).error().code == base::Code::not_found));
  BOOST_TEST(!broker->has("Forge"));
}

BOOST_AUTO_TEST_SUITE_END()
