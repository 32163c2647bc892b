// vectors_test.cc: published answers, so that a mistake shared by our two directions is seen.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/keys.h"

namespace data = boost::unit_test::data;

namespace {

using crypto::Alg;
using crypto::Kind;

std::string bytes(std::string_view base64url) { return base::base64url_decode(base64url).value(); }
std::string from_hex(std::string_view text) { return base::hex_decode(text).value(); }

BOOST_AUTO_TEST_SUITE(crypto_vectors)

struct Mac {
  const char* why;
  std::string key, text, mac;
};
std::ostream& operator<<(std::ostream& os, const Mac& r) { return os << r.why; }
const Mac macs[] = {
    {"RFC 4231 4.4", std::string(20, '\xaa'), std::string(50, '\xdd'), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"RFC 4231 4.5", from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"RFC 4231 4.8, key and text longer than a block", std::string(131, '\xaa'),
     "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used "
     "by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    {"nothing at all (Python's hmac, as the next)", "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    {"a key of exactly one block", std::string(64, 'k'), "x", "f91c4c403625fb06910ef93999265bbd2d62baeaec6ff36455498cc124fe3e66"},
};
BOOST_DATA_TEST_CASE(hmac_sha256, data::make(macs), row) { BOOST_TEST(base::hex(crypto::hmac_sha256(row.key, row.text)) == row.mac); }

/// What RFC 7520 4 signs; its RSA and P-521 keys are those of its sections 3.3 and 3.1.
constexpr const char* kPayload =
    ".SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24n"
    "dCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
const crypto::PublicParts& rfc7520_rsa() {
  static const crypto::PublicParts parts{
      Kind::rsa,
      bytes(
          "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2l"
          "bzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3"
          "-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"),
      bytes("AQAB"),
      {},
      {}};
  return parts;
}
const crypto::PublicParts& rfc7520_p521() {
  static const crypto::PublicParts parts{Kind::p521,
                                         {},
                                         {},
                                         bytes("AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt"),
                                         bytes("AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1")};
  return parts;
}

struct Signed {
  const char* why;
  Alg alg;
  const crypto::PublicParts& (*key)();
  const char* head;
  const char* signature;
};
std::ostream& operator<<(std::ostream& os, const Signed& r) { return os << r.why; }
const Signed signatures[] = {
    {"RFC 7520 4.1, RS256", Alg::RS256, rfc7520_rsa, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
     "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3"
     "lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12"
     "podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"},
    {"RFC 7520 4.2, PS384", Alg::PS384, rfc7520_rsa, "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
     "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-"
     "UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_"
     "jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
    {"RFC 7520 4.3, ES512", Alg::ES512, rfc7520_p521, "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
     "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-"
     "kvAD890jl8e2"
     "puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"},
};
BOOST_DATA_TEST_CASE(signatures_of_the_cookbook, data::make(signatures), row) {
  const auto key = crypto::VerifyKey::from_parts(row.key());
  BOOST_REQUIRE(static_cast<bool>(key));
  BOOST_TEST(key->verify(row.alg, std::string{row.head} + kPayload, bytes(row.signature)));
  BOOST_TEST(!key->verify(row.alg, std::string{row.head} + kPayload + "A", bytes(row.signature)));
}

BOOST_AUTO_TEST_CASE(hs256_of_the_cookbook) {  // RFC 7520 4.4
  const auto key = *crypto::SignKey::shared(base::Secret{bytes("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg")});
  const auto text = std::string{"eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9"} + kPayload;
  BOOST_TEST(base::base64url(*key.sign(Alg::HS256, text)) == "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0");
}

BOOST_AUTO_TEST_CASE(hs384_and_hs512) {  // RFC 4231 4.7
  const auto key = *crypto::SignKey::shared(base::Secret{std::string(131, '\xaa')});
  const char* text = "Test Using Larger Than Block-Size Key - Hash Key First";
  BOOST_TEST(base::hex(*key.sign(Alg::HS384, text)) ==
             "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
  BOOST_TEST(base::hex(*key.sign(Alg::HS512, text)) ==
             "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
             "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

/// Hands out the nonce that a vector wants.
struct Given final : base::Random {
  std::string next;
  explicit Given(std::string bytes) : next(std::move(bytes)) {}
  void fill(std::span<std::byte> out) override {
    BOOST_REQUIRE(out.size() == next.size());
    std::transform(next.begin(), next.end(), out.begin(), [](char c) { return static_cast<std::byte>(c); });
  }
};

struct Gcm {
  const char* why;
  const char *key, *nonce, *context, *plain, *sealed;
};
std::ostream& operator<<(std::ostream& os, const Gcm& r) { return os << r.why; }
// The vectors of the GCM specification that NIST SP 800-38D refers to, those with keys of 256 bits and nonces of 96.
const Gcm gcm[] = {
    {"case 13, empty", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
     "530f8afbc74536b9a963b4f1c4cb738b"},
    {"case 14, one block", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"case 16, with context", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};
BOOST_DATA_TEST_CASE(aes_256_gcm, data::make(gcm), row) {
  Given random{from_hex(row.nonce)};
  const auto sealed = crypto::seal(from_hex(row.key), from_hex(row.plain), from_hex(row.context), random);
  BOOST_TEST(base::hex(sealed) == std::string{row.nonce} + row.sealed);
  const auto opened = crypto::open(from_hex(row.key), sealed, from_hex(row.context));
  BOOST_REQUIRE(static_cast<bool>(opened));
  BOOST_TEST(base::hex(opened->reveal()) == row.plain);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
