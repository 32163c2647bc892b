// What a stanza must have for proving who we are is found missing at the start, with file, line and what it is.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/crypto/client_certificates.h"
#include "unit/providers/world.h"

namespace {

namespace own = client_certificates;

std::string text(const char* name, const std::string& pem) { return std::string{name} + " = '''" + pem + "'''\n"; }
const std::string kKey = text("private_key", own::kKey), kCertificate = text("client_certificate", own::kCertificate),
                  kCertificateKey = text("client_key", own::kKey);

struct Row {
  const char* why;
  std::string stanza, outcome;  // "" = it starts
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kSecret = "client_secret = \"s\"\n";
const Row rows[] = {
    {"a secret", kSecret, ""},
    {"nothing", "", "client_secret: is missing"},
    {"a key is enough", kKey, ""},
    {"a certificate is enough", kCertificate + kCertificateKey, ""},
    {"a key that cannot be read", "private_key = \"x\"\n", "its private key is no PEM that can be read"},
    {"private_key_jwt without a key", kSecret + "client_auth = \"private_key_jwt\"\n",
     "private_key_file: is missing: the key (PEM) that client_auth"},
    {"dpop without a key", kSecret + "token = { dpop = true }\n", "private_key_file: is missing: the key (PEM) that dpop = true"},
    {"a signed request without a key", kSecret + "authorize = { signed_request = true }\n",
     "private_key_file: is missing: the key (PEM) that signed_request = true"},
    {"tls_client_auth without a certificate", kSecret + "client_auth = \"tls_client_auth\"\n", "client_certificate_file: is missing"},
    {"half of a certificate", kSecret + kCertificate, "client_key_file: is missing"},
    {"the other half", kSecret + kCertificateKey, "client_certificate_file: is missing"},
    {"halves that do not belong together", kCertificate + text("client_key", own::kOtherKey),
     "client_key_file: is not the key of client_certificate_file"},
    {"a certificate that is none", text("client_certificate", own::kKey) + kCertificateKey, "client_certificate_file: certificate: no PEM"},
    {"a key that is none", kCertificate + text("client_key", own::kCertificate), "client_key_file: no private key"},
    {"a file that is not there", kSecret + "client_certificate_file = \"/nowhere/c.pem\"\n", "client_certificate_file: /nowhere/c.pem"},
    {"both forms of a key", kKey + "private_key_file = \"/nowhere/k.pem\"\n", "private_key_file: stands beside private_key"},
    {"an algorithm for another key", kKey + "private_key_alg = \"PS256\"\n", "private_key_alg: PS256 is not for a key of this kind"},
    {"an algorithm for no key", kSecret + "private_key_alg = \"PS256\"\n", "private_key_alg: there is no private_key_file"},
    {"an algorithm that is none", kKey + "private_key_alg = \"none\"\n", "private_key_alg: \"none\" is no signature algorithm"},
    {"an algorithm that fits", kKey + "private_key_alg = \"ES256\"\n", ""},
    {"signed answers in the fragment", kSecret + "authorize = { response_mode = \"fragment.jwt\" }\n", "\"fragment.jwt\" is not known"},
    {"response_mode twice", kSecret + "authorize = { response_mode = \"jwt\", params = { response_mode = \"query\" } }\n",
     "authorize.response_mode: stands in params or pass too"},
    {"response_mode by the request", kSecret + "authorize = { response_mode = \"jwt\", pass = [\"response_mode\"] }\n",
     "authorize.response_mode: stands in params or pass too"},
    {"pushed to plain http", kSecret + "authorize = { pushed = \"http://op.example/par\" }\n",
     "authorize.pushed: \"http://op.example/par\" must be https"},
    {"pushed and neither", kSecret + "authorize = { pushed = \"yes\" }\n", "authorize.pushed: want true or false"},
};

struct World : world::World {
  std::string started(const std::string& stanza) {
    const auto broker = open("[providers.op]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"client\"\n" + stanza);
    return broker ? "" : broker.error().say;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_spec_client, World)

BOOST_DATA_TEST_CASE_F(World, what_is_missing_or_wrong_stops_the_start, boost::unit_test::data::make(rows), row) {
  const auto said = started(row.stanza);
  if (row.outcome.empty()) {
    BOOST_TEST(said == "");
  } else {
    BOOST_TEST(said.find(row.outcome) != std::string::npos, said);
  }
  BOOST_TEST(said.find("PRIVATE KEY") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(plain_oauth_2_has_no_metadata_that_would_tell) {
  const std::string stanza =
      "[providers.op]\nkind = \"oauth2\"\nclient_id = \"c\"\nclient_secret = \"s\"\ntoken = { url = \"https://op.example/token\" }\n"
      "map = { uid = \"t:/id\" }\nauthorize = { url = \"https://op.example/a\", ";
  const auto pushed = open(stanza + "pushed = true }\n"), signed_answers = open(stanza + "response_mode = \"jwt\" }\n");
  BOOST_REQUIRE(!pushed);
  BOOST_TEST(pushed.error().say.find("authorize.pushed: want the address") != std::string::npos, pushed.error().say);
  BOOST_REQUIRE(!signed_answers);
  BOOST_TEST(signed_answers.error().say.find("authorize.response_mode: only with an OpenID provider") != std::string::npos,
             signed_answers.error().say);
  BOOST_TEST(bool{open(stanza + "scope = [] }\n")});
}

BOOST_AUTO_TEST_SUITE_END()
