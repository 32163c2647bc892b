// XML signature wrapping (Somorovsky, Mayer, Schwenk, Kampmann, Jensen: On Breaking SAML, 2012): whoever has one good answer, ann's, builds
// others around it that say "eve". XSW1 to XSW8 are the paper's variants. None may let eve in; where ann comes out, her own signature said
// so.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "unit/providers/saml_world.h"

namespace data = boost::unit_test::data;

namespace {

using world::Answer;
using world::replaced;

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto a = text.find(from), b = text.find(to, a);
  BOOST_REQUIRE(a != std::string::npos && b != std::string::npos);
  return text.substr(a, b + to.size() - a);
}
std::string signature_of(const std::string& text) { return between(text, "<ds:Signature ", "</ds:Signature>"); }
std::string without_signature(const std::string& text) { return replaced(text, signature_of(text), ""); }
/// The same for eve, under another ID; its signature says nothing of it.
std::string eves(const std::string& text, const std::string& id) {
  return replaced(replaced(text, "ann-1", "eve"), "ID=\"" + id + "\"", "ID=\"_evil\"");
}
std::string in_object(const std::string& signature, const std::string& content) {
  return replaced(signature, "</ds:Signature>", "<ds:Object>" + content + "</ds:Object></ds:Signature>");
}
/// `content` behind the envelope's status.
std::string behind_status(const std::string& response, const std::string& content) {
  return replaced(response, "</samlp:Status>", "</samlp:Status>" + content);
}
std::string extensions(const std::string& content) { return "<samlp:Extensions>" + content + "</samlp:Extensions>"; }

