// A login that python-social-auth's own tests went through with the public test provider of 2015 (tests/data/providers/saml.json): its
// settings as they stand in the environment, and the provider's answer, encrypted with our key, signed inside. The clock stands at that
// day.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "providers/saml_request.h"
#include "unit/providers/saml_world.h"
#include "xml/document.h"

namespace {

struct Recorded : world::World {
  json::Document document = [] {
    std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "../../data/providers/saml.json"};
    std::stringstream text;
    text << file.rdbuf();
    return std::move(*json::Document::parse(text.str()));
  }();
  json::Value row = document.root();
  std::string redirect = *row["redirect_uri"].text();
  providers::Broker broker = [this] {
    std::string toml = "[providers.saml]\n";
    for (const auto& [name, value] : row["settings"].members()) toml += std::string{name} + " = '''" + value.text().value_or("") + "'''\n";
    auto opened = open(toml);
    BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().say));
    return std::move(*opened);
  }();

  Recorded() { clock.t = base::Time{std::chrono::seconds{*row["now"].integer()}}; }
  providers::Start start_with(providers::Params params) const { return {redirect, "state", seed, std::move(params)}; }
  base::Result<providers::Identity> answer_to(const std::string& request_id, const std::string& response) {
    return broker.finish(
        "saml", {redirect, "state", seed, request_id + ' ' + *row["idp"].text(), {{"SAMLResponse", response}, {"RelayState", "state"}}});
  }
  std::string said(const char* name) const { return row["who"][name].text().value_or(""); }
};

BOOST_FIXTURE_TEST_SUITE(providers_saml_recorded, Recorded)

BOOST_AUTO_TEST_CASE(the_request_says_what_it_said) {
  const auto url = broker.begin("saml", start_with({{"idp", "testshib"}}))->authorization_url;
  BOOST_TEST(url.starts_with("https://idp.testshib.org/idp/profile/SAML2/Redirect/SSO?SAMLRequest="));
  const auto field = base::percent_decode(url.substr(url.find('=') + 1, url.find('&') - url.find('=') - 1));
  const auto xml = *xml::Document::parse(forge::inflate(*base::base64_decode(field)));
  BOOST_TEST(xml.root().attribute("IssueInstant").value() == "2015-05-09T03:57:22Z");
  BOOST_TEST(xml.root().attribute("AssertionConsumerServiceURL").value() == redirect);
  BOOST_TEST(xml.root().attribute("ProviderName").value() == "PSA");
  BOOST_TEST(xml.root().child("Issuer", "urn:oasis:names:tc:SAML:2.0:assertion").text() ==
             "https://github.com/omab/python-social-auth/saml-test");
}

BOOST_AUTO_TEST_CASE(the_same_person_comes_in) {
  const auto who = answer_to(*row["request_id"].text(), *row["SAMLResponse"].text());
  if (!who) BOOST_FAIL(who.error().detail);
  BOOST_TEST(who->issuer == said("issuer"));
  BOOST_TEST(who->uid == said("uid"));
  BOOST_TEST(who->username == said("username"));
  BOOST_TEST(who->email == said("email"));
  BOOST_TEST(who->name == said("name"));
  BOOST_TEST(who->first_name == said("first_name"));
  BOOST_TEST(who->last_name == said("last_name"));
  for (const auto& [name, value] : row["who"]["extra"].members()) BOOST_TEST(who->extra.at(std::string{name}) == value.text().value());
}

BOOST_AUTO_TEST_CASE(the_same_is_refused_in_the_same_words) {
  BOOST_TEST(broker.begin("saml", start_with({})).error().say == "Missing needed parameter idp");
  BOOST_TEST(answer_to("OTHER_ID", *row["SAMLResponse"].text()).error().say ==
             "Authentication failed: SAML login failed: invalid InResponseTo");
  BOOST_TEST(answer_to("TEST_ID", "irrelevant").error().say == "Authentication failed: SAML login failed: invalid response");
}

BOOST_AUTO_TEST_CASE(unlike_the_original_no_answer_comes_in_late) {
  clock.tick(std::chrono::seconds{322});  // 04:02:44
  BOOST_TEST(!answer_to("TEST_ID", *row["SAMLResponse"].text()));
}

BOOST_AUTO_TEST_CASE(the_metadata_say_what_they_said) {
  const auto page = *broker.page("saml", {"metadata", {}, {redirect}});
  const auto xml = *xml::Document::parse(page.body);
  constexpr std::string_view md = "urn:oasis:names:tc:SAML:2.0:metadata";
  const auto sp = xml.root().child("SPSSODescriptor", md);
  BOOST_TEST(xml.root().attribute("entityID").value() == "https://github.com/omab/python-social-auth/saml-test");
  BOOST_TEST(sp.child("AssertionConsumerService", md).attribute("Location").value() == redirect);
  BOOST_TEST(sp.child("KeyDescriptor", md).text() == *row["settings"]["sp_public_cert"].text());
  BOOST_TEST(xml.root().child("Organization", md).child("OrganizationURL", md).text() == "https://github.com/omab/python-social-auth/");
  BOOST_TEST(xml.root().child("ContactPerson", md).child("EmailAddress", md).text() == "technical@example.com");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
