// The pages as they are reached, by their routes.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "pages/files.h"
#include "unit/flow/redirect_world.h"

namespace {

bool holds(const http::Response& response, std::string_view text) { return response.body.find(text) != std::string::npos; }
const std::string kVersion{pages::version()};

BOOST_AUTO_TEST_SUITE(flow_www)

BOOST_AUTO_TEST_CASE(the_sign_in_page_has_a_link_for_each_provider) {
  test::World w;
  const auto response = w.get("/login");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(holds(response, "href=\"/auth/o/forge/login\">Continue with Our forge</a>"));
  BOOST_TEST(holds(response, "href=\"/auth/o/other/login\""));
  BOOST_TEST(!holds(response, "<script"));
}

BOOST_AUTO_TEST_CASE(next_goes_along_as_one_value) {
  test::World w;
  BOOST_TEST(holds(w.get("/login", "next=%2Fa%3Fb%3D1%26c%3D%2522"), "href=\"/auth/o/forge/login?next=%2Fa%3Fb%3D1%26c%3D%2522\""));
}

BOOST_AUTO_TEST_CASE(a_next_that_leads_elsewhere_is_refused_and_not_repeated) {
  test::World w;
  const auto response = w.get("/login", "next=https%3A%2F%2Fevil.example%2F");
  BOOST_TEST(response.status == 400);
  BOOST_TEST(!holds(response, "href=\"https://evil.example"));
  BOOST_TEST(holds(response, "href=\"/auth/login\""));
}

BOOST_AUTO_TEST_CASE(a_sign_in_page_of_ones_own_is_where_everything_leads) {
  test::World w;
  w.config.pages.login = "https://app.example/hello?a=b";
  BOOST_TEST(holds(w.get("/signed-out"), "href=\"https://app.example/hello?a=b\""));
  BOOST_TEST(test::World::header(w.get("/account"), "Location") == "https://app.example/hello?a=b&next=%2Fauth%2Faccount");
}

BOOST_AUTO_TEST_CASE(the_interface_is_served) {
  test::World w;
  const auto response = w.get("/openapi.json");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(holds(response, "\"openapi\": \"3.1"));
}

BOOST_AUTO_TEST_CASE(with_no_provider_it_says_how_to_enable_one) {
  test::World w;
  w.config.providers.clear();
  w.open();
  BOOST_TEST(holds(w.get("/login"), "latchstring providers"));
}

BOOST_AUTO_TEST_CASE(the_account_page_sends_a_stranger_to_sign_in_and_back) {
  test::World w;
  const auto response = w.get("/account");
  BOOST_TEST(response.status == 303);
  BOOST_TEST(test::World::header(response, "Location") == "https://app.example/auth/login?next=%2Fauth%2Faccount");
}

BOOST_AUTO_TEST_CASE(somebody_who_is_signed_in_is_greeted) {
  test::RedirectWorld w;
  w.sign_in();
  const auto account = w.get("/account");
  BOOST_TEST(account.status == 200);
  BOOST_TEST(holds(account, "You are signed in as Ada L."));
  BOOST_TEST(holds(account, "data-username=\"ada\""));
  BOOST_TEST(holds(account, "<form method=\"post\" action=\"/auth/o/other/login\">"));
  const auto login = w.get("/login", "next=%2Fapp");
  BOOST_TEST(holds(login, "You are signed in as Ada L."));
  BOOST_TEST(holds(login, "href=\"/app\""));
}

struct Row {
  const char* why;
  std::string name;
  int status;
  const char* cache;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
constexpr const char* kForGood = "public, max-age=31536000, immutable";
const Row rows[] = {
    {"with the version, for good", kVersion + "/style.css", 200, kForGood},
    {"texts too", kVersion + "/texts/zh-Hans.json", 200, kForGood},
    {"without it, asked for again", "latchstring.js", 200, "no-cache"},
    {"another version is another program's: not for good", "000000000000/style.css", 200, "no-cache"},
    {"no file", "nope.css", 404, "no-store"},
    {"no file of that version", kVersion + "/nope.css", 404, "no-store"},
    {"a version of another length", "0000/style.css", 404, "no-store"},
    {"twice", kVersion + "/" + kVersion + "/style.css", 404, "no-store"},
    {"a template is no file", "templates/login.html", 404, "no-store"},
    {"nor is a page", "index.html", 404, "no-store"},
    {"up", "../latchstring.toml", 404, "no-store"},
    {"up, encoded", "%2e%2e/latchstring.toml", 404, "no-store"},
    {"from the top", "/etc/passwd", 404, "no-store"},
    {"a folder", "texts/", 404, "no-store"},
    {"case counts", "Style.css", 404, "no-store"},
    {"an end that was cut off", "style.css%00.js", 404, "no-store"},
};
BOOST_DATA_TEST_CASE(nothing_but_what_is_compiled_in_can_be_named, boost::unit_test::data::make(rows), row) {
  test::World w;
  const auto response = w.get("/www/" + row.name);
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(test::World::header(response, "Cache-Control") == row.cache);
  BOOST_TEST(test::World::header(response, "X-Content-Type-Options") == "nosniff");
}

BOOST_AUTO_TEST_CASE(every_file_is_served_as_what_it_is) {
  test::World w;
  for (const auto& file : pages::files()) {
    const auto response = w.get("/www/" + std::string{file.name});
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == file.body);
    BOOST_TEST(test::World::header(response, "Content-Type") == file.content_type);
  }
}

struct Tag {
  const char* why;
  std::string if_none_match;
  int status;
};
std::ostream& operator<<(std::ostream& os, const Tag& r) { return os << r.why; }
const std::string kTag{pages::find_file("style.css")->etag};
const Tag tags[] = {
    {"the same", kTag, 304},
    {"one of several", "\"x\", " + kTag, 304},
    {"a proxy made it weak", "W/" + kTag, 304},
    {"any", "*", 304},
    {"another", "\"x\"", 200},
    {"without quotes it is another", kTag.substr(1, 20), 200},
};
BOOST_DATA_TEST_CASE(a_file_that_the_browser_has_is_not_sent_again, boost::unit_test::data::make(tags), row) {
  test::World w;
  const auto response = w.get("/www/style.css", "", {{"if-none-match", row.if_none_match}});
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(response.body.empty() == (row.status == 304));
  BOOST_TEST(test::World::header(response, "ETag") == kTag);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace
