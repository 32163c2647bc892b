#include "xml/signature.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "unit/xml/forge.h"

namespace data = boost::unit_test::data;

namespace {

constexpr const char* kPlain = R"(<a:thing xmlns:a="urn:a" ID="_1"><a:who>ann</a:who>@SIGNATURE@<a:more></a:more></a:thing>)";

xml::PeerKey key(const forge::Pair& pair) { return *xml::PeerKey::read(pair.certificate_pem); }

base::Result<xml::Document> verify(const std::string& text, const forge::Pair& pair = forge::rsa(), xml::SignatureRules rules = {}) {
  auto document = xml::Document::parse(text);
  BOOST_REQUIRE(static_cast<bool>(document));
  const std::vector keys{key(pair)};
  return xml::verified(document->root(), keys, rules);
}

std::string signed_with(const forge::Signing& how, std::string text = kPlain) { return forge::sign(std::move(text), "_1", how); }

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string transform(std::string_view algorithm, std::string_view inside = "") {
  return "<ds:Transform Algorithm=\"" + std::string{algorithm} + "\">" + std::string{inside} + "</ds:Transform>";
}
const std::string kEnveloped = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature");
const std::string kExclusive = transform("http://www.w3.org/2001/10/xml-exc-c14n#");

BOOST_AUTO_TEST_SUITE(xml_signature)

struct Good {
  const char* why;
  forge::Signing how;
  const forge::Pair& pair = forge::rsa();
};
std::ostream& operator<<(std::ostream& os, const Good& r) { return os << r.why; }
const std::string kMore = "http://www.w3.org/2001/04/xmldsig-more#";
const std::vector<Good> good{
    {"RSA with SHA-256", {}},
    {"RSA with SHA-384", {.method = kMore + "rsa-sha384", .digest = kMore + "sha384"}},
    {"RSA with SHA-512", {.method = kMore + "rsa-sha512", .digest = "http://www.w3.org/2001/04/xmlenc#sha512"}},
    {"ECDSA with SHA-256", {.pair = &forge::ec(), .method = kMore + "ecdsa-sha256"}, forge::ec()},
    {"inclusive canonicalization of the element",
     {.transforms = kEnveloped + transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")}},
    {"canonicalization not named", {.transforms = kEnveloped}},
    {"exclusive, with a list of prefixes",
     {.transforms =
          kEnveloped +
          transform(
              "http://www.w3.org/2001/10/xml-exc-c14n#",
              R"(<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces>)")}},
    {"no KeyInfo", {.in_signature = " "}},
};
BOOST_DATA_TEST_CASE(verified_is_what_was_signed, data::make(good), row) {
  const auto content = verify(signed_with(row.how), row.pair);
  if (!content) BOOST_FAIL(content.error().detail);
  BOOST_TEST(content->root().child("who", "urn:a").text() == "ann");
  BOOST_TEST(content->root().children().size() == 2U);  // the signature is not part of it
}

BOOST_AUTO_TEST_CASE(one_of_several_keys_will_do) {
  auto document = *xml::Document::parse(signed_with({}));
  const std::vector keys{key(forge::other_rsa()), key(forge::ec()), key(forge::rsa())};
  BOOST_TEST(static_cast<bool>(xml::verified(document.root(), keys)));
  BOOST_TEST(static_cast<bool>(xml::verified(document.root(), keys)));  // and again: nothing is left behind in the document
  BOOST_TEST(!xml::verified(document.root(), {}));
}

struct Bad {
  const char* why;
  std::string text;
  const char* what;  // stands in the detail
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const std::string kSigned = signed_with({});
const std::string kOtherElement = R"(<a:thing xmlns:a="urn:a" ID="_2"><a:who>eve</a:who>)";
const std::vector<Bad> bad{
    {"no signature", with(kPlain, "@SIGNATURE@", ""), "none"},
    {"changed content", with(kSigned, "ann", "eve"), "changed"},
    {"an added element", with(kSigned, "<a:more>", "<a:who>eve</a:who><a:more>"), "changed"},
    {"an added attribute", with(kSigned, "<a:who>", "<a:who x=\"y\">"), "changed"},
    {"another key, which KeyInfo names", signed_with({.pair = &forge::other_rsa()}), "not made by a configured key"},
    {"a key of another kind", signed_with({.pair = &forge::ec(), .method = kMore + "ecdsa-sha256"}), "configured key"},
    {"SHA-1", signed_with({.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", .digest = "http://www.w3.org/2000/09/xmldsig#sha1"}),
     "SHA-1"},
    {"SHA-1 as digest alone", signed_with({.digest = "http://www.w3.org/2000/09/xmldsig#sha1"}), "SHA-1"},
    {"SHA-1 as signature alone", signed_with({.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}), "SHA-1"},
    {"MD5", signed_with({.method = kMore + "rsa-md5"}), "none of the allowed"},
    {"HMAC, with the public key for a secret", signed_with({.method = kMore + "hmac-sha256"}), "none of the allowed"},
    {"no method", signed_with({.method = ""}), "none of the allowed"},
    {"the reference is to the whole document", signed_with({.uri = "none"}), "Reference is not to"},
    {"the reference is to another element", signed_with({.uri = "#_2"}), "Reference is not to"},
    {"the reference is an XPointer", signed_with({.uri = "#xpointer(id('_1'))"}), "Reference is not to"},
    {"the reference is to an address", signed_with({.uri = "http://127.0.0.1:1/x"}), "Reference is not to"},
    {"two references", signed_with({.more_references = R"(<ds:Reference URI="#_1"></ds:Reference>)"}), "not exactly one"},
    {"XSLT", signed_with({.transforms = kEnveloped + transform("http://www.w3.org/TR/1999/REC-xslt-19991116")}), "transforms other"},
    {"XPath", signed_with({.transforms = kEnveloped + transform("http://www.w3.org/TR/1999/REC-xpath-19991116")}), "transforms other"},
    {"base64", signed_with({.transforms = kEnveloped + transform("http://www.w3.org/2000/09/xmldsig#base64")}), "transforms other"},
    {"not enveloped", signed_with({.transforms = kExclusive}), "transforms other"},
    {"enveloped twice", signed_with({.transforms = kEnveloped + kEnveloped}), "transforms other"},
    {"three transforms", signed_with({.transforms = kEnveloped + kExclusive + kExclusive}), "one or two"},
    {"something in a transform", signed_with({.transforms = transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "<x></x>")}),
     "something in it"},
    {"something in the method", with(kSigned, "rsa-sha256\">", "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"),
     "with something in it"},
    {"something in the digest's method", with(kSigned, "xmlenc#sha256\">", "xmlenc#sha256\"><x/>"), "with something in it"},
    {"something in the canonicalization", with(kSigned, "xml-exc-c14n#\">", "xml-exc-c14n#\"><x/>"), "CanonicalizationMethod"},
    {"thousands of prefixes to look up at every element",
     signed_with({.transforms =
                      kEnveloped + transform("http://www.w3.org/2001/10/xml-exc-c14n#",
                                             "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"" +
                                                 std::string(257, 'x') + "\"></ec:InclusiveNamespaces>")}),
     "something in it"},
    {"another canonicalization of the reference", signed_with({.c14n = "urn:other"}), "CanonicalizationMethod"},
    {"an Object", signed_with({.in_signature = "<ds:Object></ds:Object>"}), "more or less"},
    {"a second SignedInfo", with(kSigned, "<ds:SignatureValue>", "<ds:SignedInfo></ds:SignedInfo><ds:SignatureValue>"), "more or less"},
    {"two signatures",
     with(kSigned, "<a:more>",
          kSigned.substr(kSigned.find("<ds:Signature "), kSigned.find("<a:more>") - kSigned.find("<ds:Signature ")) + "<a:more>"),
     "several"},
    {"no ID", with(kSigned, " ID=\"_1\"", ""), "no plain ID"},
    {"an ID in another case", with(kSigned, " ID=", " Id="), "no plain ID"},
    {"an ID with an apostrophe", with(kSigned, "ID=\"_1\"", "ID=\"_'1\""), "no plain ID"},
    {"the ID twice", with(kSigned, "<a:more>", "<a:more ID=\"_1\">"), "more than once"},
    {"the ID twice, as Id", with(kSigned, "<a:more>", "<a:more Id=\"_1\">"), "more than once"},
    {"the ID twice, as xml:id", with(kSigned, "<a:more>", "<a:more xml:id=\"_1\">"), "more than once"},
    {"the ID twice, inside the signature", with(kSigned, "<ds:KeyInfo>", "<ds:KeyInfo Id=\"_1\">"), "more than once"},
    // XML signature wrapping (Somorovsky et al. 2012): the signed element is moved, and another stands in its place.
    {"wrapping: the signed element inside the signature's KeyInfo",
     kOtherElement + with(kSigned.substr(kSigned.find("<ds:Signature ")), "<ds:KeyInfo>", "<ds:KeyInfo>" + kSigned), "Reference is not to"},
    {"wrapping: the same, under the signed element's ID",
     with(kOtherElement, "_2", "_1") + with(kSigned.substr(kSigned.find("<ds:Signature ")), "<ds:KeyInfo>", "<ds:KeyInfo>" + kSigned),
     "more than once"},
    {"wrapping: the signature is taken along, the signed element inside it",
     kOtherElement + kSigned.substr(kSigned.find("<ds:Signature "), kSigned.find("</ds:KeyInfo>") - kSigned.find("<ds:Signature ")) +
         kSigned + "</ds:KeyInfo></ds:Signature></a:thing>",
     "Reference is not to"},
    {"wrapping: the signed element below another, which has no signature", kOtherElement + kSigned + "</a:thing>", "none"},
};
BOOST_DATA_TEST_CASE(refused, data::make(bad), row) {
  const auto content = verify(row.text);
  BOOST_REQUIRE(!content);
  BOOST_TEST((content.error().code == base::Code::denied));
  BOOST_TEST(content.error().detail.find(row.what) != std::string::npos, content.error().detail);
}

BOOST_AUTO_TEST_CASE(sha1_where_it_is_asked_for) {
  const auto old =
      signed_with({.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", .digest = "http://www.w3.org/2000/09/xmldsig#sha1"});
  BOOST_TEST(static_cast<bool>(verify(old, forge::rsa(), {.sha1 = true})));
  BOOST_TEST(!verify(with(old, "ann", "eve"), forge::rsa(), {.sha1 = true}));
}

BOOST_AUTO_TEST_CASE(comments_are_not_signed_and_not_read) {
  const auto content = verify(with(kSigned, "ann", "a<!-- x -->nn"));
  BOOST_REQUIRE(static_cast<bool>(content));
  BOOST_TEST(content->root().child("who", "urn:a").text() == "ann");
}

BOOST_AUTO_TEST_CASE(our_own_signature_verifies) {
  for (const auto* pair : {&forge::rsa(), &forge::ec()}) {
    const auto text = xml::sign_root(R"(<a:thing xmlns:a="urn:a" ID="_1"><a:who>ann</a:who><a:more/></a:thing>)", "_1",
                                     *xml::OwnKey::read(base::Secret{pair->key_pem}));
    BOOST_REQUIRE(static_cast<bool>(text));
    BOOST_TEST(text->find("</a:who><ds:Signature") != std::string::npos);
    BOOST_TEST(static_cast<bool>(verify(*text, *pair)));
    BOOST_TEST(!verify(with(*text, "ann", "eve"), *pair));
  }
}

BOOST_AUTO_TEST_CASE(threads_verify_side_by_side) {
  std::vector<std::thread> threads;
  std::vector<int> right(4, 0);
  const std::vector keys{key(forge::rsa())};
  const std::string wrong = with(kSigned, "ann", "eve");
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto document = *xml::Document::parse(i % 2 == 0 ? kSigned : wrong);
        right[t] += static_cast<bool>(xml::verified(document.root(), keys)) == (i % 2 == 0);
      }
    });
  for (auto& t : threads) t.join();
  for (const int n : right) BOOST_TEST(n == 50);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
