// How a login begins: which identity provider, and what it is asked; the pages; the mistakes that stop the start.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "crypto/digest.h"
#include "http/request.h"
#include "unit/providers/saml_world.h"
#include "xml/signature.h"

namespace data = boost::unit_test::data;

namespace {

constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol", kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";

http::Params query_of(const std::string& url) { return http::parse_form(std::string_view{url}.substr(url.find('?') + 1)); }
std::string value(const http::Params& params, std::string_view name) {
  const auto* found = params.last(name);
  return found == nullptr ? "" : *found;
}
xml::Document request_in(const std::string& url) {
  auto document = xml::Document::parse(forge::inflate(*base::base64_decode(value(query_of(url), "SAMLRequest"))));
  BOOST_REQUIRE(document);
  return std::move(*document);
}

const std::string kTwo = R"([providers.saml]
sp_entity_id = "https://app.example/sp"
[providers.saml.enabled_idps.uni]
entity_id = "https://uni.example/idp"
url = "https://uni.example/sso"
x509cert = ")" + forge::rsa().certificate() +
                         R"("
attr_email = "mailbox"
[providers.saml.enabled_idps.other]
entity_id = "https://other.example/idp"
url = "https://other.example/sso"
)";

BOOST_FIXTURE_TEST_SUITE(providers_saml_request, world::SamlWorld)

