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

/// A good payload in which one thing is changed, so that a row can be refused for its own reason only.
struct Row {
  const char* why;
  std::string_view from, to;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
bool accepted(const Row& row) {
  std::string payload =
      R"({"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"j","user_id":"1","iss":"https://app.example/auth",)"
      R"("aud":"https://app.example"})";
  BOOST_REQUIRE(payload.find(row.from) != std::string::npos);
  payload.replace(payload.find(row.from), row.from.size(), row.to);
  const auto text = *token::sign(es_key(), Alg::ES256, "k1", "JWT", payload);
  return static_cast<bool>(token::check(ring_of(es_key(), Alg::ES256), kRules, text, kNow));
}

const Row good[] = {
    {"unchanged", "", ""},
    {"refresh", R"("access")", R"("refresh")"},
    {"exp in a second", "1700000300", "1700000001"},
    {"iat 60 s ahead", "1700000000", "1700000060"},
    {"nbf 60 s ahead", "{", R"({"nbf":1700000060,)"},
    {"one audience of several (RFC 7519 4.1.3)", R"("https://app.example"})", R"(["x","https://app.example"]})"},
    {"a claim that we do not know", "{", R"({"x":{"y":[]},)"},
};
BOOST_DATA_TEST_CASE(good_claims, data::make(good), row) { BOOST_TEST(accepted(row)); }

const Row refused[] = {
    {"no exp", R"("exp":1700000300,)", ""},
    {"exp is now: no leeway (RFC 7519 4.1.4)", "1700000300", "1700000000"},
    {"exp is a string", "1700000300", R"("1700000300")"},
    {"exp twice", "{", R"({"exp":1800000000,)"},
    {"exp beyond 64 bits", "1700000300", "1e300"},
    {"no iat", R"("iat":1700000000,)", ""},
    {"iat 61 s ahead", "1700000000", "1700000061"},
    {"nbf 61 s ahead (RFC 7519 4.1.5)", "{", R"({"nbf":1700000061,)"},
    {"nbf is a string", "{", R"({"nbf":"0",)"},
    {"another type", "access", "sliding"},
    {"no type", R"("token_type":"access",)", ""},
    {"no issuer", R"("iss":"https://app.example/auth",)", ""},
    {"another issuer", "https://app.example/auth", "https://evil.example"},
    {"an issuer that begins like ours", "https://app.example/auth", "https://app.example/auth.evil.example"},
    {"no audience", R"(,"aud":"https://app.example")", ""},
    {"another audience", R"("aud":"https://app.example")", R"("aud":"x")"},
    {"no audience of ours among several", R"("aud":"https://app.example")", R"("aud":["x","y"])"},
    {"user_id is a number", R"("user_id":"1")", R"("user_id":1)"},
    {"user_id is no number", R"("user_id":"1")", R"("user_id":"1x")"},
    {"user_id zero", R"("user_id":"1")", R"("user_id":"0")"},
    {"user_id negative", R"("user_id":"1")", R"("user_id":"-1")"},
    {"no jti", R"("jti":"j",)", ""},
    {"not JSON", "}", ""},
};
BOOST_DATA_TEST_CASE(well_signed_but_wrong, data::make(refused), row) { BOOST_TEST(!accepted(row)); }

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
