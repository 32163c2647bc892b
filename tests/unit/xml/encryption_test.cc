#include "xml/encryption.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/xml/forge.h"

namespace data = boost::unit_test::data;

namespace {

const std::string kText = R"(<a:who xmlns:a="urn:a">ann</a:who>)";

base::Result<xml::Decrypted> open(const std::string& inside, const forge::Pair& pair = forge::rsa()) {
  const auto document = xml::Document::parse(R"(<h:holder xmlns:h="urn:h" xmlns:a="urn:a?b&amp;c">)" + inside + "</h:holder>");
  BOOST_REQUIRE(static_cast<bool>(document));
  return xml::decrypted(document->root(), *xml::OwnKey::read(base::Secret{pair.key_pem}));
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The first letter of the data is another.
std::string changed(std::string text) {
  char& letter = text[text.rfind("<xenc:CipherValue>") + 18];
  letter = letter == 'A' ? 'B' : 'A';
  return text;
}

BOOST_AUTO_TEST_SUITE(xml_encryption)

struct Good {
  const char* why;
  std::string inside;
};
std::ostream& operator<<(std::ostream& os, const Good& r) { return os << r.why; }
const std::vector<Good> good{
    {"AES-CBC", forge::encrypt(kText)},
    {"AES-GCM", forge::encrypt(kText, {.method = "http://www.w3.org/2009/xmlenc11#aes256-gcm"})},
    {"the key beside the data (saml-core 6.2)", forge::encrypt(kText, {.beside = true})},
    {"for several readers, us last", with(forge::encrypt(kText), "<xenc:EncryptedKey>", R"(<xenc:EncryptedKey/><xenc:EncryptedKey>)")},
    {"with an XML declaration", forge::encrypt("<?xml version=\"1.0\"?>" + kText)},
};
BOOST_DATA_TEST_CASE(opened, data::make(good), row) {
  const auto plain = open(row.inside);
  BOOST_REQUIRE(static_cast<bool>(plain));
  BOOST_TEST(plain->element.is("who", "urn:a"));
  BOOST_TEST(plain->element.text() == "ann");
}

BOOST_AUTO_TEST_CASE(prefixes_declared_outside_are_known_inside) {
  const auto plain = open(forge::encrypt("<h:who><a:x/></h:who>"));
  BOOST_REQUIRE(static_cast<bool>(plain));
  BOOST_TEST(plain->element.ns() == "urn:h");
  BOOST_TEST(static_cast<bool>(plain->element.child("x", "urn:a?b&c")));
}

struct Bad {
  const char* why;
  std::string inside;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const std::string kOk = forge::encrypt(kText);
const std::vector<Bad> bad{
    {"nothing", ""},
    {"for somebody else", forge::encrypt(kText, {.to = &forge::other_rsa()})},
    {"RSA 1.5 (Bleichenbacher)", forge::encrypt(kText, {.transport = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"})},
    {"the method is none of the allowed", with(kOk, "#aes128-cbc", "#tripledes-cbc")},
    {"the key has another size", with(kOk, "#aes128-cbc", "#aes256-cbc")},
    {"two pieces of data", kOk + kOk},
    {"no key", with(with(kOk, "<xenc:EncryptedKey>", "<xenc:Other>"), "</xenc:EncryptedKey>", "</xenc:Other>")},
    {"data elsewhere (CipherReference)",
     with(with(kOk, "<xenc:CipherValue>", R"(<xenc:CipherReference URI="file:///etc/passwd"/><!--)"), "</xenc:CipherValue>", "-->")},
    {"cut off", with(kOk, kOk.substr(kOk.rfind("</xenc:CipherValue>") - 44, 44), "")},
    {"no XML inside", forge::encrypt("hello")},
    {"nothing inside", forge::encrypt("")},
    {"two elements inside", forge::encrypt("<a/><b/>")},
    {"a document type inside", forge::encrypt("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")},
    {"breaking out of the place where it is read", forge::encrypt("</context><context>")},
    {"GCM, changed", changed(forge::encrypt(kText, {.method = "http://www.w3.org/2009/xmlenc11#aes256-gcm"}))},
};
BOOST_DATA_TEST_CASE(refused_in_one_voice, data::make(bad), row) {
  const auto plain = open(row.inside);
  BOOST_REQUIRE(!plain);
  BOOST_TEST((plain.error().code == base::Code::denied));
  BOOST_TEST(plain.error().detail == "encryption: cannot be decrypted");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
