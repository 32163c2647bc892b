// Proofs of possession (RFC 9449): what stands in one, and which nonces are taken.
#include "providers/dpop.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "fake/clock.h"
#include "fake/random.h"
#include "json/value.h"
#include "token/jws.h"

namespace {

const crypto::PublicParts kOfTheRfc{crypto::Kind::p256, "", "", *base::base64url_decode("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"),
                                    *base::base64url_decode("9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA")};

struct ProofWorld {
  fake::Clock clock;
  fake::Random random;
  const crypto::SignKey key = *crypto::SignKey::generate(crypto::Kind::p256);

  std::string proof(const providers::Proof& of) { return *providers::make_proof(key, crypto::Alg::ES256, of, clock, random); }
  json::Document claims(const std::string& jwt) const { return *json::Document::parse(token::parse_jws(jwt)->payload); }
};

struct Answer {
  const char* why;
  net::Response answer;
  bool wants;
};
std::ostream& operator<<(std::ostream& os, const Answer& row) { return os << row.why; }
const std::string kBody = R"({"error":"use_dpop_nonce"})";
const Answer answers[] = {
    {"RFC 9449 8: the token endpoint", {400, {}, kBody}, true},
    {"the same with a status of its own", {401, {}, kBody}, true},
    {"RFC 9449 9: a resource", {401, {{"www-authenticate", R"(DPoP error="use_dpop_nonce")"}}, ""}, true},
    {"[rs-dpop-auth-scheme-case-insensitivity]", {401, {{"www-authenticate", R"(dpop error="use_dpop_nonce")"}}, ""}, true},
    {"behind another challenge", {401, {{"www-authenticate", R"(Bearer realm="x", DPoP algs="ES256", error="use_dpop_nonce")"}}, ""}, true},
    {"in a header of its own", {401, {{"www-authenticate", "Bearer"}, {"www-authenticate", R"(DPoP error="use_dpop_nonce")"}}, ""}, true},
    {"another error", {400, {}, R"({"error":"invalid_grant"})"}, false},
    {"another challenge", {401, {{"www-authenticate", R"(Bearer error="use_dpop_nonce")"}}, ""}, false},
    {"a success", {200, {}, kBody}, false},
    {"a page", {400, {}, "<html>use_dpop_nonce"}, false},
};

struct Nonce {
  const char* why;
  std::string text, kept;
};
std::ostream& operator<<(std::ostream& os, const Nonce& row) { return os << row.why; }
const Nonce nonces[] = {
    {"RFC 9449 8.1: 1*NQCHAR", "eyJ7S_zG.eyJH0-Z.HX4w-7v", "eyJ7S_zG.eyJH0-Z.HX4w-7v"},
    {"none", "", ""},
    {"a space", "a b", ""},
    {"a quotation mark", "a\"b", ""},
    {"bytes above ASCII", "\xc3\xa4", ""},
    {"512 bytes", std::string(512, 'n'), std::string(512, 'n')},
    {"more", std::string(513, 'n'), ""},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_dpop, ProofWorld)

BOOST_AUTO_TEST_CASE(a_key_is_called_by_its_thumbprint) {  // RFC 9449 6.1 (jkt), RFC 7638 3
  BOOST_TEST(token::thumbprint(*crypto::VerifyKey::from_parts(kOfTheRfc)) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
  crypto::PublicParts rsa;  // RFC 7638 3.1
  rsa.kind = crypto::Kind::rsa;
  rsa.n = *base::base64url_decode(
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY"
      "4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTW"
      "hAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
  rsa.e = *base::base64url_decode("AQAB");
  BOOST_TEST(token::thumbprint(*crypto::VerifyKey::from_parts(rsa)) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

BOOST_AUTO_TEST_CASE(a_proof_says_what_the_rfc_wants) {  // RFC 9449 4.2
  const auto text = proof({"POST", "https://server.example.com/token?a=b#c", "n0nce", ""});
  const auto jws = token::parse_jws(text);
  BOOST_REQUIRE(bool{jws});
  BOOST_TEST(jws->typ == "dpop+jwt");
  const std::vector<token::Jwk> keys{{"", std::nullopt, key.verify_key()}};
  BOOST_TEST((token::verify(*jws, keys, {crypto::Alg::ES256}) == token::Verdict::good));
  const auto head = json::Document::parse(*base::base64url_decode(text.substr(0, text.find('.'))));
  BOOST_TEST(head->root()["jwk"].dump() == token::bare_jwk(key.verify_key()));
  BOOST_TEST(!head->root()["jwk"]["d"].exists());
  const auto said = claims(text);
  BOOST_TEST(said.root()["htm"].string().value_or("") == "POST");
  BOOST_TEST(said.root()["htu"].string().value_or("") == "https://server.example.com/token");
  BOOST_TEST(said.root()["iat"].integer().value_or(0) == clock.now().time_since_epoch().count());
  BOOST_TEST(said.root()["nonce"].string().value_or("") == "n0nce");
  BOOST_TEST(said.root()["jti"].string().value_or("").size() == 22U);
  BOOST_TEST(!said.root()["ath"].exists());
  const auto other = claims(proof({"POST", "https://server.example.com/token", "", ""}));
  BOOST_TEST(!other.root()["nonce"].exists());
  BOOST_TEST((other.root()["jti"].string() != said.root()["jti"].string()));
}

BOOST_AUTO_TEST_CASE(at_a_resource_it_names_the_token) {  // RFC 9449 7.1, figure 12
  const auto said =
      claims(proof({"GET", "https://resource.example.org/protectedresource", "", "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"}));
  BOOST_TEST(said.root()["ath"].string().value_or("") == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

BOOST_DATA_TEST_CASE_F(ProofWorld, some_answers_want_a_nonce, boost::unit_test::data::make(answers), row) {
  BOOST_TEST(providers::wants_nonce(row.answer) == row.wants);
}

BOOST_DATA_TEST_CASE_F(ProofWorld, what_is_no_nonce_is_not_kept, boost::unit_test::data::make(nonces), row) {
  providers::DpopNonces kept;
  BOOST_TEST(kept.learn("https://a.example/token", {200, {{"dpop-nonce", row.text}}, ""}, "") == !row.kept.empty());
  BOOST_TEST(kept.of("https://a.example/me?x") == row.kept);
}

BOOST_AUTO_TEST_CASE(each_server_has_nonces_of_its_own) {  // RFC 9449 8, 9
  providers::DpopNonces kept;
  BOOST_TEST(kept.learn("https://a.example/token", {200, {{"dpop-nonce", "of-a"}}, ""}, ""));
  BOOST_TEST(kept.learn("https://b.example/me", {200, {{"dpop-nonce", "of-b"}}, ""}, ""));
  BOOST_TEST(kept.of("https://a.example/other") == "of-a");
  BOOST_TEST(kept.of("https://b.example/me") == "of-b");
  BOOST_TEST(kept.of("https://a.example:444/token") == "");
  BOOST_TEST(!kept.learn("https://a.example/token", {200, {{"dpop-nonce", "of-a"}}, ""}, "of-a"));  // no reason to ask again
  for (int i = 0; i < 100; ++i) kept.learn("https://" + std::to_string(i) + ".example/", {200, {{"dpop-nonce", "n"}}, ""}, "");
  BOOST_TEST(kept.of("https://a.example/token") == "");  // bounded: forgotten, not hoarded
}

BOOST_AUTO_TEST_SUITE_END()
