#include "crypto/digest.h"

#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/aead.h"
#include "fake/random.h"

namespace {

std::string from_hex(std::string_view text) { return base::hex_decode(text).value(); }

BOOST_AUTO_TEST_SUITE(crypto_digest)

BOOST_AUTO_TEST_CASE(digests_of_abc) {  // FIPS 180-4 examples, RFC 1321 A.5
  BOOST_TEST(base::hex(crypto::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(base::hex(crypto::sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  BOOST_TEST(base::hex(crypto::md5("abc")) == "900150983cd24fb0d6963f7d28e17f72");
  BOOST_TEST(base::hex(crypto::sha384("abc")).starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"));
  BOOST_TEST(base::hex(crypto::sha512("abc")).starts_with("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"));
}

BOOST_AUTO_TEST_CASE(hmac_sha256_is_rfc_4231) {
  BOOST_TEST(base::hex(crypto::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");  // case 1
  BOOST_TEST(base::hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // case 2
  BOOST_TEST(base::hex(crypto::hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");  // case 6
}

BOOST_AUTO_TEST_CASE(hmac_sha1_is_rfc_2202) {
  BOOST_TEST(base::hex(crypto::hmac_sha1(std::string(20, '\x0b'), "Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");     // case 1
  BOOST_TEST(base::hex(crypto::hmac_sha1("Jefe", "what do ya want for nothing?")) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");  // 2
  BOOST_TEST(base::hex(crypto::hmac_sha1(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
             "aa4ae5e15272d00e95705637ce8a3b55ed402112");  // case 6
}

BOOST_AUTO_TEST_CASE(hashes_of_nothing_and_of_more_than_a_block) {  // RFC 3174 7.3 test 2, RFC 1321 A.5
  BOOST_TEST(base::hex(crypto::sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
             "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  BOOST_TEST(base::hex(crypto::md5("")) == "d41d8cd98f00b204e9800998ecf8427e");
  BOOST_TEST(base::hex(crypto::md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890")) ==
             "57edf4a22be3c955ac49da2e2107b67a");
}

BOOST_AUTO_TEST_CASE(hkdf_sha256_is_rfc_5869) {
  // A.3: no salt, no info
  BOOST_TEST(base::hex(crypto::hkdf_sha256(std::string(22, '\x0b'), "", 42)) ==
             "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  BOOST_TEST(crypto::hkdf_sha256("k", "a", 32) != crypto::hkdf_sha256("k", "b", 32));
}

BOOST_AUTO_TEST_CASE(equality) {
  BOOST_TEST(crypto::equal("abc", "abc"));
  BOOST_TEST(!crypto::equal("abc", "abd"));
  BOOST_TEST(!crypto::equal("abc", "ab"));
  BOOST_TEST(crypto::equal("", ""));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(crypto_aead)

BOOST_AUTO_TEST_CASE(a_known_text_opens) {
  // The GCM specification's test case 16 (256-bit key, with additional data)
  const auto key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto sealed = from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = crypto::open(key, sealed, from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  BOOST_REQUIRE(static_cast<bool>(plain));
  BOOST_TEST(base::hex(plain->reveal()).starts_with("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"));
}

BOOST_AUTO_TEST_CASE(every_altered_byte_is_refused) {
  fake::Random random;
  const std::string key(32, 'k');
  const auto sealed = crypto::seal(key, "the text", "purpose", random);
  BOOST_TEST(crypto::open(key, sealed, "purpose")->reveal() == "the text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    BOOST_TEST(!crypto::open(key, altered, "purpose"), "byte " << i);
  }
  BOOST_TEST(!crypto::open(key, sealed, "another purpose"));
  BOOST_TEST(!crypto::open(std::string(32, 'x'), sealed, "purpose"));
  BOOST_TEST(!crypto::open(key, sealed.substr(0, 27), "purpose"));
  BOOST_TEST(!crypto::open(key, "", "purpose"));
}

BOOST_AUTO_TEST_CASE(the_same_text_is_sealed_differently_each_time) {
  fake::Random random;
  const std::string key(32, 'k');
  BOOST_TEST(crypto::seal(key, "x", "", random) != crypto::seal(key, "x", "", random));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