struct Row {
  const char* why;
  bool response;  // what ann's answer has signed: the response, or the assertion
  std::function<std::string(Answer&, const std::string& good)> forge;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

/// Ann's assertion as it stands in `good`.
std::string assertion_in(const std::string& good) { return between(good, "<saml:Assertion", "</saml:Assertion>"); }

const std::vector<Row> rows{
    {"XSW1: the signed response inside the signature of eve's", true,
     [](Answer&, const std::string& good) {
       return replaced(eves(good, "_r1"), signature_of(good), in_object(signature_of(good), without_signature(good)));
     }},
    {"XSW2: the signed response beside the signature in eve's", true,
     [](Answer&, const std::string& good) {
       return replaced(eves(good, "_r1"), signature_of(good), without_signature(good) + signature_of(good));
     }},
    {"XSW1 under the same ID", true,
     [](Answer&, const std::string& good) {
       return replaced(replaced(good, "ann-1", "eve"), signature_of(good), in_object(signature_of(good), without_signature(good)));
     }},
    {"the whole signed response inside eve's, which has no signature", true,
     [](Answer&, const std::string& good) { return behind_status(without_signature(eves(good, "_r1")), extensions(good)); }},
    {"XSW3: eve's assertion before the signed one", false,
     [](Answer&, const std::string& good) {
       return replaced(good, "<saml:Assertion", without_signature(eves(assertion_in(good), "_a1")) + "<saml:Assertion");
     }},
    {"XSW4: the signed assertion inside eve's", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return replaced(good, inner, replaced(without_signature(eves(inner, "_a1")), "</saml:Assertion>", inner + "</saml:Assertion>"));
     }},
    {"XSW5: eve's has the signature, the signed one follows without it", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return replaced(good, inner, eves(inner, "_a1") + without_signature(inner));
     }},
    {"XSW6: the signed assertion inside the signature in eve's", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return replaced(good, inner,
                       replaced(eves(inner, "_a1"), signature_of(inner), in_object(signature_of(inner), without_signature(inner))));
     }},
    {"XSW6 in KeyInfo", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       const auto wrapped = replaced(signature_of(inner), "<ds:KeyInfo>", "<ds:KeyInfo>" + without_signature(inner));
       return replaced(good, inner, replaced(eves(inner, "_a1"), signature_of(inner), wrapped));
     }},
    {"XSW7: the signed assertion in Extensions, eve's in its place", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return behind_status(replaced(good, inner, without_signature(eves(inner, "_a1"))), extensions(inner));
     }},
    {"XSW7 with the signature on eve's", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return behind_status(replaced(good, inner, eves(inner, "_a1")), extensions(without_signature(inner)));
     }},
    {"XSW7 under the same ID", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return behind_status(replaced(good, inner, replaced(inner, "ann-1", "eve")), extensions(without_signature(inner)));
     }},
    {"XSW8: the signed assertion in an Object of eve's signature", false,
     [](Answer&, const std::string& good) {
       const auto inner = assertion_in(good);
       return replaced(
           good, inner,
           replaced(eves(inner, "_a1"), "<saml:Subject>", in_object(signature_of(inner), without_signature(inner)) + "<saml:Subject>"));
     }},
    {"eve's assertion encrypted beside ann's signed one", false,
     [](Answer& a, const std::string& good) {
       const auto evil = without_signature(eves(assertion_in(good), "_a1"));
       return replaced(good, "<saml:Assertion",
                       std::string{"<saml:EncryptedAssertion"} + Answer::kNs + ">" + forge::encrypt(evil, a.encrypting) +
                           "</saml:EncryptedAssertion><saml:Assertion");
     }},
    {"eve's assertion encrypted around ann's signed one", false,
     [](Answer& a, const std::string& good) {
       const auto inner = assertion_in(good);
       const auto evil = replaced(without_signature(eves(inner, "_a1")), "</saml:Assertion>", inner + "</saml:Assertion>");
       return replaced(
           good, inner,
           std::string{"<saml:EncryptedAssertion"} + Answer::kNs + ">" + forge::encrypt(evil, a.encrypting) + "</saml:EncryptedAssertion>");
     }},
    {"eve's assertion beside ann's in the signed response's place", true,
     [](Answer&, const std::string& good) {
       return replaced(good, "<saml:Assertion", eves(assertion_in(good), "_a1") + "<saml:Assertion");
     }},
    {"eve's subject before ann's in the signed assertion", false,
     [](Answer&, const std::string& good) {
       return replaced(good, "<saml:Subject>",
                       replaced(between(good, "<saml:Subject>", "</saml:Subject>"), "ann-1", "eve") + "<saml:Subject>");
     }},
    {"eve's subject inside the signature, which is not part of what is signed", false,
     [](Answer&, const std::string& good) {
       return replaced(good, "<ds:SignatureValue>",
                       replaced(between(good, "<saml:Subject>", "</saml:Subject>"), "ann-1", "eve") + "<ds:SignatureValue>");
     }},
    {"eve's name where the signature stands", false,
     [](Answer&, const std::string& good) {
       return replaced(good, "</ds:KeyInfo>",
                       replaced(between(good, "<saml:Subject>", "</saml:Subject>"), "ann-1", "eve") + "</ds:KeyInfo>");
     }},
    {"an instruction in the signed name", false,
     [](Answer&, const std::string& good) { return replaced(good, "ann-1", "<?x eve?>ann-1"); }},
};
BOOST_FIXTURE_TEST_SUITE(providers_saml_wrapping, world::SamlWorld)
BOOST_DATA_TEST_CASE(eve_stays_out, data::make(rows), row) {
  auto broker = *open(stanza());
  const auto begun = *broker.begin("acme", begin_at());
  auto a = answer(begun);
  a.sign_response = row.response;
  a.sign_assertion = !row.response;
  const auto good = a.text();
  BOOST_REQUIRE(finish_with(broker, begun, good));
  const auto evil = row.forge(a, good);
  BOOST_REQUIRE(evil != good);
  const auto who = finish_with(broker, begun, evil);
  BOOST_TEST((!who || who->uid == "ann-1"));
}
BOOST_AUTO_TEST_SUITE_END()

}  // namespace
