#include "xml/keys.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "unit/xml/forge.h"

namespace data = boost::unit_test::data;

namespace {

/// The base64 between the lines of a PEM.
std::string bare(const std::string& pem) { return forge::Pair{"", pem}.certificate(); }

BOOST_AUTO_TEST_SUITE(xml_keys)

struct Row {
  const char* why;
  std::string text;
  bool ok;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

const std::vector<Row> peers{
    {"a certificate in PEM", forge::rsa().certificate_pem, true},
    {"its base64 alone", forge::rsa().certificate(), true},
    {"its base64 in lines, as metadata has it", "\n  " + forge::rsa().certificate().insert(64, "\n  ") + "\n", true},
    {"an EC certificate", forge::ec().certificate_pem, true},
    {"a key of 1024 bits", forge::make_rsa(1024).certificate_pem, false},
    {"a private key", forge::rsa().key_pem, false},
    {"nothing", "", false},
    {"blank", " \n", false},
    {"no base64", "not a certificate", false},
    {"base64 of something else", "bm90IGEgY2VydGlmaWNhdGU=", false},
    {"PEM with something else in it", "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n", false},
};
BOOST_DATA_TEST_CASE(a_peers_certificate, data::make(peers), row) {
  const auto key = xml::PeerKey::read(row.text);
  BOOST_TEST(static_cast<bool>(key) == row.ok);
  if (!key) BOOST_TEST(!key.error().say.empty());
}

const std::vector<Row> own{
    {"PKCS#8 in PEM", forge::rsa().key_pem, true},
    {"its base64 alone", bare(forge::rsa().key_pem), true},
    {"EC", forge::ec().key_pem, true},
    {"1024 bits: old, but ours", forge::make_rsa(1024).key_pem, true},
    {"512 bits", forge::make_rsa(512).key_pem, false},
    {"a certificate", forge::rsa().certificate_pem, false},
    {"nothing", "", false},
    {"no base64", "secret", false},
};
BOOST_DATA_TEST_CASE(our_private_key, data::make(own), row) {
  BOOST_TEST(static_cast<bool>(xml::OwnKey::read(base::Secret{row.text})) == row.ok);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
