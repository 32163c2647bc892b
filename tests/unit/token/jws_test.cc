#include "token/jws.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"

namespace data = boost::unit_test::data;

namespace {

using crypto::Alg;
using token::Verdict;

std::string with_header(const std::string& header) { return base::base64url(header) + ".e30." + base::base64url("signature"); }

struct Bad {
  const char* why;
  std::string text;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
token::Jwk public_key(const crypto::SignKey& key, std::string kid, std::optional<Alg> alg = std::nullopt) {
  return {std::move(kid), alg, key.verify_key()};
}

BOOST_AUTO_TEST_SUITE(token_jws)

const Bad bad[] = {
    {"empty", ""},
    {"two parts", "a.b"},
    {"five parts: a JWE", "a.b.c.d.e"},
    {"alg none (RFC 8725 3.1)", with_header(R"({"alg":"none"})")},
    {"alg None", with_header(R"({"alg":"None"})")},
    {"no alg", with_header(R"({"typ":"JWT"})")},
    {"alg is no string", with_header(R"({"alg":["ES256"]})")},
    {"alg twice", with_header(R"({"alg":"none","alg":"ES256"})")},
    {"crit (RFC 7515 4.1.11)", with_header(R"({"alg":"ES256","crit":["exp"]})")},
    {"b64 (RFC 7797)", with_header(R"({"alg":"ES256","b64":false})")},
    {"kid is no string", with_header(R"({"alg":"ES256","kid":1})")},
    {"the header is a list", with_header("[]")},
    {"no signature", base::base64url(R"({"alg":"ES256"})") + ".e30."},
    {"padding", base::base64url(R"({"alg":"ES256"})") + ".e30=.eA"},
    {"whitespace", " " + with_header(R"({"alg":"ES256"})")},
    {"more than 16 KiB", with_header(R"({"alg":"ES256"})") + std::string(16 * 1024, 'A')},
    {"very many dots", std::string(16 * 1024, '.')},
    {"a header of more than 4 KiB", with_header(R"({"alg":"ES256","x":")" + std::string(5000, 'a') + "\"}")},
};
BOOST_DATA_TEST_CASE(refused_before_any_key_is_looked_at, data::make(bad), row) { BOOST_TEST(!token::parse_jws(row.text)); }

BOOST_AUTO_TEST_CASE(the_key_is_found_by_its_kid) {
  const auto a = *crypto::SignKey::generate(crypto::Kind::p256), b = *crypto::SignKey::generate(crypto::Kind::p256);
  const auto jws = *token::parse_jws(*token::sign(a, Alg::ES256, "a", "JWT", "{}"));
  BOOST_TEST(jws.kid == "a");
  BOOST_TEST((token::verify(jws, {public_key(b, "b"), public_key(a, "a")}, {Alg::ES256}) == Verdict::good));
  BOOST_TEST((token::verify(jws, {public_key(b, "b")}, {Alg::ES256}) == Verdict::unknown_key), "fetch the key set again");
  BOOST_TEST((token::verify(jws, {public_key(b, "a")}, {Alg::ES256}) == Verdict::bad), "another key under that kid");
  BOOST_TEST((token::verify(jws, {}, {Alg::ES256}) == Verdict::unknown_key));
}

BOOST_AUTO_TEST_CASE(without_a_kid_all_fitting_keys_are_tried) {
  const auto a = *crypto::SignKey::generate(crypto::Kind::p256), b = *crypto::SignKey::generate(crypto::Kind::p256);
  const auto jws = *token::parse_jws(*token::sign(a, Alg::ES256, "", "JWT", "{}"));
  BOOST_TEST((token::verify(jws, {public_key(b, "b"), public_key(a, "a")}, {Alg::ES256}) == Verdict::good));
}

BOOST_AUTO_TEST_CASE(algorithms_are_pinned) {  // RFC 8725 3.1
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  const auto jws = *token::parse_jws(*token::sign(key, Alg::ES256, "a", "JWT", "{}"));
  BOOST_TEST((token::verify(jws, {public_key(key, "a")}, {Alg::RS256}) == Verdict::bad));
  BOOST_TEST((token::verify(jws, {public_key(key, "a")}, {}) == Verdict::bad));
}

BOOST_AUTO_TEST_CASE(a_public_key_is_no_shared_secret) {  // RFC 8725 2.1, the classic confusion
  const auto key = *crypto::SignKey::generate(crypto::Kind::rsa);
  const auto published = public_key(key, "a");
  const auto forged = *token::sign(*crypto::SignKey::shared(base::Secret{token::write_jwk(published)}), Alg::HS256, "a", "JWT", "{}");
  BOOST_TEST((token::verify(*token::parse_jws(forged), {published}, {Alg::RS256, Alg::HS256}) != Verdict::good));
}

BOOST_AUTO_TEST_CASE(a_key_with_an_alg_is_for_that_alg) {  // RFC 7517 4.4
  const auto key = *crypto::SignKey::generate(crypto::Kind::rsa);
  const auto jws = *token::parse_jws(*token::sign(key, Alg::RS512, "a", "JWT", "{}"));
  BOOST_TEST((token::verify(jws, {public_key(key, "a", Alg::RS256)}, {Alg::RS256, Alg::RS512}) != Verdict::good));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(token_jwk)

BOOST_AUTO_TEST_CASE(sets_are_written_and_read) {
  const auto es = *crypto::SignKey::generate(crypto::Kind::p256), ed = *crypto::SignKey::generate(crypto::Kind::ed25519),
             rs = *crypto::SignKey::generate(crypto::Kind::rsa);
  const auto text = token::write_jwks({public_key(es, "1", Alg::ES256), public_key(ed, "2", Alg::EdDSA), public_key(rs, "3", Alg::RS256)});
  const auto keys = *token::parse_jwks(text);
  BOOST_REQUIRE(keys.size() == 3u);
  BOOST_TEST(keys[1].kid == "2");
  BOOST_TEST((keys[2].alg == Alg::RS256));
  BOOST_TEST(keys[0].key.verify(Alg::ES256, "x", *es.sign(Alg::ES256, "x")));
  BOOST_TEST(text.find("\"d\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(secrets_are_never_published) {
  const auto secret = *crypto::SignKey::shared(base::Secret{std::string(32, 's')});
  BOOST_TEST(token::write_jwks({public_key(secret, "s", Alg::HS256)}) == R"({"keys":[]})");
}

/// One thing changed in a good key.
struct Change {
  const char* why;
  std::string_view from, to;
  bool usable;
};
std::ostream& operator<<(std::ostream& os, const Change& r) { return os << r.why; }
const Change changes[] = {
    {"unchanged", "", "", true},
    {"no use", R"(,"use":"sig")", "", true},
    {"key_ops verify", "{", R"({"key_ops":["verify"],)", true},
    {"members that we do not know (RFC 7517 4)", "{", R"({"x5c":["AA"],)", true},
    {"for encryption (RFC 7517 4.2)", R"("sig")", R"("enc")", false},
    {"key_ops without verify (RFC 7517 4.3)", "{", R"({"key_ops":["deriveKey"],)", false},
    {"an algorithm of another kind of key", "{", R"({"alg":"RS256",)", false},
    {"HS256 on a public key", "{", R"({"alg":"HS256",)", false},
    {"an algorithm that we do not know", "{", R"({"alg":"ES256K",)", false},
    {"alg is no string", "{", R"({"alg":7,)", false},
    {"issuer is a text", "{", R"({"issuer":"https://op.example",)", true},
    {"issuer is no string", "{", R"({"issuer":7,)", false},
    {"a kind that we do not know", R"("EC")", R"("XYZ")", false},
    {"a secret has no business in a key set", R"("kty":"EC")", R"("kty":"oct","k":"c2VjcmV0")", false},
    {"another curve", R"("P-256")", R"("P-384")", false},
    {"a curve that we do not know", R"("P-256")", R"("secp256k1")", false},
    {"half a point", R"("y":)", R"("z":)", false},
    {"no base64url", R"("x":")", R"("x":"=)", false},
};
BOOST_DATA_TEST_CASE(unusable_keys_are_left_out, data::make(changes), row) {
  auto key = token::write_jwk(public_key(*crypto::SignKey::generate(crypto::Kind::p256), "k"));
  BOOST_REQUIRE(key.find(row.from) != std::string::npos);
  key.replace(key.find(row.from), row.from.size(), row.to);
  const auto keys = token::parse_jwks(R"({"keys":[7,null,{},)" + key + "]}");
  BOOST_REQUIRE(static_cast<bool>(keys));
  BOOST_TEST(keys->size() == (row.usable ? 1u : 0u));
}

BOOST_AUTO_TEST_CASE(a_key_of_one_issuer_signs_for_no_other) {
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  const std::pair<const char*, bool> rows[] = {{"", true},
                                               {R"("issuer":"https://op.example/a",)", true},
                                               {R"("issuer":"https://op.example/b",)", false},
                                               {R"("issuer":"https://op.example/{tenant}",)", true}};
  for (const auto& [member, good] : rows) {
    auto text = token::write_jwk(public_key(key, "k"));
    text.insert(1, member);
    const auto keys = *token::parse_jwks(R"({"keys":[)" + text + "]}");
    const auto jws = *token::parse_jws(*token::sign(key, Alg::ES256, "k", "JWT", R"({"iss":"https://op.example/a"})"));
    BOOST_TEST((token::verify(jws, keys, {Alg::ES256}) == (good ? Verdict::good : Verdict::bad)), member);
    const auto nobody = *token::parse_jws(*token::sign(key, Alg::ES256, "k", "JWT", R"({"iss":7})"));
    BOOST_TEST((token::verify(nobody, keys, {Alg::ES256}) == (keys[0].issuer.empty() ? Verdict::good : Verdict::bad)), member);
  }
}

const Bad bad_sets[] = {{"HTML", "<html>"}, {"a list", "[]"}, {"keys is no list", R"({"keys":{}})"}, {"no keys", "{}"}};
BOOST_DATA_TEST_CASE(what_is_no_set_is_an_error, data::make(bad_sets), row) { BOOST_TEST(!token::parse_jwks(row.text)); }

BOOST_AUTO_TEST_CASE(more_than_100_keys_are_an_attack) {
  std::string set = R"({"keys":[{})";
  for (int i = 0; i < 100; ++i) set += ",{}";
  BOOST_TEST(!token::parse_jwks(set + "]}"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
