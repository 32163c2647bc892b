// What comes back from an identity provider: who comes out, and everything that must not pass.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "providers/saml_claims.h"
#include "unit/providers/saml_world.h"

namespace data = boost::unit_test::data;

namespace {

using world::Answer;
using Make = std::function<std::string(Answer&)>;

/// A row whose answer is only changed, not rebuilt.
Make changed(const std::function<void(Answer&)>& change) {
  return [change](Answer& a) {
    change(a);
    return a.text();
  };
}
std::string holder(const std::string& content) {
  return std::string{"<saml:EncryptedAssertion"} + Answer::kNs + ">" + content + "</saml:EncryptedAssertion>";
}

/// The login that begins and the answer that `make` gives it.
struct Login : world::SamlWorld {
  base::Result<providers::Identity> with(const Make& make, const std::string& more = {}) {
    auto broker = open(stanza(more));
    BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
    const auto begun = broker->begin("acme", begin_at());
    BOOST_REQUIRE(begun);
    auto a = answer(*begun);
    return finish_with(*broker, *begun, make(a));
  }
};

BOOST_FIXTURE_TEST_SUITE(providers_saml_response, Login)

struct Good {
  const char* why;
  Make make;
  std::string more = {};
  std::string uid = "ann-1", email = "ann@idp.example", name = "Ann Example";
};
std::ostream& operator<<(std::ostream& os, const Good& r) { return os << r.why; }
const std::string kMap = "attr_user_permanent_id = \"uid\"\n";
const std::vector<Good> good{
    {"the assertion signed", changed([](Answer&) {})},
    {"the response signed", changed([](Answer& a) { a.sign_assertion = false, a.sign_response = true; })},
    {"both signed", changed([](Answer& a) { a.sign_response = true; })},
    {"encrypted, signed inside", changed([](Answer& a) { a.encrypt = true; })},
    {"encrypted, the response signed", changed([](Answer& a) { a.encrypt = a.sign_response = true, a.sign_assertion = false; })},
    {"encrypted, all signed", changed([](Answer& a) { a.encrypt = a.sign_response = true; })},
    {"AES-GCM", changed([](Answer& a) { a.encrypt = true, a.encrypting.method = "http://www.w3.org/2009/xmlenc11#aes256-gcm"; })},
    {"no Destination where only the assertion is signed", changed([](Answer& a) { a.destination = ""; })},
    {"no issuer in the response", changed([](Answer& a) { a.response_issuer = ""; })},
    {"SHA-1 where the operator says so", changed([](Answer& a) {
       a.assertion_signing = {.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", .digest = "http://www.w3.org/2000/09/xmldsig#sha1"};
     }),
     "allow_sha1 = true\n"},
    {"a clock that goes 60 s before ours", changed([](Answer& a) { a.not_before = "2023-11-14T22:14:20Z"; })},
    {"no NotBefore", changed([](Answer& a) { a.conditions_attributes = " NotOnOrAfter=\"" + a.until + "\""; })},
    {"parts of a second", changed([](Answer& a) { a.until = "2023-11-14T22:13:20.999Z", a.until.replace(17, 2, "21"); })},
    {"one confirmation of two holds", changed([](Answer& a) {
       a.confirmation = R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"></saml:SubjectConfirmation>)" +
                        a.usual_confirmation();
     })},
    {"one audience of two is us", changed([](Answer& a) {
       a.conditions = "<saml:AudienceRestriction><saml:Audience>x</saml:Audience><saml:Audience>" + a.audience +
                      "</saml:Audience></saml:AudienceRestriction>";
     })},
    {"OneTimeUse", changed([](Answer& a) { a.conditions = a.usual_restriction() + "<saml:OneTimeUse></saml:OneTimeUse>"; })},
    {"a comment in the NameID cuts nothing off (CVE-2017-11427)",
     [](Answer& a) { return world::replaced(a.text(), "ann-1", "ann<!-- -->-1"); }},
    {"the uid is an attribute", changed([](Answer& a) { a.attributes = a.attribute("urn:oid:0.9.2342.19200300.100.1.1", "ann"); }), "",
     "ann", "", ""},
    {"the uid is an attribute that the operator names", changed([](Answer& a) { a.attributes = a.attribute("uid", "ann"); }), kMap, "ann",
     "", ""},
    {"a transient NameID beside an attribute", changed([](Answer& a) {
       a.name_id = R"(<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_x</saml:NameID>)";
       a.attributes = a.attribute("uid", "ann");
     }),
     kMap, "ann", "", ""},
    {"no NameID, but an attribute", changed([](Answer& a) { a.name_id = "", a.attributes = a.attribute("uid", "ann"); }), kMap, "ann", "",
     ""},
    {"an encrypted NameID", changed([](Answer& a) {
       a.name_id = "<saml:EncryptedID>" + forge::encrypt(std::string{"<saml:NameID"} + Answer::kNs + ">ann-1</saml:NameID>", a.encrypting) +
                   "</saml:EncryptedID>";
     })},
    {"the claims of Active Directory", changed([](Answer& a) {
       a.attributes = a.attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "a@ad.example") +
                      a.attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "Ann") +
                      a.attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "Ex");
     }),
     "", "ann-1", "a@ad.example", "Ann Ex"},
    {"of several values the first",
     changed([](Answer& a) { a.attributes = a.attribute("mail", "a@x.example") + a.attribute("mail", "b@x.example"); }), "", "ann-1",
     "a@x.example", ""},
    {"the kind of login that was asked for", changed([](Answer&) {}),
     "authn_context = [\"urn:oasis:names:tc:SAML:2.0:ac:classes:Password\"]\n"},
    {"base64 in lines", [](Answer& a) { return a.text() + std::string(57, ' '); }},
};
BOOST_DATA_TEST_CASE(who_comes_in, data::make(good), row) {
  const auto who = with(row.make, row.more);
  if (!who) BOOST_FAIL(who.error().detail);
  BOOST_TEST(who->uid == row.uid);
  BOOST_TEST(who->issuer == "https://idp.example/saml");
  BOOST_TEST(who->provider == "acme");
  BOOST_TEST(who->email == row.email);
  BOOST_TEST(who->name == row.name);
  BOOST_TEST(!who->email_verified);
}

