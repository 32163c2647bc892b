// Answers: valid JSON whatever a client put into the path, and Set-Cookie values.
#include "http/response.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

struct DetailRow {
  const char* why;
  std::string_view text, body;
};
std::ostream& operator<<(std::ostream& os, const DetailRow& r) { return os << r.why; }
const DetailRow kDetails[] = {
    {"plain", "Not found.", R"({"detail":"Not found."})"},
    {"quotes and backslash are escaped", R"(Method "PUT\" not allowed.)", R"({"detail":"Method \"PUT\\\" not allowed."})"},
    {"control characters", std::string_view{"a\0b\n\x1f\x7f", 6}, R"({"detail":"a\u0000b\u000a\u001f\u007f"})"},
    {"UTF-8 goes as it is", "Anbieter '\xc3\xbc'", "{\"detail\":\"Anbieter '\xc3\xbc'\"}"},
    {"what is no UTF-8 becomes U+FFFD", "x\xff", R"({"detail":"x\ufffd"})"},
    {"empty", "", R"({"detail":""})"},
};

struct CookieRow {
  const char* why;
  http::Cookie cookie;
  std::string_view value;
};
std::ostream& operator<<(std::ostream& os, const CookieRow& r) { return os << r.why; }
const CookieRow kCookies[] = {
    {"a session cookie by default: HttpOnly and Lax", {.name = "a", .value = "b", .max_age = {}}, "a=b; Path=/; HttpOnly; SameSite=Lax"},
    {"everything",
     {.name = "__Host-s", .value = "v", .path = "/", .max_age = std::chrono::seconds{60}, .secure = true, .same_site = "Strict"},
     "__Host-s=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict"},
    {"zero deletes",
     {.name = "a", .value = "", .path = "/auth", .max_age = std::chrono::seconds{0}},
     "a=; Path=/auth; Max-Age=0; HttpOnly; SameSite=Lax"},
    {"for scripts, on another site",
     {.name = "a", .value = "b", .max_age = {}, .http_only = false, .secure = true, .same_site = "None"},
     "a=b; Path=/; Secure; SameSite=None"},
    {"no SameSite when none is wanted", {.name = "a", .value = "b", .max_age = {}, .same_site = ""}, "a=b; Path=/; HttpOnly"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_response)

BOOST_DATA_TEST_CASE(a_detail_is_always_json, bdata::make(kDetails), row) {
  const auto answer = http::detail(404, row.text);
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(answer.body == row.body);
  BOOST_REQUIRE(answer.headers.size() == 1u);
  BOOST_TEST(answer.headers[0].first == "Content-Type");
  BOOST_TEST(answer.headers[0].second == "application/json");
}

BOOST_AUTO_TEST_CASE(an_empty_answer_has_neither_body_nor_type) {
  const auto answer = http::empty(204);
  BOOST_TEST(answer.status == 204);
  BOOST_TEST(answer.body.empty());
  BOOST_TEST(answer.headers.empty());
}

BOOST_DATA_TEST_CASE(cookies_are_written, bdata::make(kCookies), row) { BOOST_TEST(http::set_cookie(row.cookie) == row.value); }

BOOST_AUTO_TEST_SUITE_END()
