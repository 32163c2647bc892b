// The engine for OpenID 2.0 on a network that lies: what it asks, whom it believes.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/openid2_world.h"

namespace {

using boost::unit_test::data::make;
using world::OpenId2World;
using Fields = OpenId2World::Fields;

constexpr const char* kSelect = "http://specs.openid.net/auth/2.0/identifier_select";
constexpr const char *kNotTheirs = "denied Authentication failed: the provider does not speak for this identifier",
                     *kDenied = "denied Authentication failed: Server denied check_authentication";

/// Users name themselves; at https://ann.example/ is a page that says where her OP is.
struct OwnName : OpenId2World {
  OwnName() {
    toml = "[providers.op]\nkind = \"openid2\"\nopenid2 = { identifier = \"{r:/openid_identifier}\" }\n";
    query = {{"openid_identifier", "ann.example"}};
    claimed = "https://ann.example/";
    net.answer(endpoint, 200, "is_valid:true\n");
  }
  void page(const std::string& head, std::vector<net::Header> headers = {{"content-type", "text/html"}}) {
    net.answer("https://ann.example/", 200, "<html><head>" + head + "</head></html>", std::move(headers));
  }
  std::string begun(const std::string& typed) {
    auto broker = open(toml);
    query = {{"openid_identifier", typed}};
    const auto url = begin(*broker);
    return url ? url->authorization_url : std::string{base::name_of(url.error().code)} + ' ' + url.error().say;
  }
};
const std::string kLink = R"(<link rel="openid2.provider" href="https://op.example/server">)";
constexpr const char* kNone = "bad_request No OpenID provider was found for this identifier";

// ---- whom the assertion is about (11.2) ----

struct About {
  const char* why;
  const char *claimed, *identity, *xrds_type, *xrds_uri, *local_id, *want;
};
std::ostream& operator<<(std::ostream& os, const About& row) { return os << row.why; }
constexpr const char* kAnn = "https://op.example/id/ann";
const About abouts[] = {
    {"the identifier names this OP", kAnn, kAnn, "signon", "https://op.example/server", "", "ok https://op.example/id/ann"},
    {"a fragment is part of the identifier, not of the address (11.5)", "https://op.example/id/ann#2", kAnn, "signon",
     "https://op.example/server", "", "ok https://op.example/id/ann#2"},
    {"an identifier elsewhere that names this OP", "https://ann.example/", "https://op.example/id/ann", "signon",
     "https://op.example/server", "https://op.example/id/ann", "ok https://ann.example/"},
    {"an identifier elsewhere that names another OP", "https://ann.example/", "https://ann.example/", "signon",
     "https://other.example/server", "", kNotTheirs},
    {"that OP has another name for it", "https://ann.example/", "https://op.example/id/mallory", "signon", "https://op.example/server",
     "https://op.example/id/ann", kNotTheirs},
    {"the same OP at another endpoint", kAnn, kAnn, "signon", "https://op.example/server2", "", kNotTheirs},
    {"an OP's own identifier is nobody's", kAnn, kAnn, "server", "https://op.example/server", "", kNotTheirs},
    {"an identifier that is no https address", "http://ann.example/", "http://ann.example/", "signon", "https://op.example/server", "",
     "denied Authentication failed: the claimed identifier is no https address"},
    {"an XRI", "=ann", "=ann", "signon", "https://op.example/server", "",
     "denied Authentication failed: the claimed identifier is no https address"},
    {"an identifier that answers nothing", "https://gone.example/", "https://gone.example/", "", "", "",
     "upstream Authentication failed: the claimed identifier could not be verified"},
    {"capitals in the host are the same host", "https://OP.example/id/ann", kAnn, "signon", "https://op.example/server", kAnn,
     "ok https://op.example/id/ann"},
};

// ---- what an OP answers to check_authentication ----

struct Verdict {
  const char* why;
  int status;
  const char *body, *want;
};
std::ostream& operator<<(std::ostream& os, const Verdict& row) { return os << row.why; }
const Verdict verdicts[] = {
    {"yes", 200, "is_valid:true\n", "ok https://op.example/id/ann"},
    {"no", 200, "is_valid:false\n", kDenied},
    {"yes with status 400", 400, "is_valid:true\n", kDenied},
    {"another word for yes", 200, "is_valid:yes\n", kDenied},
    {"capitals", 200, "is_valid:True\n", kDenied},
    {"nothing", 200, "", kDenied},
    {"both", 200, "is_valid:false\nis_valid:true\n", "bad_request Authentication failed: the answer is malformed"},
    {"a page", 200, "<p>is_valid", "bad_request Authentication failed: the answer is malformed"},
    {"down", 503, "", kDenied},
};

// ---- what can be told of a callback ----

struct Look {
  const char* why;
  providers::Params params;
  const char *state, *refused;
  bool whole;
};
std::ostream& operator<<(std::ostream& os, const Look& row) { return os << row.why; }
const Look looks[] = {
    {"a positive assertion",
     {{"openid.mode", "id_res"}, {"openid.sig", "x"}, {"openid.return_to", "https://a/cb?x=1&state=s%2B1"}},
     "s+1",
     "",
     true},
    {"no signature", {{"openid.mode", "id_res"}, {"openid.return_to", "https://a/cb?state=s"}}, "s", "", false},
    {"T12: refused by the user", {{"openid.mode", "cancel"}}, "", "Authentication process canceled", false},
    {"the OP wants to be asked otherwise",
     {{"openid.mode", "setup_needed"}, {"openid.return_to", "https://a/cb?state=s"}},
     "s",
     "Authentication process canceled",
     false},
    {"an error", {{"openid.mode", "error"}, {"openid.error", "out of\x01 order"}}, "", "Authentication failed: out of order", false},
    {"an error without a word", {{"openid.mode", "error"}}, "", "Authentication failed: the provider gave no reason", false},
    {"T13: nothing", {}, "", "Authentication failed: Invalid openid.mode: '<No mode set>'", false},
    {"T14: code and state as for OAuth 2.0", {{"code", "a"}, {"state", "b"}}, "", "", false},
    {"another mode",
     {{"openid.mode", "check\x1b_me"}, {"state", "b"}},
     "",
     "Authentication failed: Invalid openid.mode: 'check _me'",
     false},
    {"return_to without a query", {{"openid.mode", "id_res"}, {"openid.sig", "x"}, {"openid.return_to", "https://a/cb"}}, "", "", true},
};

// ---- how long ago the user signed in (PAPE) ----

struct Age {
  const char* why;
  const char *time, *want;
};
std::ostream& operator<<(std::ostream& os, const Age& row) { return os << row.why; }
const Age ages[] = {
    {"just now", "2023-11-14T22:13:20Z", "ok https://op.example/id/ann"},
    {"an hour ago and a bit, as clocks differ", "2023-11-14T21:10:20Z", "ok https://op.example/id/ann"},
    {"longer ago", "2023-11-14T21:00:20Z", "denied Authentication failed: the user signed in too long ago"},
    {"never told", "", "denied Authentication failed: the provider does not say when the user signed in"},
    {"told in another way", "2023-11-14T22:13:20+00:00", "denied Authentication failed: the provider does not say when the user signed in"},
};

// ---- what a file may not say ----

struct Stanza {
  const char* why;
  const char *openid2, *told;
};
std::ostream& operator<<(std::ostream& os, const Stanza& row) { return os << row.why; }
const Stanza stanzas[] = {
    {"nobody to ask", "{}", "openid2.identifier: is missing"},
    {"plain http", "{ identifier = 'http://op.example/' }", "it must begin with https://"},
    {"no address", "{ identifier = '=op' }", "XRIs are not supported"},
    {"a document that is not there yet", "{ identifier = 'https://op.example/{c:/x}' }", "c: is not known yet"},
    {"a setting that there is not", "{ identifier = 'https://{host}/' }", "there is no setting \"host\""},
    {"another mode", "{ identifier = 'https://op.example/', mode = 'dumb' }", "allowed: stateless, associate"},
    {"own without a hole", "{ identifier = 'https://op.example/', own = 'https://op.example/id/' }", "want one {digits} or {label}"},
    {"own, where the user chooses the OP", "{ identifier = 'https://op.example/{r:/x}', own = 'https://op.example/{label}' }",
     "needs an identifier that is the same for everybody"},
    {"only_own without own", "{ identifier = 'https://op.example/', only_own = true }", "openid2.only_own: needs own"},
    {"an attribute without a type", "{ identifier = 'https://op.example/', ax = { required = ['email'] } }", "want a name and a type"},
    {"an attribute whose name breaks the message", "{ identifier = 'https://op.example/', ax = { required = ['e.mail: urn:x'] } }",
     "want a name and a type"},
    {"a misspelt key", "{ identifer = 'https://op.example/' }", "did you mean identifier?"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_openid2)

BOOST_DATA_TEST_CASE_F(OpenId2World, what_a_file_may_not_say, make(stanzas), row) {
  const auto broker = open("[providers.op]\nkind = \"openid2\"\nopenid2 = " + std::string{row.openid2} + '\n');
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find(row.told) != std::string::npos, broker.error().say);
}

BOOST_FIXTURE_TEST_CASE(an_op_is_asked_whom_it_knows, OpenId2World) {
  serve();
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto begun = begin(*broker);
  BOOST_REQUIRE_MESSAGE(begun, (begun ? "" : begun.error().detail));
  BOOST_TEST(begun->authorization_url.starts_with(endpoint + "?openid."));
  const auto asked = fields_of(begun->authorization_url);
  BOOST_TEST(asked.at("ns") == "http://specs.openid.net/auth/2.0");
  BOOST_TEST(asked.at("mode") == "checkid_setup");
  BOOST_TEST(asked.at("claimed_id") == kSelect);
  BOOST_TEST(asked.at("identity") == kSelect);
  BOOST_TEST(asked.at("return_to") == redirect_uri + "&state=a%20state");
  BOOST_TEST(asked.at("realm") == "https://app.example/");
  BOOST_TEST(asked.at("ax.mode") == "fetch_request");
  BOOST_TEST(asked.at("ax.required") == "email,fullname,first_name,last_name,nickname,old_email,old_fullname,old_nickname");
  BOOST_TEST(asked.at("ax.type.email") == "http://axschema.org/contact/email");
  BOOST_TEST(asked.count("ns.sreg") == 0u);
  BOOST_TEST(asked.count("assoc_handle") == 0u);
}
BOOST_FIXTURE_TEST_CASE(simple_registration_where_nothing_is_announced, OpenId2World) {
  types = "";
  serve();
  auto broker = open(toml);
  const auto asked = fields_of(begin(*broker)->authorization_url);
  BOOST_TEST(asked.at("sreg.optional") == "email,fullname,nickname");
  BOOST_TEST(asked.count("ns.ax") == 0u);
}
BOOST_FIXTURE_TEST_CASE(the_op_is_looked_up_once_a_day_for_all_processes, OpenId2World) {
  serve();
  auto broker = open(toml), another = open(toml);
  for (int i = 0; i < 3; ++i) BOOST_TEST(bool{begin(*broker)});
  BOOST_TEST(bool{begin(*another)});
  BOOST_TEST(asked(identifier) == 1);
  clock.tick(std::chrono::hours{25});
  BOOST_TEST(bool{begin(*broker)});
  BOOST_TEST(asked(identifier) == 2);
}
BOOST_FIXTURE_TEST_CASE(an_op_that_is_down_is_no_fault_of_the_user, OpenId2World) {
  BOOST_TEST(login() == "upstream The authentication provider could not be reached");
  auto broker = open(toml);
  BOOST_TEST(!broker->check("op"));
}
BOOST_FIXTURE_TEST_CASE(check_asks_the_op, OpenId2World) {
  serve();
  auto broker = open(toml);
  BOOST_TEST(bool{broker->check("op")});
  BOOST_TEST(asked(identifier) == 1);
}
BOOST_FIXTURE_TEST_CASE(a_redirect_uri_of_an_app_has_no_realm, OpenId2World) {
  serve();
  auto broker = open(toml);
  auto asking = start();
  asking.redirect_uri = "com.example.app://cb";
  const auto begun = broker->begin("op", asking);
  BOOST_TEST((begun ? "" : begun.error().say) == "OpenID needs a redirect_uri with https");
}

BOOST_FIXTURE_TEST_CASE(the_op_verifies_its_own_signature, OpenId2World) {
  endpoint = "https://login.op.example/server";
  serve();
  BOOST_TEST(login() == "ok https://op.example/id/ann");
  const auto& request = last(endpoint);
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(!request.private_addresses);
  const auto said = fields_of('?' + request.body);
  BOOST_TEST(said.at("mode") == "check_authentication");
  BOOST_TEST(said.at("sig") == "AAAA");
  BOOST_TEST(said.count("state") == 0u);
}
BOOST_DATA_TEST_CASE_F(OpenId2World, only_a_plain_yes_is_one, make(verdicts), row) {
  serve();
  net.answers.erase(endpoint);
  net.answer(endpoint, row.status, row.body);
  BOOST_TEST(login() == row.want);
}
BOOST_FIXTURE_TEST_CASE(an_op_that_does_not_answer_says_not_yes, OpenId2World) {
  serve();
  net.answers.erase(endpoint);
  BOOST_TEST(login().starts_with("upstream Connection error"));
}
BOOST_FIXTURE_TEST_CASE(a_forged_assertion_costs_its_forger_no_request_to_a_third_party, OpenId2World) {
  serve();
  BOOST_TEST(login({}, [](Fields& f) { f["op_endpoint"] = "https://evil.example/server"; }) ==
             "denied Authentication failed: the answer is another provider's");
  BOOST_TEST(login({}, [](Fields& f) { f["return_to"] = "https://app.example/cb?state=b"; }) ==
             "denied Authentication failed: return_to does not match return URL");
  BOOST_TEST(asked(claimed) == 0);
  BOOST_TEST(asked(endpoint) == 0);
  net.answers.erase(endpoint);
  net.answer(endpoint, 200, "is_valid:false\n");
  BOOST_TEST(login() == kDenied);
  BOOST_TEST(asked(claimed) == 0);
}
BOOST_FIXTURE_TEST_CASE(an_assertion_of_another_flow_is_refused, OpenId2World) {
  serve();
  auto broker = open(toml);
  const auto begun = begin(*broker);
  auto back = finish();
  back.kept = begun->kept;
  back.params = params_of(assertion(fields_of(begun->authorization_url)));
  BOOST_TEST(world::outcome(broker->finish("op", back)) == "ok https://op.example/id/ann");
  back.state = "another";
  BOOST_TEST(world::outcome(broker->finish("op", back)) == "denied Authentication failed: return_to does not match return URL");
  back.state = "a state";
  back.redirect_uri = "https://app.example/other";
  BOOST_TEST(world::outcome(broker->finish("op", back)) == "denied Authentication failed: return_to does not match return URL");
}
BOOST_FIXTURE_TEST_CASE(an_old_assertion_is_refused, OpenId2World) {
  serve();
  auto broker = open(toml);
  const auto begun = begin(*broker);
  auto back = finish();
  back.kept = begun->kept;
  back.params = params_of(assertion(fields_of(begun->authorization_url)));
  clock.tick(std::chrono::minutes{6});
  BOOST_TEST(world::outcome(broker->finish("op", back)) == "denied Authentication failed: Nonce already used or out of range");
}
BOOST_FIXTURE_TEST_CASE(a_flow_that_keeps_nothing_is_a_mistake_of_ours, OpenId2World) {
  serve();
  auto broker = open(toml);
  auto back = finish();
  BOOST_TEST(world::outcome(broker->finish("op", back)).starts_with("internal"));
}

BOOST_DATA_TEST_CASE_F(OpenId2World, who_an_assertion_may_be_about, make(abouts), row) {
  serve();
  const auto address = base::lower(row.claimed).substr(0, std::string_view{row.claimed}.find('#'));
  const auto local = *row.local_id ? "<LocalID>" + std::string{row.local_id} + "</LocalID>" : std::string{};
  net.answers.erase(claimed);
  if (*row.xrds_type) serve_xrds(address, xrds(row.xrds_type, row.xrds_uri, local));
  BOOST_TEST(login({{"claimed_id", row.claimed}, {"identity", row.identity}}) == row.want);
}
BOOST_FIXTURE_TEST_CASE(an_identifier_whose_address_leads_elsewhere_is_not_the_claimed_one, OpenId2World) {
  serve();
  net.answers.erase(claimed);
  net.answers[claimed].push_back(
      net::Response{200, {{"content-type", "application/xrds+xml"}}, xrds("signon", endpoint), "https://op.example/id/bob"});
  BOOST_TEST(login({{"claimed_id", claimed}, {"identity", "https://op.example/id/bob"}}) == kNotTheirs);
}
BOOST_FIXTURE_TEST_CASE(addresses_of_strangers_are_not_private, OpenId2World) {
  serve();
  BOOST_TEST(login() == "ok https://op.example/id/ann");
  BOOST_TEST(last(identifier).private_addresses);  // the operator wrote it
  serve_xrds("https://ann.example/", xrds("signon", endpoint));
  BOOST_TEST(login({{"claimed_id", "https://ann.example/"}, {"identity", "https://ann.example/"}}) == "ok https://ann.example/");
  BOOST_TEST(!last("https://ann.example/").private_addresses);
  for (const auto& request : net.asked) BOOST_TEST(request.max_response > 0u);
}

BOOST_DATA_TEST_CASE_F(OpenId2World, what_can_be_told_of_a_callback, make(looks), row) {
  auto broker = open(toml);
  const auto seen = broker->look("op", row.params);
  BOOST_TEST(seen.state == row.state);
  BOOST_TEST((seen.refused ? seen.refused->say : "") == row.refused);
  BOOST_TEST(seen.whole == row.whole);
}

BOOST_DATA_TEST_CASE_F(OpenId2World, an_old_session_at_the_op_may_not_do, make(ages), row) {
  toml += "openid_pape_max_auth_age = 3600\n";
  serve();
  auto broker = open(toml);
  const auto asked = fields_of(begin(*broker)->authorization_url);
  BOOST_TEST(asked.at("ns.pape") == "http://specs.openid.net/extensions/pape/1.0");
  BOOST_TEST(asked.at("pape.max_auth_age") == "3600");
  BOOST_TEST(login({{"ns.p", "http://specs.openid.net/extensions/pape/1.0"}, {"p.auth_time", row.time}}) == row.want);
}
BOOST_FIXTURE_TEST_CASE(an_age_that_nobody_signed_is_none, OpenId2World) {
  toml += "openid_pape_max_auth_age = \"60\"\n";
  serve();
  BOOST_TEST(login({}, [](Fields& f) {
               f["ns.pape"] = "http://specs.openid.net/extensions/pape/1.0";
               f["pape.auth_time"] = "2023-11-14T22:13:20Z";
             }) == "denied Authentication failed: the provider does not say when the user signed in");
}
BOOST_FIXTURE_TEST_CASE(an_age_is_a_number, OpenId2World) {
  const auto broker = open(toml + "openid_pape_max_auth_age = \"soon\"\n");
  BOOST_TEST((broker ? "" : broker.error().say).find("openid_pape_max_auth_age: want a number of seconds") != std::string::npos);
}
BOOST_FIXTURE_TEST_CASE(a_realm_of_ones_own, OpenId2World) {
  toml += "openid_trust_root = \"https://*.example/\"\n";
  serve();
  auto broker = open(toml);
  BOOST_TEST(fields_of(begin(*broker)->authorization_url).at("realm") == "https://*.example/");
}

// ---- own identifiers ----

BOOST_FIXTURE_TEST_CASE(an_op_is_believed_about_its_own_identifiers, OpenId2World) {
  toml =
      "[providers.op]\nkind = \"openid2\"\nmap = { uid = \"i:/id\" }\n"
      "openid2 = { identifier = \"https://op.example/\", own = \"https://op.example/id/{label}\" }\n";
  serve();
  BOOST_TEST(login() == "ok ann");
  BOOST_TEST(asked(claimed) == 0);
  serve_xrds("https://ann.example/", xrds("signon", endpoint));
  BOOST_TEST(login({{"claimed_id", "https://ann.example/"}, {"identity", "https://ann.example/"}}) ==
             "bad_request Authentication failed: the provider named no user");
}
BOOST_FIXTURE_TEST_CASE(and_about_no_others_where_the_file_says_so, OpenId2World) {
  toml =
      "[providers.op]\nkind = \"openid2\"\n"
      "openid2 = { identifier = \"https://op.example/\", own = \"https://op.example/id/{label}\", only_own = true }\n";
  serve();
  BOOST_TEST(login() == "ok https://op.example/id/ann");
  BOOST_TEST(login({{"claimed_id", "https://op.example/id/ann/x"}}) ==
             "denied Authentication failed: the provider named an identifier that is not its own");
  BOOST_TEST(asked("https://op.example/id/ann/x") == 0);
}

// ---- users who name themselves ----

BOOST_FIXTURE_TEST_CASE(a_page_names_its_owners_op, OwnName) {
  page(kLink + R"(<link rel="openid2.local_id" href="https://op.example/id/ann">)");
  auto broker = open(toml);
  const auto asked = fields_of(begin(*broker)->authorization_url);
  BOOST_TEST(asked.at("claimed_id") == "https://ann.example/");
  BOOST_TEST(asked.at("identity") == "https://op.example/id/ann");
  BOOST_TEST(login() == "ok https://ann.example/");
  BOOST_TEST(this->asked("https://ann.example/") == 2);  // at each begin, and not again at the end
}
BOOST_FIXTURE_TEST_CASE(an_xrds_header_an_xrds_meta_and_a_link_that_stands_in, OwnName) {
  page(kLink, {{"content-type", "text/html"}, {"x-xrds-location", "https://ann.example/xrds"}});
  serve_xrds("https://ann.example/xrds", xrds("signon", "https://op.example/by-header"));
  BOOST_TEST(begun("ann.example").starts_with("https://op.example/by-header?"));
  net.answers.clear();
  page(kLink + R"(<meta http-equiv="X-XRDS-Location" content="https://ann.example/xrds2">)");
  serve_xrds("https://ann.example/xrds2", xrds("signon", "https://op.example/by-meta"));
  BOOST_TEST(begun("ann.example").starts_with("https://op.example/by-meta?"));
  net.answers.erase("https://ann.example/xrds2");
  BOOST_TEST(begun("ann.example").starts_with("https://op.example/server?"));
}
BOOST_FIXTURE_TEST_CASE(the_identifier_is_where_the_redirects_end, OwnName) {
  net.answers["https://ann.example/"].push_back(net::Response{200, {}, "<head>" + kLink + "</head>", "https://www.ann.example/home"});
  auto broker = open(toml);
  const auto asked = fields_of(begin(*broker)->authorization_url);
  BOOST_TEST(asked.at("claimed_id") == "https://www.ann.example/home");
  BOOST_TEST(asked.at("identity") == "https://www.ann.example/home");
  BOOST_TEST(last("https://ann.example/").redirects > 0);
}
BOOST_FIXTURE_TEST_CASE(who_names_nobody_is_told_what_is_missing, OwnName) {
  BOOST_TEST(begun("") == "bad_request Missing needed parameter openid_identifier");
  BOOST_TEST(begun("=ann") == "bad_request This is no OpenID: XRIs are not supported");
  BOOST_TEST(begun("http://ann.example/") == "bad_request This is no OpenID: it must begin with https://");
}
BOOST_FIXTURE_TEST_CASE(pages_that_name_no_op, OwnName) {
  BOOST_TEST(begun("ann.example") == kNone);  // nobody answers
  page("<title>Ann</title>");
  BOOST_TEST(begun("ann.example") == kNone);
  net.answers.clear();
  page(R"(<link rel="openid2.provider" href="http://op.example/server">)");
  BOOST_TEST(begun("ann.example") == kNone);
  net.answers.clear();
  page(R"(<link rel="openid2.provider" href="http://127.0.0.1/server">)");
  BOOST_TEST(begun("ann.example") == kNone);
  net.answers.clear();
  page(R"(<link rel="openid2.provider" href="javascript:x">)");
  BOOST_TEST(begun("ann.example") == kNone);
  net.answers.clear();
  net.answer("https://ann.example/", 404, "<head>" + kLink + "</head>");
  BOOST_TEST(begun("ann.example") == kNone);
  for (const auto& request : net.asked) BOOST_TEST(!request.private_addresses);
}
BOOST_FIXTURE_TEST_CASE(an_op_may_not_answer_about_somebody_else, OwnName) {
  page(kLink);
  net.answer("https://bob.example/", 200, "<head><link rel='openid2.provider' href='https://other.example/'></head>", {});
  BOOST_TEST(login({{"claimed_id", "https://bob.example/"}, {"identity", "https://bob.example/"}}) == kNotTheirs);
  BOOST_TEST(login({{"identity", "https://op.example/id/bob"}}) == kNotTheirs);
}

// ---- associations ----

struct Shared : OpenId2World {
  Shared() {
    toml = "[providers.op]\nkind = \"openid2\"\nopenid2 = { identifier = \"https://op.example/\", mode = \"associate\" }\n";
    key = std::string(32, 'k');
    serve();
    net.answers.erase(endpoint);
    // No Diffie-Hellman: the fake knows no arithmetic. The key comes in the clear, over https.
    net.answer(endpoint, 400, "error:x\nerror_code:unsupported-type\nassoc_type:HMAC-SHA256\nsession_type:no-encryption\n");
    net.answer(endpoint, 200,
               "assoc_handle:h1\nassoc_type:HMAC-SHA256\nsession_type:no-encryption\nexpires_in:3600\nmac_key:" + base::base64(key) + '\n');
    net.answer(endpoint, 200, "is_valid:true\n");
  }
};

BOOST_FIXTURE_TEST_CASE(with_a_shared_key_the_op_is_not_asked_again, Shared) {
  BOOST_TEST(login() == "ok https://op.example/id/ann");
  BOOST_TEST(asked(endpoint) == 2);
  const auto begun = fields_of("?" + last(endpoint).body);
  BOOST_TEST(begun.at("mode") == "associate");
}
BOOST_FIXTURE_TEST_CASE(a_field_that_was_changed_spoils_the_signature, Shared) {
  BOOST_TEST(login({}, [](Fields& f) { f["claimed_id"] = f["identity"] = "https://op.example/id/bob"; }) ==
             "denied Authentication failed: Bad signature");
}
BOOST_FIXTURE_TEST_CASE(a_signature_of_another_key_is_none, Shared) {
  BOOST_TEST(login({}, [](Fields& f) { f["sig"] = base::base64(std::string(32, 'x')); }) == "denied Authentication failed: Bad signature");
}
BOOST_FIXTURE_TEST_CASE(a_signature_that_is_no_base64_is_none, Shared) {
  BOOST_TEST(login({}, [](Fields& f) { f["sig"] = "AAA"; }) == "denied Authentication failed: Bad signature");
}
BOOST_FIXTURE_TEST_CASE(an_op_that_forgot_the_key_is_asked, Shared) {
  BOOST_TEST(login({{"assoc_handle", "its own"}, {"invalidate_handle", "h1"}}) == "ok https://op.example/id/ann");
  BOOST_TEST(fields_of("?" + last(endpoint).body).at("mode") == "check_authentication");
}
BOOST_FIXTURE_TEST_CASE(another_handle_is_no_way_round_the_signature, Shared) {
  net.answers[endpoint].back()->body = "is_valid:false\n";
  BOOST_TEST(login({{"assoc_handle", "mine"}}, [](Fields& f) { f["sig"] = "AAAA"; }) == kDenied);
}
BOOST_FIXTURE_TEST_CASE(a_key_that_has_expired_verifies_nothing, Shared) {
  auto broker = open(toml);
  const auto begun = begin(*broker);
  clock.tick(std::chrono::hours{2});
  auto fields = assertion(fields_of(begun->authorization_url), {{"response_nonce", "2023-11-15T00:13:20Zabc"}});
  net.answers[endpoint].back()->body = "is_valid:false\n";
  auto back = finish();
  back.kept = begun->kept;
  back.params = params_of(fields);
  BOOST_TEST(world::outcome(broker->finish("op", back)) == kDenied);
}
BOOST_FIXTURE_TEST_CASE(an_op_without_associations_is_asked_each_time, OpenId2World) {
  toml = "[providers.op]\nkind = \"openid2\"\nopenid2 = { identifier = \"https://op.example/\", mode = \"associate\" }\n";
  serve();  // it answers "is_valid:true" to everything
  BOOST_TEST(login() == "ok https://op.example/id/ann");
  BOOST_TEST(asked(endpoint) == 2);
}
BOOST_FIXTURE_TEST_CASE(a_key_is_known_to_the_process_that_finishes_too, Shared) {
  auto one = open(toml), two = open(toml);
  const auto begun = begin(*one);
  auto back = finish();
  back.kept = begun->kept;
  back.params = params_of(assertion(fields_of(begun->authorization_url)));
  BOOST_TEST(world::outcome(two->finish("op", back)) == "ok https://op.example/id/ann");
  BOOST_TEST(asked(endpoint) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
