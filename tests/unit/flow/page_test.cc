#include "flow/page.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "pages/language.h"
#include "unit/flow/world.h"

namespace {

/// A handler's situation, without a route.
struct Situation {
  test::World w;
  http::Request request;
  flow::Call call{.request = request, .deps = *w.deps, .name = "", .query = {}, .user = {}, .session = {}};
  Situation() {
    request.id = "0123456789abcdef";
    request.headers = {{"accept-language", "de-CH"}};
  }
};

std::string header(const http::Response& response, std::string_view name) { return test::World::header(response, name); }
bool holds(const http::Response& response, std::string_view text) { return response.body.find(text) != std::string::npos; }

BOOST_AUTO_TEST_SUITE(flow_page)

BOOST_AUTO_TEST_CASE(a_page_is_in_the_readers_language_and_says_so) {
  Situation s;
  const auto response = flow::page(s.call, 200, "signed-out", {});
  BOOST_TEST(response.status == 200);
  BOOST_TEST(header(response, "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(header(response, "Content-Language") == "de");
  BOOST_TEST(header(response, "Vary") == "Accept-Language, Cookie, Origin");
  BOOST_TEST(header(response, "Cache-Control") == "no-store");
  BOOST_TEST(holds(response, "<html lang=\"de\">"));
  BOOST_TEST(holds(response, "<h1>Abgemeldet</h1>"));
  BOOST_TEST(holds(response, "<span>app.example</span>"));
}

BOOST_AUTO_TEST_CASE(the_site_has_the_name_that_the_operator_chose) {
  Situation s;
  s.w.config.pages.title = "Forge & Co";
  const auto response = flow::page(s.call, 200, "signed-out", {});
  BOOST_TEST(holds(response, "<span>Forge &amp; Co</span>"));
  BOOST_TEST(!holds(response, "app.example"));
}

BOOST_AUTO_TEST_CASE(no_place_stays_open_in_any_page_in_any_language) {
  Situation s;
  for (const auto& one : pages::templates()) {
    for (const auto& language : pages::languages()) {
      s.request.headers = {{"accept-language", std::string{language.tag}}};
      const auto response = flow::page(s.call, 200, one.name, {});
      BOOST_TEST(header(response, "Content-Language") == language.tag);
      BOOST_TEST(!holds(response, "{{"), std::string{one.name});
    }
  }
}

struct Policy {
  const char* why;
  const char* page;
  const char* public_url;
  const char* policy;
};
std::ostream& operator<<(std::ostream& os, const Policy& r) { return os << r.why; }
#define NOTHING "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
#define SCRIPTS "script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; "
const Policy policies[] = {
    {"a page that only says something may do nothing", "signed-out", "https://app.example/auth", NOTHING "form-action 'none'"},
    {"neither may an error", "error", "https://app.example/auth", NOTHING "form-action 'none'"},
    {"a sign-in page has links and no script", "login", "https://app.example/auth", NOTHING "form-action 'none'"},
    {"forms lead on to a provider, and browsers hold the policy against that redirect", "continue", "https://app.example/auth",
     NOTHING SCRIPTS "form-action 'self' https:"},
    {"on loopback a provider may be there too", "account", "http://127.0.0.1:8080/auth", NOTHING SCRIPTS "form-action 'self' https: http:"},
};
BOOST_DATA_TEST_CASE(the_policy_allows_what_the_page_needs, boost::unit_test::data::make(policies), row) {
  Situation s;
  s.w.config.public_url = row.public_url;
  BOOST_TEST(header(flow::page(s.call, 200, row.page, {}), "Content-Security-Policy") == row.policy);
}

BOOST_AUTO_TEST_CASE(no_page_has_a_script_or_a_style_of_its_own) {
  for (const auto& one : pages::templates()) {
    for (const auto* part : {"<style", " style=", " onclick=", "javascript:", "<script>"}) {
      BOOST_TEST(one.text.find(part) == std::string_view::npos, std::string{one.name} + ": " + part);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_template_is_our_mistake) {
  Situation s;
  BOOST_TEST(flow::page(s.call, 200, "nope", {}).status == 500);
}

BOOST_AUTO_TEST_CASE(an_error_page_says_what_to_do_and_keeps_the_text_and_the_log_line) {
  Situation s;
  const auto response = flow::error_page(s.call, 0, {base::Code::denied, "the log's", "Authentication process canceled <b>"});
  BOOST_TEST(response.status == 403);
  BOOST_TEST(holds(response, std::string{pages::text_of(pages::pick_language("de"), "advice.refused")}));
  BOOST_TEST(holds(response, "<q lang=\"en\">Authentication process canceled &lt;b&gt;</q>"));
  BOOST_TEST(!holds(response, "the log's"));
  BOOST_TEST(holds(response, "0123456789abcdef"));
  BOOST_TEST(holds(response, "href=\"/auth/login\""));
  const std::pair<std::string, std::string> why{"why", "the log's"};
  BOOST_TEST((std::find(response.notes.begin(), response.notes.end(), why) != response.notes.end()));
}

struct Failure {
  const char* why;
  int asked;
  base::Code code;
  int status;
  const char* retry;
};
std::ostream& operator<<(std::ostream& os, const Failure& r) { return os << r.why; }
const Failure failures[] = {
    {"its code's status", 0, base::Code::conflict, 409, ""},
    {"the one that was asked for", 400, base::Code::denied, 400, ""},
    {"busy: try again", 0, base::Code::busy, 503, "1"},
    {"our mistake", 0, base::Code::internal, 500, ""},
};
BOOST_DATA_TEST_CASE(the_status_of_an_error_page, boost::unit_test::data::make(failures), row) {
  Situation s;
  const auto response = flow::error_page(s.call, row.asked, {row.code, "d"});
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(header(response, "Retry-After") == row.retry);
}

BOOST_AUTO_TEST_CASE(an_error_page_leads_back_to_where_one_wanted_to_go) {
  Situation s;
  s.call.query.add("next", "/a?b=\"c\"&d");
  BOOST_TEST(holds(flow::error_page(s.call, 400, {base::Code::bad_request, "d"}), "href=\"/auth/login?next=%2Fa%3Fb%3D%22c%22%26d\""));
}

BOOST_AUTO_TEST_CASE(a_form_post_is_sent_on_with_all_that_came) {
  Situation s;
  http::Params params;
  params.add("state", "s\"><script>");
  params.add("user", R"({"name":"Zoë & co"})");
  params.add("state", "again");
  const auto response = flow::continue_page(s.call, "/auth/o/apple-id/callback", params);
  BOOST_TEST(response.status == 200);
  BOOST_TEST(holds(response, "<form method=\"post\" action=\"/auth/o/apple-id/callback\">"));
  BOOST_TEST(holds(response, "name=\"state\" value=\"s&quot;&gt;&lt;script&gt;\""));
  BOOST_TEST(holds(response, "name=\"user\" value=\"{&quot;name&quot;:&quot;Zoë &amp; co&quot;}\""));
  BOOST_TEST(holds(response, "name=\"state\" value=\"again\""));
  BOOST_TEST(holds(response, "<button>Weiter</button>"));
  BOOST_TEST(holds(response, "/continue.js\""));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace
