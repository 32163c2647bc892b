// How a request gets to the provider: in the open, signed (RFC 9101), pushed (RFC 9126); by the stanza or by the metadata's demand.
#include "providers/authorization_request.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/crypto/client_certificates.h"
#include "unit/providers/fapi_world.h"

namespace {

const std::string kPushedOnly = R"(,"require_pushed_authorization_requests":true)",
                  kSignedOnly = R"(,"require_signed_request_object":true)";

struct World : world::FapiWorld {
  providers::Params parameters(const std::string& with) { return world::params_of(begin(with)); }
  json::Document claims(std::string_view jwt) const { return *json::Document::parse(token::parse_jws(jwt)->payload); }
};

struct Row {
  const char* why;
  std::string metadata, tables, names;  // names: of the parameters in the browser's address
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kPlain = "client_id redirect_uri state response_type code_challenge_method code_challenge nonce scope";
const Row ways[] = {
    {"as ever", "", "", kPlain},
    {"the metadata demands pushing", kPushedOnly, "", "client_id request_uri"},
    {"the stanza does", "", "authorize = { pushed = true }", "client_id request_uri"},
    {"and says where", "", "authorize = { pushed = \"https://op.example/par\" }", "client_id request_uri"},
    {"the metadata demands a signature", kSignedOnly, "", "client_id response_type scope request"},
    {"the stanza does", "", "authorize = { signed_request = true }", "client_id response_type scope request"},
    {"both", kPushedOnly + kSignedOnly, "", "client_id request_uri"},
    {"a demand that is false", R"(,"require_pushed_authorization_requests":false,"require_signed_request_object":"true")", "", kPlain},
    {"signed answers", "", "authorize = { response_mode = \"jwt\" }",
     "client_id redirect_uri state response_type response_mode code_challenge_method code_challenge nonce scope"},
    {"RFC 9449 10: the code is bound to the key", "", "token = { dpop = true }",
     "client_id redirect_uri state response_type dpop_jkt code_challenge_method code_challenge nonce scope"},
};

struct Answer {
  const char* why;
  int status;
  std::string body, outcome;
};
std::ostream& operator<<(std::ostream& os, const Answer& row) { return os << row.why; }
std::string answer(const std::string& uri, const std::string& life) {
  return R"({"request_uri":)" + uri + R"(,"expires_in":)" + life + '}';
}
const std::string kUnread = "upstream The authentication provider's answer could not be read | par: ";
const std::string kRefused = "upstream The authentication provider does not accept the request | par: HTTP ";
const Answer answers[] = {
    {"a URN", 201, answer("\"urn:x:1\"", "60"), "https://op.example/authorize?client_id=client&request_uri=urn%3Ax%3A1"},
    {"an https address", 201, answer("\"https://op.example/r/1\"", "60"),
     "https://op.example/authorize?client_id=client&request_uri=https%3A%2F%2Fop.example%2Fr%2F1"},
    {"some answer 200", 200, answer("\"urn:x:1\"", "60"), "https://op.example/authorize?client_id=client&request_uri=urn%3Ax%3A1"},
    {"request_uri missing", 201, R"({"expires_in":60})", kUnread + "request_uri is missing"},
    {"request_uri empty", 201, answer("\"\"", "60"), kUnread + "request_uri is missing"},
    {"request_uri of the wrong type", 201, answer("7", "60"), kUnread + "request_uri is missing"},
    {"plain http", 201, answer("\"http://op.example/r\"", "60"), kUnread + "request_uri is neither a URN nor an https address"},
    {"a script", 201, answer("\"javascript:alert(1)\"", "60"), kUnread + "request_uri is neither a URN nor an https address"},
    {"line ends", 201, answer(R"("urn:x:\r\nSet-Cookie: a=b")", "60"), kUnread + "request_uri is neither a URN nor an https address"},
    {"too long", 201, answer("\"urn:" + std::string(1100, 'x') + '"', "60"), kUnread + "request_uri is neither a URN nor an https address"},
    {"expires_in missing", 201, R"({"request_uri":"urn:x:1"})", kUnread + "expires_in is missing, or no time to live"},
    {"expired at once", 201, answer("\"urn:x:1\"", "0"), kUnread + "expires_in is missing, or no time to live"},
    {"before it began", 201, answer("\"urn:x:1\"", "-5"), kUnread + "expires_in is missing, or no time to live"},
    {"a text for a time", 201, answer("\"urn:x:1\"", "\"60\""), kUnread + "expires_in is missing, or no time to live"},
    {"for ever", 201, answer("\"urn:x:1\"", "99999999"), kUnread + "expires_in is missing, or no time to live"},
    {"a page", 201, "<html>", kUnread + "no JSON"},
    {"RFC 9126 2.3", 400, R"({"error":"invalid_request","error_description":"secret words"})",
     kRefused + "400, the provider says invalid_request"},
    {"who are you", 401, R"({"error":"invalid_client"})", kRefused + "401, the provider says invalid_client"},
    {"too large", 413, "", kRefused + "413"},
    {"too many", 429, "", kRefused + "429"},
    {"a redirect is not followed", 302, "", kRefused + "302"},
    {"its own trouble", 500, "<html>", kRefused + "500"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_authorization_request, World)

BOOST_DATA_TEST_CASE_F(World, the_browser_carries_what_it_must, boost::unit_test::data::make(ways), row) {
  more = row.metadata;
  BOOST_TEST(world::names_of(parameters(stanza("", row.tables))) == row.names);
}

BOOST_DATA_TEST_CASE_F(World, an_answer_of_the_pushed_endpoint_is_checked, boost::unit_test::data::make(answers), row) {
  more = kPushedOnly;
  pushed_status = row.status;
  pushed = row.body;
  BOOST_TEST(begin(stanza()) == row.outcome);
}

BOOST_AUTO_TEST_CASE(what_is_pushed_is_the_whole_request_with_our_proof) {  // RFC 9126 2.1
  more = kPushedOnly;
  begin(stanza("key_id = \"k\""));
  const auto& request = last("https://op.example/par");
  const auto form = world::params_of(request.body);
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.private_addresses);  // the operator named that host
  BOOST_TEST(
      world::names_of(form) ==
      "redirect_uri state response_type code_challenge_method code_challenge nonce scope client_id client_assertion_type client_assertion");
  BOOST_TEST(providers::last(form, "redirect_uri") == redirect_uri);
  const auto proof = claims(providers::last(form, "client_assertion"));
  BOOST_TEST(proof.root()["aud"].string().value_or("") == "https://op.example");
  BOOST_TEST(asked("https://op.example/par") == 1);
}

BOOST_AUTO_TEST_CASE(a_secret_proves_it_too) {
  more = kPushedOnly + R"(,"token_endpoint_auth_methods_supported":["client_secret_basic"])";
  metadata = R"(,"pushed_authorization_request_endpoint":"https://op.example/par")";
  begin(std::string{world::kOidc});
  const auto& request = last("https://op.example/par");
  BOOST_TEST(request.headers.at(0).first == "Authorization");
  BOOST_TEST(providers::last(world::params_of(request.body), "client_id") == "client");
}

BOOST_AUTO_TEST_CASE(a_request_object_is_for_one_provider_and_a_short_time) {  // RFC 9101 4, 10.3
  more = kSignedOnly;
  const auto params =
      parameters(stanza("key_id = \"k\"", "authorize = { params = { max_age = \"60\", claims = '''{'{'}\"userinfo\":null}''' } }"));
  const std::string text{providers::last(params, "request")};
  const auto jws = token::parse_jws(text);
  BOOST_REQUIRE(bool{jws});
  BOOST_TEST(jws->typ == "oauth-authz-req+jwt");
  BOOST_TEST(jws->kid == "k");
  const std::vector<token::Jwk> keys{{"", std::nullopt, own.verify_key()}};
  BOOST_TEST((token::verify(*jws, keys, {crypto::Alg::ES256}) == token::Verdict::good));
  const auto said = claims(text);
  const auto now = clock.now().time_since_epoch().count();
  for (const auto& [name, value] : std::map<std::string, std::string>{{"iss", "client"},
                                                                      {"aud", "https://op.example"},
                                                                      {"client_id", "client"},
                                                                      {"redirect_uri", redirect_uri},
                                                                      {"state", "a state"},
                                                                      {"response_type", "code"}})
    BOOST_TEST(said.root()[name].string().value_or("") == value, name);
  BOOST_TEST(said.root()["exp"].integer().value_or(0) == now + 300);
  BOOST_TEST(said.root()["nbf"].integer().value_or(0) == now);
  BOOST_TEST(said.root()["max_age"].integer().value_or(0) == 60);
  BOOST_TEST(said.root()["claims"].is_object());
}

BOOST_AUTO_TEST_CASE(the_endpoints_own_query_stays) {  // RFC 6749 3.1
  const auto url = begin(stanza("", "authorize = { url = \"https://op.example/authorize?p=policy\", pushed = true }"));
  BOOST_TEST(url == "https://op.example/authorize?p=policy&client_id=client&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aabc");
}

BOOST_AUTO_TEST_CASE(plain_oauth_2_pushes_where_its_file_says) {
  const auto url = begin(
      "[providers.op]\nkind = \"oauth2\"\nclient_id = \"client\"\nclient_secret = \"s\"\n"
      "authorize = { url = \"https://op.example/authorize\", pushed = \"https://op.example/par\" }\n"
      "token = { url = \"https://op.example/token\" }\nmap = { uid = \"t:/id\" }\n");
  BOOST_TEST(url == "https://op.example/authorize?client_id=client&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aabc");
  BOOST_TEST(providers::last(world::params_of(last("https://op.example/par").body), "client_secret") == "s");
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_is_told_by_check) {
  serve("{}");
  auto broker = *open(
      stanza("client_certificate = '''" + client_certificates::kCertificate + "'''\nclient_key = '''" + client_certificates::kKey + "'''"));
  BOOST_TEST(bool{broker.check("op")});
  clock.t += std::chrono::hours{200 * 366 * 24};
  serve("{}");
  const auto late = broker.check("op");
  BOOST_REQUIRE(!late);
  BOOST_TEST(late.error().say == "client_certificate_file: the certificate has expired");
}

BOOST_AUTO_TEST_CASE(a_demand_that_cannot_be_met_is_told) {
  const std::string start = "upstream The authentication provider cannot be used as it is configured here | ";
  metadata = R"(,"token_endpoint_auth_methods_supported":["private_key_jwt"])";
  more = kPushedOnly;
  BOOST_TEST(begin(stanza()) == start + "pushed_authorization_request_endpoint is missing");
  more = kSignedOnly;
  BOOST_TEST(begin(std::string{world::kOidc}) == start + "it takes signed requests only: private_key_file is missing");
  more += R"(,"request_object_signing_alg_values_supported":["PS256"])";
  BOOST_TEST(begin(stanza()).ends_with("private_key: the provider lists no algorithm that this key could sign with"));
  BOOST_TEST(asked("https://op.example/par") == 0);
  // An address that a document names is held to the rules for such (CWE-918, RFC 9700 2.6).
  more = kPushedOnly + R"(,"pushed_authorization_request_endpoint":"http://op.example/par")";
  BOOST_TEST(begin(stanza()).find("pushed_authorization_request_endpoint is no https URL") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
