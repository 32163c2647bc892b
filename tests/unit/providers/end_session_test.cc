// The provider's page that ends a session: from its metadata, from a file, CAS; and who may frame ours.
#include "providers/end_session.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

struct EndWorld : world::OidcWorld {
  providers::EndSession what{"h.i.nt", "https://app.example/auth/signed-out", "st", providers::kLongestLogoutUrl};
  std::string url() {
    op.serve("");
    auto broker = open(toml);
    return broker ? broker->end_session_url("op", what) : broker.error().say;
  }
};

const std::string kBack = "post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out";
const std::string kClient = "client_id = \"client\"\nclient_secret = \"s\"\n";

/// What stanzas make of it.
struct Row {
  const char* why;
  std::string stanza, url;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kOAuth =
    "kind = \"oauth2\"\n" + kClient +
    "authorize = { url = \"https://op.example/a\" }\ntoken = { url = \"https://op.example/t\" }\nmap = { uid = \"t:/id\" }\n";
const Row rows[] = {
    {"OAuth 2 has none", kOAuth, ""},
    {"the file's, with the parameters of the standard", kOAuth + "end_session = { url = \"https://op.example/bye\" }\n",
     "https://op.example/bye?client_id=client&" + kBack + "&state=st&id_token_hint=h.i.nt"},
    {"the file's own parameters",
     kOAuth + "end_session = { url = \"https://op.example/bye?a=b\", params = { client = \"{client_id}\", returnTo = "
              "\"{post_logout_redirect_uri}\" } }\n",
     "https://op.example/bye?a=b&client=client&returnTo=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"},
    {"over the metadata's",
     std::string{world::kOidc}.substr(15) + "end_session = { url = \"https://op.example/bye\", params = { s = \"{state}\" } }\n",
     "https://op.example/bye?s=st"},
    {"CAS", "kind = \"cas\"\nurl = \"https://cas.example/cas/\"\n",
     "https://cas.example/cas/logout?service=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"},
    {"CAS, as the file has it",
     "kind = \"cas\"\nurl = \"https://cas.example/cas\"\nend_session = { url = \"https://cas.example/out\", params = { url = "
     "\"{post_logout_redirect_uri}\" } }\n",
     "https://cas.example/out?url=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"},
    {"Auth0", "kind = \"auth0\"\ndomain = \"x.eu.auth0.com\"\n" + kClient,
     "https://x.eu.auth0.com/v2/logout?client_id=client&returnTo=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"},
    {"Cognito", "kind = \"cognito\"\npool_domain = \"https://x.auth.eu-west-1.amazoncognito.com\"\n" + kClient,
     "https://x.auth.eu-west-1.amazoncognito.com/logout?client_id=client&logout_uri=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"},
    {"no plain http", kOAuth + "end_session = { url = \"http://op.example/bye\" }\n",
     "latchstring.toml:8: providers.op.end_session.url: \"http://op.example/bye\" must be https (http only for this machine)"},
    {"no secret where everybody sees it",
     kOAuth + "end_session = { url = \"https://op.example/bye\", params = { s = \"{client_secret}\" } }\n",
     "latchstring.toml:8: providers.op.end_session.params: client_secret would be seen by everyone"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_end_session, EndWorld)

BOOST_DATA_TEST_CASE(as_the_file_has_it, boost::unit_test::data::make(rows), row) {
  toml = "[providers.op]\n" + row.stanza;
  BOOST_TEST(url() == row.url);
}

BOOST_AUTO_TEST_CASE(as_the_metadata_has_it) {
  BOOST_TEST(url() == "");
  op.metadata_more = R"(,"end_session_endpoint":"https://op.example/end")";
  cache.entries.clear();
  BOOST_TEST(url() == "https://op.example/end?client_id=client&" + kBack + "&state=st&id_token_hint=h.i.nt");
  what.id_token_hint = "";
  BOOST_TEST(url() == "https://op.example/end?client_id=client&" + kBack + "&state=st");
}

BOOST_AUTO_TEST_CASE(an_address_stays_short_enough_for_web_servers) {
  op.metadata_more = R"(,"end_session_endpoint":"https://op.example/end")";
  what.id_token_hint = std::string(providers::kLongestLogoutUrl, 'x');
  BOOST_TEST(url() == "https://op.example/end?client_id=client&" + kBack + "&state=st");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_yet_is_not_kept_for) {
  op.metadata_more += R"(,"end_session_endpoint":"https://op.example/end")";
  op.login();
  auto broker = open(toml);
  BOOST_TEST(!broker->has_end_session("op"));
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE_MESSAGE(bool{who}, (who ? "" : who.error().detail));
  BOOST_TEST(broker->has_end_session("op"));
  BOOST_TEST(!broker->has_end_session("nobody"));
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_down_keeps_nobody_signed_in) {
  auto broker = open(toml);
  net.answers.clear();
  BOOST_TEST(broker->end_session_url("op", what) == "");
  BOOST_TEST(broker->end_session_url("nobody", what) == "");
}

BOOST_AUTO_TEST_CASE(the_pages_of_a_provider_may_frame_ours) {
  op.metadata_more = R"(,"end_session_endpoint":"https://logout.op.example/end")";
  op.serve("");
  auto broker = open(toml);
  const std::vector<std::string> want{"https://op.example", "https://logout.op.example"};
  BOOST_TEST(broker->page_origins("op") == want, boost::test_tools::per_element());
  BOOST_TEST(broker->page_origins("nobody").empty());
}

BOOST_AUTO_TEST_CASE(it_goes_by_its_own_names_only) {
  toml += "other_issuers = [\"op.example\"]\n";
  op.serve("");
  auto broker = open(toml);
  BOOST_TEST(broker->own_issuer("op", "https://op.example") == "https://op.example");
  BOOST_TEST(broker->own_issuer("op", "op.example") == "https://op.example");
  for (const auto* other : {"", "https://op.example/", "https://evil.example"}) BOOST_TEST(broker->own_issuer("op", other) == "", other);
  BOOST_TEST(broker->own_issuer("nobody", "https://op.example") == "");
}

BOOST_AUTO_TEST_SUITE_END()
