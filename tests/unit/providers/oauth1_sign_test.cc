// Signatures against the examples of RFC 5849, those that python-social-auth sent (recorded), and what oauthlib makes of odd parameters.
#include "providers/oauth1_sign.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/encode.h"
#include "json/value.h"

namespace {

using providers::oauth1::base_string;
using providers::oauth1::Method;
using providers::oauth1::sign;
using providers::oauth1::signature;

// Made for this test; the RSA signatures in the file are its.
constexpr const char* kKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCfL9pUYc3xkFJk\n"
    "g3q3b+re8hpu05lQTbfm9Hmfkoq+N5uh37mL1+wvK/kcZPirgJ63WfNFP3RF3Dx/\n"
    "T5FURpVWgT1hlVBl18Pzuie/pwieIMydn5mNAv0Gbr2qEB/ASb9xcppK3kLU2byj\n"
    "xt8w3RC6YBF6wtCetsSAb9Q5LCv7UP1DKetwn+Hbw7r7unbuInMcHfo67vfYCA37\n"
    "GnwbXSQiqmZPUoSEjvR4mTDIiiA+vwfHrBh0MSUK0d8Fk7aQd6DoreQaCutpp0Gx\n"
    "e0tM0jEHQZ1g8R0bk0ikRpbN4cfLvoEnb3cNAbYhy1oif6jm5a2u0RWXtbWhnPQa\n"
    "pmVQ+rN7AgMBAAECggEAQxci+G9kIcxGvXAgd1Fm9uGovE7YDd1DhcZBwDw911+O\n"
    "a1HkXIj7VQI+cnYny/hgbDwv6F6O/aaNpMZ/JLq+0/+SRB9vDA082+r4N7EJU8PV\n"
    "GRWb3K+GvoBL1XIIP72VPxYi6yzzk8vU0l3N0UVKeJJmq4uR62JyPQNkuVfhjYBx\n"
    "ShHlLCn62CczyUbsUXHMVM2Drg37o3z8o3rmx07DC2jNvjjjjWEFV/+vjl5GdfG2\n"
    "6/nh9exvJkZvDf1b5s94rhqytzeWc+M5/k68a5leXmJzYU6I6b6cOryZoeX1qAww\n"
    "TIsCgqow1OL5DitZoGvb9WR4h5+VB6Ps/3n4aM0mCQKBgQDXPTR6V9ssvN5jsveJ\n"
    "Ody9h16PM3TdaJ/EyhRluBudPgZ1sHZjrctOh6aZMrYj0RmipKUIVJFOiKw2vnHz\n"
    "Z0ypvJa59QFpDIfOzPxX9ZoHusQSNbBzQJTeQjWcRsx4BjB8UC86DxFDvG6ji35K\n"
    "wpoDuNv7tKn43ys/8Ct4RMX9twKBgQC9VTz47FzM5uVz5nuj8+0M/CMc4f/BUOZJ\n"
    "k5GXdy2FzEHCYXXyfrEDH+aOhTYoVusmTPDR0uEMkFmaaJYuvuv22g2cVL9iZJiY\n"
    "kpNogfBg6TNfHBJnQDLruBiq+3875n7q6RusnPx492n8an7Ctt6QJ8xlOmYNDIH0\n"
    "WGLsDt64XQKBgQCfrE4D/K0hsTMhryCncn9pMsVZYojtv7HWoTskgsIpklvkbvZE\n"
    "2CccqNFUkSRBydtEpvOvDF2HbyiirAGI2jcrLDZ82V8keSE+rx78eby8wza1c5Lk\n"
    "zSIjB+cRegwxdhX+AtYmMgtSvrUtKkyUVW1AGaFIRyxY7eX91sPIwuxGXQKBgFJ3\n"
    "yEEcoydVA2jCYeR+ISjgwmKYRhBsLoKp1mbFMHzxBUunq/peGLglswUtHPPhODfM\n"
    "l7CtS/1u+rh5CcF+w8UYIYmQmHRBIP6ECdUhlBSCPzAUSCfVHNjzrTr8pOTwdyPX\n"
    "OYisMIR4MCAUOvaRNMxRqYQGNeFFK23E+gGcUIK5AoGBALXUrTmVZSNz+QV1jI+6\n"
    "hPXU9cGeNd2kXnDpfcfqTLZTV1gS9Ba65igxXzP4PW7G7u8IvxQ5s0xJvalMem0d\n"
    "+5J9hfybEI7jzvivaQexSQa1X2dOnz1iEeopKh6cJHoIN3OPY3yiHS95UGfie9Sj\n"
    "U4SkUDdLjAgel7m/7cixxC7m\n"
    "-----END PRIVATE KEY-----\n";

const json::Document& signatures() {
  static const json::Document document = [] {
    std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "../../data/providers/oauth1_signatures.json"};
    std::stringstream text;
    text << file.rdbuf();
    return std::move(*json::Document::parse(text.str()));
  }();
  return document;
}

std::string text(json::Value v) { return v.text().value_or(""); }

Method method_of(const std::string& name) {
  for (const auto method : {Method::hmac_sha1, Method::hmac_sha256, Method::rsa_sha1, Method::rsa_sha256, Method::plaintext}) {
    if (providers::oauth1::name_of(method) == name) return method;
  }
  throw std::out_of_range{name};
}

