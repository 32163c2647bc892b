// Our certificate for mutual TLS: what it is called by (RFC 8705 appendix A), and whose key is its own.
#include "crypto/certificate.h"

#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "unit/crypto/client_certificates.h"

namespace {

// RFC 8705 appendix A: the certificate, and the x5t#S256 that it has in the figures.
const std::string kOfTheRfc = R"(-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
)";

std::string why_not(std::string_view pem) {
  const auto read = crypto::read_certificate(pem);
  return read ? "" : read.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_certificate)

BOOST_AUTO_TEST_CASE(it_is_called_by_the_hash_of_its_der) {
  const auto read = crypto::read_certificate(kOfTheRfc);
  BOOST_REQUIRE(bool{read});
  BOOST_TEST(base::base64url(read->thumbprint) == "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
  BOOST_TEST(read->expires.time_since_epoch().count() == 1'651'495'029);  // 2022-05-02 12:37:09
  BOOST_TEST((read->key.kind() == crypto::Kind::p256));
}

BOOST_AUTO_TEST_CASE(one_key_is_its_own) {
  const auto read = crypto::read_certificate(client_certificates::kCertificate);
  BOOST_REQUIRE(bool{read});
  BOOST_TEST(crypto::belongs(*read, *crypto::SignKey::from_pem(base::Secret{client_certificates::kKey})));
  BOOST_TEST(!crypto::belongs(*read, *crypto::SignKey::generate(crypto::Kind::p256)));
  BOOST_TEST(!crypto::belongs(*read, *crypto::SignKey::generate(crypto::Kind::ed25519)));
}

BOOST_AUTO_TEST_CASE(what_is_none_is_told) {
  BOOST_TEST(why_not("") == "certificate: no PEM that can be read");
  BOOST_TEST(why_not("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == "certificate: no PEM that can be read");
  BOOST_TEST(why_not(client_certificates::kKey) == "certificate: no PEM that can be read");
  BOOST_TEST(why_not(client_certificates::kWeak) == "certificate: of a kind or size of key that is not used");
}

BOOST_AUTO_TEST_SUITE_END()