struct Bad {
  const char* why;
  Make make;
  const char* what;  // stands in the detail
  std::string more = {};
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }

const std::string kDenied = "urn:oasis:names:tc:SAML:2.0:status:Responder";
std::string second(const std::string& code) {
  return "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:" + code + "\"></samlp:StatusCode>";
}

const std::vector<Bad> bad{
    {"no XML", [](Answer&) { return "hello"; }, "XML"},
    {"an entity (CWE-776)", [](Answer& a) { return "<!DOCTYPE x [<!ENTITY y \"z\">]>" + a.text(); }, "document type"},
    {"an external entity (CWE-611)", [](Answer& a) { return "<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/\">" + a.text(); }, "document type"},
    {"an assertion alone", [](Answer& a) { return a.assertion(); }, "no Response"},
    {"denied", changed([](Answer& a) { a.status = kDenied, a.status_more = second("RequestDenied"); }), "RequestDenied"},
    {"nobody was signed in (NoPassive)", changed([](Answer& a) { a.status = kDenied, a.status_more = second("NoPassive"); }), "NoPassive"},
    {"no status", changed([](Answer& a) { a.status = ""; }), "status"},
    {"another version", [](Answer& a) { return world::replaced(a.text(), "Version=\"2.0\"", "Version=\"1.1\""); }, "not SAML 2.0"},
    {"Destination is somebody else", changed([](Answer& a) { a.destination = " Destination=\"https://other.example/saml\""; }),
     "Destination"},
    {"no Destination where the response is signed", changed([](Answer& a) { a.sign_response = true, a.destination = ""; }), "Destination"},
    {"unsolicited", changed([](Answer& a) { a.response_in_response_to = ""; }), "Response: InResponseTo"},
    {"an answer to somebody else's request", changed([](Answer& a) { a.request_id = "_other"; }), "Response: InResponseTo"},
    {"an assertion that answered somebody else's request",
     changed([](Answer& a) { a.confirmation = world::replaced(a.usual_confirmation(), a.request_id, "_other"); }),
     "Assertion: InResponseTo"},
    {"an unsolicited assertion", changed([](Answer& a) {
       a.confirmation = world::replaced(a.usual_confirmation(), " InResponseTo=\"" + a.request_id + "\"", "").insert(0, "");
       a.confirmation =
           world::replaced(a.confirmation, "SubjectConfirmationData InResponseTo=\"" + a.request_id + "\" ", "SubjectConfirmationData ");
     }),
     "Assertion: InResponseTo"},
    {"the response is another issuer's", changed([](Answer& a) { a.response_issuer = "https://evil.example"; }),
     "Response: another issuer"},
    {"the assertion is another issuer's", changed([](Answer& a) { a.response_issuer = a.issuer, a.issuer = "https://evil.example"; }),
     "Assertion: another issuer"},
    {"an issuer cut by a comment's element",
     changed([](Answer& a) { a.issuer = "https://idp.example/<x></x>saml", a.response_issuer = ""; }), "Assertion: another issuer"},
    {"nothing signed", changed([](Answer& a) { a.sign_assertion = false; }), "not signed"},
    {"nothing signed, encrypted", changed([](Answer& a) { a.sign_assertion = false, a.encrypt = true; }), "not signed"},
    {"another key", changed([](Answer& a) { a.assertion_signing.pair = &forge::other_rsa(); }), "configured key"},
    {"another key signed the response, the right one the assertion",
     changed([](Answer& a) { a.sign_response = true, a.response_signing.pair = &forge::other_rsa(); }), "Response: signature"},
    {"another key signed the assertion, the right one the response",
     changed([](Answer& a) { a.sign_response = true, a.assertion_signing.pair = &forge::other_rsa(); }), "Assertion: signature"},
    {"SHA-1", changed([](Answer& a) {
       a.assertion_signing = {.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", .digest = "http://www.w3.org/2000/09/xmldsig#sha1"};
     }),
     "SHA-1"},
    {"changed after it was signed", [](Answer& a) { return world::replaced(a.text(), "ann-1", "eve"); }, "changed"},
    {"a response without an assertion", [](Answer& a) { return a.response(""); }, "not exactly one assertion"},
    {"two assertions", [](Answer& a) { return a.response(a.assertion() + a.assertion("_a2")); }, "not exactly one assertion"},
    {"an assertion and an encrypted one",
     [](Answer& a) { return a.response(a.assertion() + holder(forge::encrypt(a.assertion("_a2"), a.encrypting))); },
     "not exactly one assertion"},
    {"encrypted for somebody else", changed([](Answer& a) { a.encrypt = true, a.encrypting.to = &forge::rsa(); }), "cannot be decrypted"},
    {"RSA 1.5", changed([](Answer& a) { a.encrypt = true, a.encrypting.transport = "http://www.w3.org/2001/04/xmlenc#rsa-1_5"; }),
     "cannot be decrypted"},
    {"something else encrypted", [](Answer& a) { return a.response(holder(forge::encrypt("<x/>", a.encrypting))); }, "no assertion"},
    {"a response encrypted in place of the assertion", [](Answer& a) { return a.response(holder(forge::encrypt(a.text(), a.encrypting))); },
     "no assertion"},
    {"not encrypted, where that is wanted", changed([](Answer&) {}), "not encrypted", "want_assertions_encrypted = true\n"},
    {"response signed, where a signed assertion is wanted", changed([](Answer& a) { a.sign_assertion = false, a.sign_response = true; }),
     "not signed", "want_assertions_signed = true\n"},
    {"assertion signed, where a signed response is wanted", changed([](Answer&) {}), "Response is not signed",
     "want_messages_signed = true\n"},
    {"no confirmation", changed([](Answer& a) { a.confirmation = " "; }), "no subject confirmation"},
    {"not a bearer's",
     changed([](Answer& a) { a.confirmation = world::replaced(a.usual_confirmation(), "cm:bearer", "cm:holder-of-key"); }), "not bearer"},
    {"for another address", changed([](Answer& a) {
       a.confirmation = world::replaced(a.usual_confirmation(), "https://app.example/saml", "https://other.example/saml");
     }),
     "Recipient"},
    {"an address that begins like ours",
     changed([](Answer& a) { a.confirmation = world::replaced(a.usual_confirmation(), "app.example/saml", "app.example/saml/"); }),
     "Recipient"},
    {"confirmation without data", changed([](Answer& a) {
       a.confirmation = R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"></saml:SubjectConfirmation>)";
     }),
     "Recipient"},
    {"confirmation expired, to the second",
     changed([](Answer& a) { a.confirmation = world::replaced(a.usual_confirmation(), a.until, a.issued); }), "confirmation has expired"},
    {"confirmation for ever",
     changed([](Answer& a) { a.confirmation = world::replaced(a.usual_confirmation(), " NotOnOrAfter=\"" + a.until + "\"", ""); }),
     "confirmation has expired"},
    {"confirmation with NotBefore", changed([](Answer& a) {
       a.confirmation = world::replaced(a.usual_confirmation(), " NotOnOrAfter=", " NotBefore=\"" + a.issued + "\" NotOnOrAfter=");
     }),
     "NotBefore"},
    {"no conditions",
     [](Answer& a) {
       auto text = a.unsigned_assertion();
       const auto from = text.find("<saml:Conditions"), to = text.find("<saml:AuthnStatement");
       return a.response(forge::sign(text.erase(from, to - from), "_a1"));
     },
     "not exactly one Conditions"},
    {"for somebody else", changed([](Answer& a) { a.audience = "https://other.example/sp"; }), "Audience is not us"},
    {"for us, and for others only (restrictions are and-ed)", changed([](Answer& a) {
       a.conditions = a.usual_restriction() + "<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>";
     }),
     "Audience is not us"},
    {"an audience cut by an element", changed([](Answer& a) { a.audience = "https://app.example/<x></x>sp"; }), "Audience is not us"},
    {"for everybody", changed([](Answer& a) { a.conditions = "<saml:OneTimeUse></saml:OneTimeUse>"; }), "no AudienceRestriction"},
    {"a condition that nobody knows",
     changed([](Answer& a) { a.conditions = a.usual_restriction() + "<saml:Condition></saml:Condition>"; }), "not known"},
    {"expired, to the second", changed([](Answer& a) { a.conditions_attributes = " NotOnOrAfter=\"" + a.issued + "\""; }), "has expired"},
    {"not valid yet, by 61 s", changed([](Answer& a) { a.not_before = "2023-11-14T22:14:21Z"; }), "not valid yet"},
    {"a time in another zone", changed([](Answer& a) { a.until = "2033-11-14T22:14:21+01:00"; }), "expired"},
    {"a time that is none", changed([](Answer& a) { a.conditions_attributes = " NotOnOrAfter=\"never\""; }), "has expired"},
    {"no login in it", changed([](Answer& a) { a.login = " "; }), "no AuthnStatement"},
    {"a session that has ended", changed([](Answer& a) {
       a.login = "<saml:AuthnStatement AuthnInstant=\"" + a.issued + "\" SessionNotOnOrAfter=\"" + a.issued + "\"></saml:AuthnStatement>";
     }),
     "session has ended"},
    {"another kind of login than was asked for", changed([](Answer&) {}), "another AuthnContext",
     "authn_context = [\"urn:oasis:names:tc:SAML:2.0:ac:classes:X509\"]\n"},
    {"an empty NameID", changed([](Answer& a) { a.name_id = "<saml:NameID></saml:NameID>"; }), "NameID is empty"},
    {"a blank NameID", changed([](Answer& a) { a.name_id = "<saml:NameID> \n</saml:NameID>"; }), "NameID is empty"},
    {"a NameID with an element in it", changed([](Answer& a) { a.name_id = "<saml:NameID>ann<x></x>-1</saml:NameID>"; }),
     "NameID is empty, or holds"},
    {"a transient NameID alone", changed([](Answer& a) {
       a.name_id = R"(<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_x</saml:NameID>)";
     }),
     "uid"},
    {"nobody", changed([](Answer& a) { a.name_id = ""; }), "uid"},
    {"the attribute that the operator names is not there", changed([](Answer&) {}), "uid", kMap},
    {"the attribute that the operator names is empty", changed([](Answer& a) { a.attributes = a.attribute("uid", ""); }), "uid", kMap},
    {"two subjects",
     [](Answer& a) {
       a.signature = "<saml:Subject><saml:NameID>eve</saml:NameID></saml:Subject>@SIGNATURE@";
       return a.text();
     },
     "not exactly one Subject"},
};
BOOST_DATA_TEST_CASE(refused, data::make(bad), row) {
  const auto who = with(row.make, row.more);
  BOOST_REQUIRE(!who);
  BOOST_TEST(who.error().detail.find(row.what) != std::string::npos, who.error().detail);
  BOOST_TEST(!who.error().say.empty());
  BOOST_TEST(who.error().say.find("://") == std::string::npos);
}

struct Time {
  const char* why;
  std::string_view text;
  std::int64_t seconds;  // since 1970; -1 = no time
};
std::ostream& operator<<(std::ostream& os, const Time& r) { return os << r.why; }
const Time times[] = {
    {"plain", "2015-05-09T03:57:43Z", 1431143863},
    {"with parts of a second", "2015-05-09T03:57:43.792Z", 1431143863},
    {"a leap day", "2024-02-29T00:00:00Z", 1709164800},
    {"no leap day", "2023-02-29T00:00:00Z", -1},
    {"no zone", "2015-05-09T03:57:43", -1},
    {"another zone", "2015-05-09T03:57:43+00:00", -1},
    {"a small z", "2015-05-09T03:57:43z", -1},
    {"a month too many", "2015-13-09T03:57:43Z", -1},
    {"an hour too many", "2015-05-09T24:00:00Z", -1},
    {"a second too many", "2015-05-09T03:57:60Z", -1},
    {"a point without parts", "2015-05-09T03:57:43.Z", -1},
    {"letters for digits", "2015-05-09T03:57:4xZ", -1},
    {"a sign", "2015-05-09T03:57:-1Z", -1},
    {"a space", "2015-05-09 03:57:43Z", -1},
    {"more behind it", "2015-05-09T03:57:43Z Z", -1},
    {"cut off", "2015-05-09T03:57", -1},
    {"nothing", "", -1},
    {"far too long", "2015-05-09T03:57:43.000000000000000000000000000000Z", -1},
};
BOOST_DATA_TEST_CASE(times_are_utc_or_nothing, data::make(times), row) {
  const auto time = providers::saml::parse_utc(row.text);
  BOOST_TEST((time ? time->time_since_epoch().count() : -1) == row.seconds);
  if (time && row.text.size() == 20) BOOST_TEST(providers::saml::utc(*time) == row.text);
}

BOOST_AUTO_TEST_CASE(no_base64) {
  auto broker = *open(stanza());
  const auto begun = *broker.begin("acme", begin_at());
  for (const auto* text : {"", "%%%", "aGVsbG8"}) {
    const auto who = broker.finish("acme", {acs, "s", seed, begun.kept, {{"SAMLResponse", text}}});
    BOOST_REQUIRE(!who);
    BOOST_TEST((who.error().code == base::Code::denied));
  }
}

BOOST_AUTO_TEST_CASE(signatures_and_ciphertexts_are_refused_in_one_voice) {
  const auto a = with(changed([](Answer& x) { x.encrypt = true, x.sign_assertion = false; }));
  const auto b = with(changed([](Answer& x) { x.encrypt = true, x.encrypting.to = &forge::rsa(); }));
  const auto c = with([](Answer& x) { return x.response(holder(forge::encrypt("hello", x.encrypting))); });
  const auto d = with(changed([](Answer& x) { x.encrypt = true, x.assertion_signing.pair = &forge::other_rsa(); }));
  for (const auto* other : {&b, &c, &d}) {
    BOOST_TEST(other->error().say == a.error().say);
    BOOST_TEST((other->error().code == a.error().code));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_is_good_for_its_own_login_alone) {
  auto broker = *open(stanza());
  const auto first = *broker.begin("acme", begin_at()), second = *broker.begin("acme", begin_at());
  BOOST_TEST(request_id(first) != request_id(second));
  const auto xml = answer(first).text();
  BOOST_TEST(static_cast<bool>(finish_with(broker, first, xml)));
  BOOST_TEST(!finish_with(broker, second, xml));
  clock.tick(std::chrono::seconds{300});
  BOOST_TEST(!finish_with(broker, first, xml));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
