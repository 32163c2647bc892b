#include "token/jwt.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "json/value.h"

namespace data = boost::unit_test::data;

namespace {

using crypto::Alg;

const token::Rules kRules{"https://app.example/auth", "https://app.example"};
const base::Time kNow{std::chrono::seconds{1'700'000'000}};

token::KeyRing ring_of(crypto::SignKey key, Alg alg) {
  std::vector<token::OwnKey> keys;
  keys.push_back({"k1", alg, std::move(key), false});
  return token::KeyRing{std::move(keys)};
}
const crypto::SignKey& es_key() {
  static const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  return key;
}
token::Claims claims() {
  return {token::Type::access, 42, "0123456789abcdef0123456789abcdef", kNow, kNow + std::chrono::minutes{5}, "ada@x.example", "github"};
}

BOOST_AUTO_TEST_SUITE(token_jwt)

BOOST_AUTO_TEST_CASE(the_claims_are_simplejwts_in_order_and_ours) {
  const auto text = *token::issue(ring_of(es_key(), Alg::ES256), kRules, claims());
  BOOST_TEST(token::parse_jws(text)->payload ==
             R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"0123456789abcdef0123456789abcdef","user_id":"42",)"
             R"("iss":"https://app.example/auth","aud":"https://app.example","sub":"42","email":"ada@x.example","provider":"github"})");
}

struct Kind {
  Alg alg;
  crypto::Kind kind;
};
std::ostream& operator<<(std::ostream& os, const Kind& r) { return os << crypto::name_of(r.alg); }
const Kind kinds[] = {{Alg::ES256, crypto::Kind::p256},
                      {Alg::RS256, crypto::Kind::rsa},
                      {Alg::EdDSA, crypto::Kind::ed25519},
                      {Alg::HS256, crypto::Kind::oct}};
BOOST_DATA_TEST_CASE(what_is_issued_is_good, data::make(kinds), row) {
  auto key =
      row.kind == crypto::Kind::oct ? *crypto::SignKey::shared(base::Secret{std::string(32, 's')}) : *crypto::SignKey::generate(row.kind);
  const auto ring = ring_of(std::move(key), row.alg);
  const auto back = token::check(ring, kRules, *token::issue(ring, kRules, claims()), kNow);
  BOOST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST(back->user_id == 42);
  BOOST_TEST(back->email == "ada@x.example");
  BOOST_TEST((back->expires == kNow + std::chrono::minutes{5}));
}

BOOST_AUTO_TEST_CASE(every_altered_character_is_refused) {
  const auto ring = ring_of(es_key(), Alg::ES256);
  const auto text = *token::issue(ring, kRules, claims());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto altered = text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!token::check(ring, kRules, altered, kNow), "character " << i);
  }
}

struct Row {
  const char* why;
  const char* payload;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
#define REST R"("jti":"j","user_id":"1","iss":"https://app.example/auth","aud":"https://app.example"})"
const Row refused[] = {
    {"no exp", R"({"token_type":"access","iat":1700000000,)" REST},
    {"exp is now: no leeway (RFC 7519 4.1.4)", R"({"token_type":"access","exp":1700000000,"iat":1700000000,)" REST},
    {"exp is a string", R"({"token_type":"access","exp":"1700000300","iat":1700000000,)" REST},
    {"no iat", R"({"token_type":"access","exp":1700000300,)" REST},
    {"iat 61 s ahead", R"({"token_type":"access","exp":1700000300,"iat":1700000061,)" REST},
    {"another type", R"({"token_type":"sliding","exp":1700000300,"iat":1700000000,)" REST},
    {"no type", R"({"exp":1700000300,"iat":1700000000,)" REST},
    {"another issuer",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":"1","iss":"https://evil.example","aud":"https://app.example"})"},
    {"another audience",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":"1","iss":"https://app.example/auth","aud":"x"})"},
    {"no audience",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":"1","iss":"https://app.example/auth"})"},
    {"user_id is a number",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":1,"iss":"https://app.example/auth","aud":"https://app.example"})"},
    {"user_id zero",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":"0","iss":"https://app.example/auth","aud":"https://app.example"})"},
    {"no jti",
     R"({"token_type":"access","exp":1700000300,"iat":1700000000,"user_id":"1","iss":"https://app.example/auth","aud":"https://app.example"})"},
    {"nbf 61 s ahead (RFC 7519 4.1.5)", R"({"token_type":"access","exp":1700000300,"iat":1700000000,"nbf":1700000061,)" REST},
    {"nbf is a string", R"({"token_type":"access","exp":1700000300,"iat":1700000000,"nbf":"0",)" REST},
    {"exp twice", R"({"token_type":"access","exp":1,"exp":1700000300,"iat":1700000000,)" REST},
    {"exp beyond 64 bits", R"({"token_type":"access","exp":1e300,"iat":1700000000,)" REST},
    {"a list", "[]"},
    {"not JSON", "x"},
};
#undef REST
BOOST_DATA_TEST_CASE(well_signed_but_wrong, data::make(refused), row) {
  const auto ring = ring_of(es_key(), Alg::ES256);
  BOOST_TEST(!token::check(ring, kRules, *token::sign(es_key(), Alg::ES256, "k1", "JWT", row.payload), kNow));
}

BOOST_AUTO_TEST_CASE(a_retired_key_verifies_and_signs_nothing) {
  const auto old_token = *token::issue(ring_of(es_key(), Alg::ES256), kRules, claims());
  std::vector<token::OwnKey> keys;
  keys.push_back({"k1", Alg::ES256, es_key(), true});
  keys.push_back({"k2", Alg::EdDSA, *crypto::SignKey::generate(crypto::Kind::ed25519), false});
  const token::KeyRing ring{std::move(keys)};
  BOOST_TEST(ring.current()->kid == "k2");
  BOOST_TEST(static_cast<bool>(token::check(ring, kRules, old_token, kNow)));
  BOOST_TEST(token::parse_jws(*token::issue(ring, kRules, claims()))->kid == "k2");
}

BOOST_AUTO_TEST_CASE(a_ring_without_a_signing_key_issues_nothing) {
  std::vector<token::OwnKey> keys;
  keys.push_back({"k1", Alg::ES256, es_key(), true});
  BOOST_TEST(!token::issue(token::KeyRing{std::move(keys)}, kRules, claims()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