struct Signing {
  base::Secret secret{"s&cret"};
  crypto::SignKey key = *crypto::SignKey::from_pem(base::Secret{kKey});
  providers::oauth1::Stamp stamp{"n0nce", base::Time{std::chrono::seconds{1'700'000'000}}};
  providers::oauth1::Client client(Method method = Method::hmac_sha1) { return {method, "key", secret, &key}; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oauth1_sign, Signing)

BOOST_DATA_TEST_CASE_F(Signing, recorded_signatures_are_made_again, boost::unit_test::data::xrange(signatures().root().size()), index) {
  const auto row = signatures().root().at(index);
  net::Request request{.method = text(row["method"]), .url = text(row["url"]), .body = text(row["body"])};
  if (row["body"].exists()) request.headers = {{"content-type", "Application/x-www-form-urlencoded; charset=utf-8"}};
  providers::oauth1::Pairs oauth;
  for (const auto& [name, value] : row["oauth"].members()) oauth.emplace_back(name, text(value));
  const base::Secret own{text(row["secret"])};
  const auto method = method_of(text(row["oauth"]["oauth_signature_method"]));
  const auto made = signature(request, {method, "", own, &key}, {"", text(row["token_secret"])}, oauth);
  BOOST_TEST_CONTEXT(text(row["why"])) {
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
    BOOST_TEST(*made == text(row["signature"]));
  }
}

BOOST_AUTO_TEST_CASE(the_base_string_is_that_of_rfc_5849_3_4_1_1) {
  const net::Request request{.method = "post",
                             .url = "http://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
                             .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                             .body = "c2&a3=2+q"};
  const auto made = base_string(request, {{"oauth_consumer_key", "9djdj82h48djs9d2"},
                                          {"oauth_token", "kkk9d7dh3k39sjv7"},
                                          {"oauth_signature_method", "HMAC-SHA1"},
                                          {"oauth_timestamp", "137131201"},
                                          {"oauth_nonce", "7d8f3e4a"}});
  BOOST_REQUIRE(bool{made});
  BOOST_TEST(*made ==
             "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26"
             "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
             "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_form_is_not_signed) {  // RFC 5849 3.4.1.3.1
  net::Request request{.method = "POST", .url = "https://a.example/x", .headers = {{"Content-Type", "application/json"}}, .body = "a=b"};
  BOOST_TEST(*base_string(request, {}) == "POST&https%3A%2F%2Fa.example%2Fx&");
  request.headers.clear();
  BOOST_TEST(*base_string(request, {}) == "POST&https%3A%2F%2Fa.example%2Fx&");
}

BOOST_AUTO_TEST_CASE(addresses_stand_as_the_host_header_has_them) {  // RFC 5849 3.4.1.2
  const std::pair<const char*, const char*> rows[] = {
      {"https://A.Example/x", "https://a.example/x"},       {"https://a.example:443/x", "https://a.example/x"},
      {"http://a.example:443/x", "http://a.example:443/x"}, {"http://[::1]:8080/x", "http://[::1]:8080/x"},
      {"https://a.example", "https://a.example/"},          {"https://a.example/%C3%A4%2Fb", "https://a.example/%C3%A4%2Fb"}};
  for (const auto& [url, address] : rows) {
    BOOST_TEST(*base_string({.url = url}, {}) == "GET&" + base::percent_encode(address) + "&");
  }
}

BOOST_AUTO_TEST_CASE(the_header_holds_all_but_the_request) {  // RFC 5849 3.5.1
  net::Request request{.url = "https://a.example/x?y=1"};
  BOOST_REQUIRE(bool{sign(request, client(), {"t&k", "ts"}, {{"oauth_verifier", "v \"1\""}}, stamp)});
  BOOST_REQUIRE(request.headers.size() == 1u);
  BOOST_TEST(request.headers[0].first == "Authorization");
  BOOST_TEST(request.headers[0].second.starts_with(
      "OAuth oauth_consumer_key=\"key\", oauth_token=\"t%26k\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1700000000\", "
      "oauth_nonce=\"n0nce\", oauth_version=\"1.0\", oauth_verifier=\"v%20%221%22\", oauth_signature=\""));
  BOOST_TEST(request.url == "https://a.example/x?y=1");
}

BOOST_AUTO_TEST_CASE(without_a_token_none_is_named) {
  net::Request request{.url = "https://a.example/x"};
  BOOST_REQUIRE(bool{sign(request, client(), {}, {}, stamp)});
  BOOST_TEST(request.headers[0].second.find("oauth_token") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(plaintext_goes_over_https_only) {  // RFC 5849 3.4.4
  net::Request request{.url = "https://a.example/x"};
  BOOST_REQUIRE(bool{sign(request, client(Method::plaintext), {"t", "t&s"}, {}, stamp)});
  BOOST_TEST(request.headers[0].second.ends_with("oauth_signature=\"s%2526cret%26t%2526s\""));
  for (const auto* url : {"http://127.0.0.1:8080/x", "http://localhost/x", "x"}) {
    net::Request open{.url = url};
    const auto done = sign(open, client(Method::plaintext), {}, {}, stamp);
    BOOST_REQUIRE(!done);
    BOOST_TEST(done.error().detail.find("https only") != std::string::npos);
    BOOST_TEST(open.headers.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_signed_is_not_sent_unsigned) {
  net::Request no_url{.url = "not a url"};
  BOOST_TEST(!sign(no_url, client(), {}, {}, stamp));
  BOOST_TEST(no_url.headers.empty());
  net::Request request{.url = "https://a.example/x"};
  BOOST_TEST(!sign(request, {Method::rsa_sha1, "key", secret, nullptr}, {}, {}, stamp));
  const auto ec = *crypto::SignKey::generate(crypto::Kind::p256);
  for (const auto method : {Method::rsa_sha1, Method::rsa_sha256}) BOOST_TEST(!sign(request, {method, "key", secret, &ec}, {}, {}, stamp));
  BOOST_TEST(request.headers.empty());
}

BOOST_AUTO_TEST_SUITE_END()
