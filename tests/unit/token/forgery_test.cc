// forgery_test.cc: what an attacker with a good token in hand can make of it: nothing.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "token/jwt.h"

namespace data = boost::unit_test::data;

namespace {

using crypto::Alg;

const token::Rules kRules{"https://app.example/auth", "https://app.example"};
const base::Time kNow{std::chrono::seconds{1'700'000'000}};

struct Issuer {
  token::KeyRing ring;
  std::string text;
  Issuer(crypto::SignKey key, Alg alg) : ring{{{"k1", alg, std::move(key), false}}} {
    text = *token::issue(ring, kRules,
                         {token::Type::access, 42, "0123456789abcdef0123456789abcdef", kNow, kNow + std::chrono::minutes{5}, "", ""});
  }
  bool accepts(std::string_view compact) const { return static_cast<bool>(token::check(ring, kRules, compact, kNow)); }
  /// The three parts, to be put together otherwise.
  std::string header() const { return text.substr(0, text.find('.')); }
  std::string payload() const { return text.substr(header().size() + 1, text.rfind('.') - header().size() - 1); }
  std::string signature() const { return text.substr(text.rfind('.') + 1); }
};
Issuer with_secret() { return {*crypto::SignKey::shared(base::Secret{std::string(32, 's')}), Alg::HS256}; }
Issuer with_ec() { return {*crypto::SignKey::generate(crypto::Kind::p256), Alg::ES256}; }

BOOST_AUTO_TEST_SUITE(token_forgery)

BOOST_AUTO_TEST_CASE(every_other_byte_at_every_place) {
  const auto issuer = with_secret();
  BOOST_REQUIRE(issuer.accepts(issuer.text));
  for (std::size_t i = 0; i < issuer.text.size(); ++i) {
    for (int other = 0; other < 256; ++other) {
      auto altered = issuer.text;
      altered[i] = static_cast<char>(other);
      if (altered != issuer.text && issuer.accepts(altered)) BOOST_ERROR("byte " << other << " at " << i << " was accepted");
    }
  }
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_public_key_signature) {
  const auto issuer = with_ec();
  BOOST_REQUIRE(issuer.accepts(issuer.text));
  for (std::size_t i = 0; i < issuer.text.size() * 8; ++i) {
    auto altered = issuer.text;
    altered[i / 8] = static_cast<char>(altered[i / 8] ^ 1 << i % 8);
    if (issuer.accepts(altered)) BOOST_ERROR("bit " << i << " was accepted");
  }
}

BOOST_AUTO_TEST_CASE(one_byte_more_or_less) {
  const auto issuer = with_secret();
  for (std::size_t i = 0; i <= issuer.text.size(); ++i) {
    auto longer = issuer.text, shorter = issuer.text;
    BOOST_TEST(!issuer.accepts(longer.insert(i, 1, 'A')), "one more at " << i);
    if (i < shorter.size()) BOOST_TEST(!issuer.accepts(shorter.erase(i, 1)), "one less at " << i);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation) {
  const auto issuer = with_secret();
  for (std::size_t n = 0; n < issuer.text.size(); ++n) BOOST_TEST(!issuer.accepts(issuer.text.substr(0, n)), n << " bytes");
}

struct Head {
  const char* why;
  const char* json;
};
std::ostream& operator<<(std::ostream& os, const Head& r) { return os << r.why; }
const Head heads[] = {{"none (RFC 8725 3.1)", R"({"alg":"none","typ":"JWT","kid":"k1"})"},
                      {"None", R"({"alg":"None","typ":"JWT","kid":"k1"})"},
                      {"another algorithm of the same key", R"({"alg":"HS512","typ":"JWT","kid":"k1"})"},
                      {"a key brought along (RFC 8725 2.6)", R"({"alg":"ES256","jwk":{"kty":"oct","k":"AA"},"typ":"JWT"})"},
                      {"no algorithm", R"({"typ":"JWT","kid":"k1"})"}};
BOOST_DATA_TEST_CASE(another_header, data::make(heads), row) {
  for (const auto& issuer : {with_secret(), with_ec()}) {
    const auto text = base::base64url(row.json) + '.' + issuer.payload() + '.';
    BOOST_TEST(!issuer.accepts(text));
    BOOST_TEST(!issuer.accepts(text + issuer.signature()));
  }
}

BOOST_AUTO_TEST_CASE(the_published_key_as_a_secret) {  // RFC 8725 2.1
  const auto issuer = with_ec();
  const auto parts = *issuer.ring.verify_keys().front().key.parts();
  for (const auto& secret : {issuer.ring.jwks(), "\x04" + parts.x + parts.y, parts.x}) {
    const auto key = *crypto::SignKey::shared(base::Secret{secret});
    BOOST_TEST(!issuer.accepts(*token::sign(key, Alg::HS256, "k1", "JWT", *base::base64url_decode(issuer.payload()))));
  }
}

BOOST_AUTO_TEST_CASE(parts_of_two_good_tokens) {
  const auto issuer = with_secret();
  const auto other = *token::issue(issuer.ring, kRules, {token::Type::refresh, 1, "j", kNow, kNow + std::chrono::hours{1}, "", ""});
  BOOST_REQUIRE(issuer.accepts(other));
  BOOST_TEST(!issuer.accepts(other.substr(0, other.rfind('.') + 1) + issuer.signature()));
  BOOST_TEST(!issuer.accepts(issuer.header() + '.' + issuer.payload() + other.substr(other.rfind('.'))));
}

BOOST_AUTO_TEST_CASE(another_installations_token) {
  const auto ours = with_ec(), theirs = with_ec();
  BOOST_TEST(!ours.accepts(theirs.text), "the same kid, another key");
}

BOOST_AUTO_TEST_CASE(a_der_signature_is_no_jose_signature) {  // RFC 7518 3.4: r || s, 64 bytes
  const auto issuer = with_ec();
  const auto raw = *base::base64url_decode(issuer.signature());
  const auto integer = [](const std::string& n) { return std::string{"\x02\x21\x00", 3} + n; };
  const auto der = std::string{"\x30\x46"} + integer(raw.substr(0, 32)) + integer(raw.substr(32));
  BOOST_TEST(!issuer.accepts(issuer.header() + '.' + issuer.payload() + '.' + base::base64url(der)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
