// The engine for CAS on a network that lies: which ticket goes where, and which answer is believed.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/cas_answer.h"
#include "unit/providers/world.h"

namespace {

using boost::unit_test::data::make;

const std::string kOpen = "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>", kClose = "</cas:serviceResponse>";
std::string success(const std::string& content) {
  return kOpen + "<cas:authenticationSuccess>" + content + "</cas:authenticationSuccess>" + kClose;
}
std::string failure(const std::string& code) {
  return kOpen + "<cas:authenticationFailure code=\"" + code + "\">ticket ST-1 is not recognised</cas:authenticationFailure>" + kClose;
}
const std::string kUser = "<cas:user>ann</cas:user>";
const std::string kAttributes =
    "<cas:attributes><cas:mail>ann@uni.example</cas:mail><cas:displayName>Ann \xc3\x84.</cas:displayName><cas:givenName>Ann</cas:givenName>"
    "<cas:sn>Example</cas:sn><cas:groups>staff</cas:groups><cas:groups>dev</cas:groups></cas:attributes>";

struct Cas : world::World {
  std::string stanza = "[providers.uni]\nkind = \"cas\"\nurl = \"https://cas.uni.example/cas/\"\n";
  const std::string validate = "https://cas.uni.example/cas/p3/serviceValidate";
  base::Result<providers::Identity> log_in(const std::string& ticket = "ST-1-abc") {
    auto broker = open(stanza);
    if (!broker) return broker.error();
    auto back = finish();
    back.params = {{"ticket", ticket}, {"state", "a state"}};
    return broker->finish("uni", back);
  }
  std::string login(const std::string& ticket = "ST-1-abc") { return world::outcome(log_in(ticket)); }
};

struct Answer {
  const char* why;
  int status;
  std::string body;
  const char* want;
};
std::ostream& operator<<(std::ostream& os, const Answer& row) { return os << row.why; }
constexpr const char *kRefused = "denied Authentication failed: the CAS server did not accept the ticket",
                     *kUnreadable = "upstream Network error during authentication: the provider's answer could not be read";
const Answer answers[] = {
    {"a user", 200, success(kUser), "ok ann"},
    {"a user with attributes", 200, success(kUser + kAttributes), "ok ann"},
    {"space before the document", 200, "\n\n" + success("\n\t" + kUser + "\n"), "ok ann"},
    {"a comment inside of a name cuts nothing off", 200, success("<cas:user>ann<!-- x -->ie</cas:user>"), "ok annie"},
    {"used before, or unknown", 200, failure("INVALID_TICKET"), kRefused},
    {"of another service", 200, failure("INVALID_SERVICE"), kRefused},
    {"from an old session, where renew was asked for", 200, failure("INVALID_TICKET_SPEC"), kRefused},
    {"a code of its own", 200, failure("UNAUTHORIZED_SERVICE_PROXY"), kRefused},
    {"the server is broken", 200, failure("INTERNAL_ERROR"), "upstream Network error during authentication: the CAS server failed"},
    {"a failure and a success", 200,
     kOpen + "<cas:authenticationFailure code='X'/><cas:authenticationSuccess>" + kUser + "</cas:authenticationSuccess>" + kClose,
     kUnreadable},
    {"two successes", 200,
     kOpen + "<cas:authenticationSuccess>" + kUser + "</cas:authenticationSuccess><cas:authenticationSuccess>" + kUser +
         "</cas:authenticationSuccess>" + kClose,
     kUnreadable},
    {"nothing inside", 200, kOpen + kClose, kUnreadable},
    {"two users", 200, success(kUser + "<cas:user>bob</cas:user>"), kUnreadable},
    {"no user", 200, success(kAttributes), kUnreadable},
    {"an empty user", 200, success("<cas:user/>"), kUnreadable},
    {"a user with something inside", 200, success("<cas:user><cas:b>ann</cas:b></cas:user>"), kUnreadable},
    {"a user of another namespace", 200, success("<user xmlns='urn:x'>ann</user>"), kUnreadable},
    {"an answer of another namespace", 200,
     "<serviceResponse><authenticationSuccess><user>ann</user></authenticationSuccess></serviceResponse>", kUnreadable},
    {"a proxy's ticket", 200, success(kUser + "<cas:proxies><cas:proxy>https://p.example/</cas:proxy></cas:proxies>"), kUnreadable},
    {"a user with a line feed", 200, success("<cas:user>ann\n</cas:user>"),
     "bad_request Authentication failed: the provider named no user"},
    {"CAS 1.0", 200, "yes\nann\n", kUnreadable},
    {"a page", 200, "<!DOCTYPE html><html></html>", kUnreadable},
    {"an entity", 200, "<!DOCTYPE x [<!ENTITY e 'ann'>]>" + success("<cas:user>&e;</cas:user>"), kUnreadable},
    {"nothing", 200, "", kUnreadable},
    {"a success that is an error", 500, success(kUser), "upstream Network error during authentication: the provider answered 500"},
    {"a redirect", 302, success(kUser), "upstream Network error during authentication: the provider answered 302"},
};

struct Ticket {
  const char* why;
  std::string ticket;
  bool good;
};
std::ostream& operator<<(std::ostream& os, const Ticket& row) { return os << row.why; }
const Ticket tickets[] = {
    {"a ticket", "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7", true},
    {"with a host's name in it", "ST-1-abc-cas_1.uni.example", true},
    {"as long as may be", "ST-" + std::string(253, 'a'), true},
    {"longer", "ST-" + std::string(254, 'a'), false},
    {"nothing behind the prefix", "ST-", false},
    {"a proxy's ticket", "PT-1-abc", false},
    {"a ticket-granting ticket", "TGT-1-abc", false},
    {"a space", "ST-1 abc", false},
    {"a line feed", "ST-1\nabc", false},
    {"another parameter", "ST-1&service=x", false},
    {"a slash", "ST-1/../x", false},
    {"not ASCII", "ST-\xc3\xa4", false},
    {"nothing", "", false},
};

struct Stanza {
  const char* why;
  const char* toml;
  const char* told;
};
std::ostream& operator<<(std::ostream& os, const Stanza& row) { return os << row.why; }
const Stanza stanzas[] = {
    {"no server", "[providers.x]\nkind = \"cas\"\n", "providers.x.url: is missing: the CAS server"},
    {"plain http", "[providers.x]\nkind = \"cas\"\nurl = \"http://cas.example/\"\n", "must be https"},
    {"no address", "[providers.x]\nkind = \"cas\"\nurl = \"cas.example\"\n", "is no URL"},
    {"a query", "[providers.x]\nkind = \"cas\"\nurl = \"https://cas.example/?x=1\"\n", "so it has no query"},
    {"a value from the request", "[providers.x]\nkind = \"cas\"\nurl = \"https://cas.example/{r:/x}\"\n", "r: is not known yet"},
    {"version 1 has no XML", "[providers.x]\nkind = \"cas\"\nurl = \"https://cas.example\"\nversion = 1\n", "allowed: 2, 3"},
    {"a misspelt key", "[providers.x]\nkind = \"cas\"\nurl = \"https://cas.example\"\nrenwe = true\n", "did you mean renew?"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_cas)

BOOST_FIXTURE_TEST_CASE(the_state_rides_in_the_service, Cas) {
  auto broker = open(stanza);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(broker->begin("uni", start())->authorization_url ==
             "https://cas.uni.example/cas/login?service=" + base::percent_encode(redirect_uri + "&state=a%20state"));
  BOOST_TEST(broker->list()[0].protocol == "cas");
}
BOOST_FIXTURE_TEST_CASE(the_server_is_asked_about_the_same_service, Cas) {
  net.answer(validate, 200, success(kUser));
  BOOST_TEST(login() == "ok ann");
  BOOST_TEST(net.asked.back().url == validate + "?service=" + base::percent_encode(redirect_uri + "&state=a%20state") + "&ticket=ST-1-abc");
  BOOST_TEST(net.asked.back().redirects == 0);
}
BOOST_FIXTURE_TEST_CASE(version_2_has_another_address, Cas) {
  stanza += "version = 2\n";
  net.answer("https://cas.uni.example/cas/serviceValidate", 200, success(kUser));
  BOOST_TEST(login() == "ok ann");
}
BOOST_FIXTURE_TEST_CASE(renew_is_asked_for_twice, Cas) {
  stanza += "renew = true\n";
  net.answer(validate, 200, success(kUser));
  BOOST_TEST(open(stanza)->begin("uni", start())->authorization_url.ends_with("&renew=true"));
  BOOST_TEST(login() == "ok ann");
  BOOST_TEST(net.asked.back().url.ends_with("&renew=true"));
}
BOOST_DATA_TEST_CASE_F(Cas, one_plain_success_is_believed, make(answers), row) {
  net.answer(validate, row.status, row.body, {{"content-type", "text/xml"}});
  BOOST_TEST(login() == row.want);
}
BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_answer, Cas) { BOOST_TEST(login().starts_with("upstream Connection error")); }
BOOST_DATA_TEST_CASE_F(Cas, a_ticket_is_looked_at_before_it_is_sent, make(tickets), row) {
  net.answer(validate, 200, success(kUser));
  BOOST_TEST(login(row.ticket) == (row.good ? "ok ann" : "bad_request Authentication failed: the ticket is malformed"));
  BOOST_TEST(net.asked.size() == (row.good ? 1u : 0u));
}
BOOST_FIXTURE_TEST_CASE(attributes_have_their_usual_places, Cas) {
  net.answer(validate, 200, success(kUser + kAttributes));
  const auto who = log_in();
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->username == "ann");
  BOOST_TEST(who->email == "ann@uni.example");
  BOOST_TEST(!who->email_verified);
  BOOST_TEST(who->name == "Ann \xc3\x84.");
  BOOST_TEST(who->first_name == "Ann");
  BOOST_TEST(who->last_name == "Example");
}
BOOST_FIXTURE_TEST_CASE(an_attribute_that_comes_twice_is_a_list, Cas) {
  net.answer(validate, 200,
             success(kUser + "<cas:attributes><cas:mail>a@uni.example</cas:mail><cas:mail>b@uni.example</cas:mail></cas:attributes>"));
  BOOST_TEST(log_in()->email == "a@uni.example");
}
BOOST_FIXTURE_TEST_CASE(groups_can_be_required, Cas) {
  net.answer(validate, 200, success(kUser + kAttributes));
  stanza += "groups = [\"dev\"]\nrequire = [{ value = \"i:/attributes/groups\", setting = \"groups\" }]\n";
  BOOST_TEST(login() == "ok ann");
  stanza.replace(stanza.find("\"dev\""), 5, "\"admin\"");
  BOOST_TEST(login() == "denied Your credentials aren't allowed");
}
BOOST_FIXTURE_TEST_CASE(an_uid_of_ones_own_choice, Cas) {
  net.answer(validate, 200, success(kUser + "<cas:attributes><cas:employeeNumber>42</cas:employeeNumber></cas:attributes>"));
  stanza += "map = { uid = \"i:/attributes/employeeNumber\" }\n";
  BOOST_TEST(login() == "ok 42");
}
BOOST_AUTO_TEST_CASE(attributes_of_other_kinds_are_passed_over) {
  const auto document = providers::cas::read_validation(
      success(kUser + "<cas:attributes><cas:a>1</cas:a><b xmlns='urn:x'>2</b><cas:c><cas:d>3</cas:d></cas:c><cas:e>" +
              std::string(5000, 'x') + "</cas:e></cas:attributes>"));
  BOOST_REQUIRE(bool{document});
  BOOST_TEST(document->root().dump() == R"({"user":"ann","attributes":{"a":"1"}})");
}
BOOST_FIXTURE_TEST_CASE(a_callback_without_a_ticket_uses_nothing_up, Cas) {
  auto broker = open(stanza);
  BOOST_TEST(broker->look("uni", {{"ticket", "ST-1"}}).whole);
  BOOST_TEST(!broker->look("uni", {{"code", "c"}}).whole);
  BOOST_TEST(!broker->look("uni", {{"ticket", ""}}).whole);
}
BOOST_DATA_TEST_CASE_F(Cas, what_a_stanza_may_not_say, make(stanzas), row) {
  const auto broker = open(row.toml);
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find(row.told) != std::string::npos, broker.error().say);
}
BOOST_FIXTURE_TEST_CASE(the_catalogues_cas_is_openid_connect, Cas) {
  const auto broker =
      open("[providers.cas]\noidc_endpoint = \"https://cas.uni.example/cas/oidc\"\nclient_id = \"c\"\nclient_secret = \"s\"\n");
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(broker->list()[0].protocol == "oidc");
  const auto plain = open("[providers.cas]\nkind = \"cas\"\nurl = \"https://cas.uni.example/cas\"\n");
  BOOST_REQUIRE_MESSAGE(plain, (plain ? "" : plain.error().say));
  BOOST_TEST(plain->list()[0].protocol == "cas");
}

BOOST_AUTO_TEST_SUITE_END()