BOOST_AUTO_TEST_CASE(a_request_by_redirect) {
  auto broker =
      *open(stanza("force_authn = true\nauthn_context = [\"urn:a\", \"urn:b\"]\norg_info = { en = { name = \"n\", displayname = \"App & "
                   "Co\", url = \"https://app.example\" } }\n"));
  const auto begun = *broker.begin("acme", begin_at());
  BOOST_TEST(begun.authorization_url.starts_with("https://idp.example/sso?SAMLRequest="));
  const auto query = query_of(begun.authorization_url);
  BOOST_TEST(value(query, "RelayState") == std::string(54, 'S'));
  BOOST_TEST(query.last("Signature") == nullptr);
  const auto document = request_in(begun.authorization_url);
  const auto request = document.root();
  BOOST_TEST(request.is("AuthnRequest", kProtocol));
  BOOST_TEST(request.attribute("ID").value() == request_id(begun));
  BOOST_TEST(request_id(begun).size() == 41U);  // saml-core 1.3.4: 160 bits
  BOOST_TEST(request.attribute("Version").value() == "2.0");
  BOOST_TEST(request.attribute("IssueInstant").value() == "2023-11-14T22:13:20Z");
  BOOST_TEST(request.attribute("Destination").value() == "https://idp.example/sso");
  BOOST_TEST(request.attribute("ProtocolBinding").value() == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST");
  BOOST_TEST(request.attribute("AssertionConsumerServiceURL").value() == acs);
  BOOST_TEST(request.attribute("ForceAuthn").value() == "true");
  BOOST_TEST(request.attribute("ProviderName").value() == "App & Co");
  BOOST_TEST(request.child("Issuer", kAssertion).text() == "https://app.example/sp");
  BOOST_TEST(request.child("NameIDPolicy", kProtocol).attribute("Format").value() ==
             "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
  BOOST_TEST(request.child("RequestedAuthnContext", kProtocol).children("AuthnContextClassRef", kAssertion).size() == 2U);
}

BOOST_AUTO_TEST_CASE(no_kind_of_login_is_asked_for_unless_the_operator_does) {
  auto broker = *open(stanza());
  const auto document = request_in(broker.begin("acme", begin_at())->authorization_url);
  BOOST_TEST(!document.root().child("RequestedAuthnContext", kProtocol));
  BOOST_TEST(!document.root().attribute("ForceAuthn").has_value());
}

BOOST_AUTO_TEST_CASE(an_address_with_a_query_keeps_it) {
  auto broker = *open(world::replaced(stanza(), "https://idp.example/sso", "https://idp.example/sso?x=1"));
  BOOST_TEST(broker.begin("acme", begin_at())->authorization_url.starts_with("https://idp.example/sso?x=1&SAMLRequest="));
}

BOOST_AUTO_TEST_CASE(a_signed_request_by_redirect) {
  auto broker = *open(stanza("sign_requests = true\n"));
  const auto url = broker.begin("acme", begin_at())->authorization_url;
  const auto query = query_of(url);
  BOOST_TEST(value(query, "SigAlg") == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
  // saml-bindings 3.4.4.1: over the query as it stands, up to the signature.
  const auto signed_part = url.substr(url.find('?') + 1, url.find("&Signature=") - url.find('?') - 1);
  BOOST_TEST(forge::rsa_verifies(forge::other_rsa(), signed_part, *base::base64_decode(value(query, "Signature"))));
  BOOST_TEST(!forge::rsa_verifies(forge::rsa(), signed_part, *base::base64_decode(value(query, "Signature"))));
}

BOOST_AUTO_TEST_CASE(requests_by_post_go_through_a_page_of_ours) {
  auto broker = *open(stanza("idp_binding = \"post\"\nsign_requests = true\n"));
  const auto begun = *broker.begin("acme", begin_at());
  BOOST_TEST(begun.authorization_url.starts_with("/o/acme/post?SAMLRequest="));
  const auto query = query_of(begun.authorization_url);
  const auto document = *xml::Document::parse(*base::base64_decode(value(query, "SAMLRequest")));
  const std::vector keys{*xml::PeerKey::read(forge::other_rsa().certificate_pem)};
  const auto content = xml::verified(document.root(), keys);
  BOOST_REQUIRE(content);
  BOOST_TEST(content->root().attribute("ID").value() == request_id(begun));
  const auto page = *broker.page("acme", {"post", query.items(), {}});
  BOOST_TEST(page.body.find("action=\"https://idp.example/sso\"") != std::string::npos);
  BOOST_TEST(page.body.find("value=\"" + value(query, "SAMLRequest") + "\"") != std::string::npos);
  BOOST_TEST(page.body.find("value=\"" + std::string(54, 'S') + "\"") != std::string::npos);
  BOOST_TEST(page.policy.starts_with("default-src 'none'; script-src 'sha256-"));
  const auto script = page.body.substr(page.body.find("<script>") + 8);
  BOOST_TEST(page.policy.find(base::base64(crypto::sha256(script.substr(0, script.find("</script>"))))) != std::string::npos);
  BOOST_TEST(page.policy.find("unsafe") == std::string::npos);
}

struct Page {
  const char* why;
  std::string name;
  providers::Params params;
  base::Code code;
};
std::ostream& operator<<(std::ostream& os, const Page& r) { return os << r.why; }
const std::vector<Page> pages{
    {"markup in the request", "post", {{"SAMLRequest", "\"><script>"}, {"RelayState", "s"}}, base::Code::bad_request},
    {"markup in the state", "post", {{"SAMLRequest", "PHg+"}, {"RelayState", "'><b>"}}, base::Code::bad_request},
    {"no request", "post", {{"RelayState", "s"}}, base::Code::bad_request},
    {"no state", "post", {{"SAMLRequest", "PHg+"}}, base::Code::bad_request},
    {"a request that is too long", "post", {{"SAMLRequest", std::string(8193, 'A')}, {"RelayState", "s"}}, base::Code::bad_request},
    {"a state that is too long", "post", {{"SAMLRequest", "PHg+"}, {"RelayState", std::string(81, 's')}}, base::Code::bad_request},
    {"another identity provider", "post", {{"SAMLRequest", "PHg+"}, {"RelayState", "s"}, {"idp", "evil"}}, base::Code::bad_request},
    {"another page", "other", {}, base::Code::not_found},
};
BOOST_DATA_TEST_CASE(the_page_shows_nothing_that_it_is_given, data::make(pages), row) {
  auto broker = *open(stanza("idp_binding = \"post\"\n"));
  const auto page = broker.page("acme", {row.name, row.params, {}});
  BOOST_REQUIRE(!page);
  BOOST_TEST((page.error().code == row.code));
}

BOOST_AUTO_TEST_CASE(no_page_for_those_who_take_redirects_and_for_other_protocols) {
  auto broker = *open(stanza() + "[providers.github]\nclient_id = \"c\"\nclient_secret = \"s\"\n");
  BOOST_TEST((broker.page("acme", {"post", {{"SAMLRequest", "PHg+"}, {"RelayState", "s"}}, {}}).error().code == base::Code::not_found));
  BOOST_TEST((broker.page("github", {"metadata", {}, {}}).error().code == base::Code::not_found));
  BOOST_TEST((broker.page("nope", {"metadata", {}, {}}).error().code == base::Code::not_found));
}

BOOST_AUTO_TEST_CASE(which_identity_provider) {
  auto broker = *open(kTwo);
  BOOST_TEST(broker.begin("saml", begin_at()).error().say == "Missing needed parameter idp");
  BOOST_TEST(broker.begin("saml", begin_at({{"idp", "nope"}})).error().say == "Invalid parameter idp");
  BOOST_TEST(!broker.begin("saml", begin_at({{"idp", "other"}})));  // it has no certificate
  BOOST_TEST(broker.check("saml").error().say.find("other") != std::string::npos);
  const auto begun = *broker.begin("saml", begin_at({{"idp", "uni"}}));
  BOOST_TEST(begun.authorization_url.starts_with("https://uni.example/sso?"));
  auto a = answer(begun);
  a.issuer = "https://uni.example/idp";
  a.attributes = a.attribute("mail", "wrong@uni.example") + a.attribute("mailbox", "ann@uni.example");
  const auto who = finish_with(broker, begun, a.text(), "saml");
  BOOST_REQUIRE(who);
  BOOST_TEST(who->uid == "uni:ann-1");  // as python-social-auth has it
  BOOST_TEST(who->issuer == "https://uni.example/idp");
  BOOST_TEST(who->email == "ann@uni.example");
  // A flow that began at one identity provider ends there.
  a.issuer = "https://other.example/idp";
  BOOST_TEST(!finish_with(broker, begun, a.text(), "saml"));
}

BOOST_AUTO_TEST_CASE(python_social_auths_settings_as_json_from_the_environment) {
  const std::string toml = "[providers.saml]\nsp_entity_id = \"https://app.example/sp\"\nsp_public_cert = \"" +
                           forge::other_rsa().certificate() + "\"\nsp_private_key = \"" +
                           forge::Pair{"", forge::other_rsa().key_pem}.certificate() + R"("
org_info = '{"en-US": {"name": "app", "displayname": "App", "url": "https://app.example"}}'
technical_contact = '{"givenName": "Tech", "emailAddress": "tech@app.example"}'
support_contact = '{"givenName": "Help", "emailAddress": "help@app.example"}'
security_config = '{"authnRequestsSigned": true, "requestedAuthnContext": false}'
enabled_idps = '{"uni": {"entity_id": "https://uni.example/idp", "url": "https://uni.example/sso", "x509certMulti": {"signing": [")" +
                           forge::ec().certificate() + "\", \"" + forge::rsa().certificate() + "\"]}}}'\n";
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto begun = *broker->begin("saml", begin_at());
  BOOST_TEST(value(query_of(begun.authorization_url), "Signature").size() == 344U);
  auto a = answer(begun);
  a.issuer = "https://uni.example/idp";
  BOOST_TEST(static_cast<bool>(finish_with(*broker, begun, a.text(), "saml")));  // the second of its keys
  const auto metadata = *xml::Document::parse(broker->page("saml", {"metadata", {}, {acs, "https://app.example/b?c&d"}})->body);
  constexpr std::string_view md = "urn:oasis:names:tc:SAML:2.0:metadata";
  const auto root = metadata.root();
  BOOST_TEST(root.attribute("entityID").value() == "https://app.example/sp");
  const auto sp = root.child("SPSSODescriptor", md);
  BOOST_TEST(sp.attribute("AuthnRequestsSigned").value() == "true");
  BOOST_TEST(sp.children("KeyDescriptor", md).size() == 2U);
  const auto acs_list = sp.children("AssertionConsumerService", md);
  BOOST_REQUIRE(acs_list.size() == 2U);
  BOOST_TEST(acs_list[0].attribute("Location").value() == acs);
  BOOST_TEST(acs_list[1].attribute("Location").value() == "https://app.example/b?c&d");
  BOOST_TEST(root.child("Organization", md).child("OrganizationDisplayName", md).text() == "App");
  BOOST_TEST(root.children("ContactPerson", md).size() == 2U);
}

BOOST_AUTO_TEST_CASE(without_a_name_of_ours_the_metadata_address_is_it) {
  auto broker = *open(world::replaced(stanza(), "sp_entity_id = \"https://app.example/sp\"\n", ""));
  const auto document = request_in(broker.begin("acme", begin_at())->authorization_url);
  BOOST_TEST(document.root().child("Issuer", kAssertion).text() == "/o/acme/metadata");  // no public_url in this world
}

std::string idp_metadata(const std::string& inside) {
  return R"(<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/saml"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">)" +
         inside + "</md:IDPSSODescriptor></md:EntityDescriptor>";
}
std::string key_descriptor(const std::string& use, const forge::Pair& pair) {
  return "<md:KeyDescriptor" + use + R"(><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
      )" +
         pair.certificate().insert(64, "\n      ") + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>";
}
std::string service(const std::string& binding) {
  return "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:" + binding + "\" Location=\"https://idp.example/" +
         binding + "\"/>";
}
struct Metadata {
  const char* why;
  std::string xml;
  const char* url;  // where people go; "" = it is refused
  std::string more = {};
};
std::ostream& operator<<(std::ostream& os, const Metadata& r) { return os << r.why; }
const std::string kKeys = key_descriptor(" use=\"encryption\"", forge::ec()) + key_descriptor(" use=\"signing\"", forge::rsa());
const std::vector<Metadata> metadata{
    {"redirect before post", idp_metadata(kKeys + service("HTTP-POST") + service("HTTP-Redirect")), "https://idp.example/HTTP-Redirect?"},
    {"post alone", idp_metadata(kKeys + service("HTTP-POST")), "/o/acme/post?"},
    {"a key for everything", idp_metadata(key_descriptor("", forge::rsa()) + service("HTTP-Redirect")),
     "https://idp.example/HTTP-Redirect?"},
    {"a key for encryption alone", idp_metadata(key_descriptor(" use=\"encryption\"", forge::rsa()) + service("HTTP-Redirect")), ""},
    {"no service", idp_metadata(kKeys), ""},
    {"no identity provider", R"(<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>)", ""},
    {"no metadata", "<x/>", ""},
    {"no XML", "x", ""},
    {"one of a federation",
     "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">" +
         world::replaced(idp_metadata(kKeys + service("HTTP-POST")), "idp.example/saml", "other.example") +
         idp_metadata(kKeys + service("HTTP-Redirect")) + "</md:EntitiesDescriptor>",
     "https://idp.example/HTTP-Redirect?", "idp_entity_id = \"https://idp.example/saml\"\n"},
    {"a federation, and nobody says which",
     "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">" + idp_metadata(kKeys + service("HTTP-Redirect")) +
         "</md:EntitiesDescriptor>",
     ""},
    {"somebody else's", idp_metadata(kKeys + service("HTTP-Redirect")), "", "idp_entity_id = \"https://other.example\"\n"},
};
BOOST_DATA_TEST_CASE(an_identity_provider_by_its_metadata, data::make(metadata), row) {
  auto broker = open("[providers.acme]\nkind = \"saml\"\nsp_entity_id = \"https://app.example/sp\"\nidp_metadata = '''" + row.xml +
                     "'''\n" + row.more);
  BOOST_REQUIRE_MESSAGE((static_cast<bool>(broker) == (*row.url != '\0')), (broker ? "it is taken" : broker.error().say));
  if (!broker) return;
  const auto begun = *broker->begin("acme", begin_at());
  BOOST_TEST(begun.authorization_url.starts_with(row.url), begun.authorization_url);
  BOOST_TEST(static_cast<bool>(finish_with(*broker, begun, answer(begun).text())));
}

struct Mistake {
  const char* why;
  std::string toml;
  const char* what;
};
std::ostream& operator<<(std::ostream& os, const Mistake& r) { return os << r.why; }
std::string without(const std::string& key) {
  std::string out;
  for (const auto& line : base::split(world::SamlWorld::stanza(), '\n')) {
    if (!line.starts_with(key + " = ")) out += line + '\n';
  }
  return out;
}
const std::vector<Mistake> mistakes{
    {"nothing", "[providers.acme]\nkind = \"saml\"\n", "idp_metadata_file"},
    {"nothing, by its own name", "[providers.saml]\nsp_entity_id = \"x\"\n", "idp_metadata_file"},
    {"no entity id", without("idp_entity_id"), "idp_entity_id"},
    {"no address", without("idp_sso_url"), "idp_sso_url"},
    {"an address without TLS", world::replaced(world::SamlWorld::stanza(), "https://idp.example/sso", "http://idp.example/sso"),
     "must be an https address"},
    {"a certificate that is none",
     world::replaced(world::SamlWorld::stanza(), "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nAAAA"), "idp_cert"},
    {"a private key that is none", world::SamlWorld::stanza("sp_private_key_file = \"/nonexistent\"\n"), "sp_private_key"},
    {"a word that is no key", world::SamlWorld::stanza("idp_ssourl = \"x\"\n"), "idp_sso_url"},
    {"a binding that is none", world::SamlWorld::stanza("idp_binding = \"artifact\"\n"), "redirect, post"},
    {"signing without a key", "[providers.acme]\nkind = \"saml\"\nsign_requests = true\n", "sp_private_key"},
    {"a wrong JSON", "[providers.acme]\nkind = \"saml\"\nenabled_idps = '{\"a\": }'\n", "is no JSON object"},
    {"a colon in a name", "[providers.acme]\nkind = \"saml\"\nenabled_idps = '{\"a:b\": {}}'\n", "its name stands before every uid"},
    {"a word that is no key, in JSON", "[providers.acme]\nkind = \"saml\"\nenabled_idps = '{\"a\": {\"entityid\": \"x\"}}'\n",
     "did you mean entity_id?"},
    {"a security setting that nobody knows", world::SamlWorld::stanza("security_config = { wantNameIdEncrypted = true }\n"),
     "wantNameIdEncrypted"},
    {"metadata that cannot be read", "[providers.acme]\nkind = \"saml\"\nidp_metadata_file = \"/nonexistent/x.xml\"\n",
     "/nonexistent/x.xml"},
};
BOOST_DATA_TEST_CASE(mistakes_stop_the_start, data::make(mistakes), row) {
  const auto broker = open(row.toml);
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find(row.what) != std::string::npos, broker.error().say);
  BOOST_TEST(broker.error().say.find("PRIVATE") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_callback_says_where_its_state_is) {
  auto broker = *open(stanza());
  const auto callback = broker.look("acme", {{"SAMLResponse", "x"}, {"RelayState", "s"}});
  BOOST_TEST(callback.state == "s");
  BOOST_TEST(callback.whole);
  BOOST_TEST(!callback.refused.has_value());
  BOOST_TEST(!broker.look("acme", {{"RelayState", "s"}}).whole);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
