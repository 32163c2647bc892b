// Parameters, headers and cookies: what the handlers believe about a request.
#include "http/request.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

struct FormRow {
  const char* why;
  std::string_view text;
  std::vector<std::pair<std::string, std::string>> items;
};
std::ostream& operator<<(std::ostream& os, const FormRow& r) { return os << r.why; }
const FormRow kForms[] = {
    {"one pair", "code=abc", {{"code", "abc"}}},
    {"order and repeats stay", "a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
    {"plus is a space (WHATWG URL 5.1)", "q=a+b", {{"q", "a b"}}},
    {"escapes in name and value", "%61%3d=%26%3D", {{"a=", "&="}}},
    {"an escaped plus stays", "q=a%2Bb", {{"q", "a+b"}}},
    {"no '=': an empty value", "code", {{"code", ""}}},
    {"no name", "=v", {{"", "v"}}},
    {"second '=' belongs to the value", "t=a==", {{"t", "a=="}}},
    {"empty pieces are no pairs", "&&a=1&&", {{"a", "1"}}},
    {"empty", "", {}},
    {"a broken escape stays, as browsers and Django do", "a=%zz%4", {{"a", "%zz%4"}}},
    {"';' is no separator", "a=1;b=2", {{"a", "1;b=2"}}},
};

struct CookieRow {
  const char* why;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view value;
};
std::ostream& operator<<(std::ostream& os, const CookieRow& r) { return os << r.why; }
const CookieRow kCookies[] = {
    {"alone", {{"cookie", "sid=1"}}, "1"},
    {"between others", {{"cookie", "a=b; sid=1; c=d"}}, "1"},
    {"Apache's comma between two Cookie lines", {{"cookie", "a=b, sid=1"}}, "1"},
    {"nginx' second HTTP_COOKIE parameter", {{"cookie", "a=b"}, {"accept", "*/*"}, {"cookie", "sid=1"}}, "1"},
    {"the first one counts", {{"cookie", "sid=1; sid=2"}, {"cookie", "sid=3"}}, "1"},
    {"no space after the semicolon", {{"cookie", "a=b;sid=1"}}, "1"},
    {"a longer name is another cookie", {{"cookie", "xsid=0; sidx=0"}}, ""},
    {"another's value may hold our name", {{"cookie", "a=sid=0"}}, ""},
    {"a comma without a space is part of a value", {{"cookie", "a=1,sid=0"}}, ""},
    {"base64 padding in the value", {{"cookie", "sid=YQ=="}}, "YQ=="},
    {"empty value", {{"cookie", "sid="}}, ""},
    {"no cookie header", {{"x-cookie", "sid=0"}}, ""},
    {"no '=' at all", {{"cookie", "sid"}}, ""},
    {"names differ in case", {{"cookie", "SID=0"}}, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_request)

BOOST_DATA_TEST_CASE(forms_are_taken_apart, bdata::make(kForms), row) { BOOST_TEST((http::parse_form(row.text).items() == row.items)); }

BOOST_AUTO_TEST_CASE(a_form_has_at_most_1000_pairs) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += "k" + std::to_string(i) + "=v&";
  const auto form = http::parse_form(text);
  BOOST_TEST(form.items().size() == 1000u);
  BOOST_TEST(form.items().back().first == "k999");
}

BOOST_AUTO_TEST_CASE(the_last_of_a_repeated_name_counts) {
  const auto form = http::parse_form("u=allowed&x=1&u=evil");
  BOOST_REQUIRE(form.last("u"));
  BOOST_TEST(*form.last("u") == "evil");
  BOOST_TEST(form.count("u") == 2u);
  BOOST_TEST(form.count("y") == 0u);
  BOOST_TEST(!form.last("y"));
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_not_an_absent_one) { BOOST_TEST(http::parse_form("state=").last("state") != nullptr); }

BOOST_AUTO_TEST_CASE(the_body_wins_over_the_query) {
  const auto both = http::parse_form("code=A&code=B&state=s").merged(http::parse_form("code=C"));
  BOOST_TEST(*both.last("code") == "C");
  BOOST_TEST(both.count("code") == 1u);
  BOOST_TEST(*both.last("state") == "s");
}

BOOST_AUTO_TEST_CASE(merging_with_nothing_changes_nothing) {
  const auto query = http::parse_form("a=1&a=2");
  BOOST_TEST((query.merged({}).items() == query.items()));
  BOOST_TEST((http::Params{}.merged(query).items() == query.items()));
}

BOOST_AUTO_TEST_CASE(the_first_header_of_a_name_is_given) {
  http::Request request;
  request.headers = {{"x-a", "1"}, {"x-b", ""}, {"x-a", "2"}};
  BOOST_TEST(request.header("x-a") == "1");
  BOOST_TEST(request.header("x-b") == "");
  BOOST_TEST(request.header("x-c") == "");
}

BOOST_DATA_TEST_CASE(cookies_are_found_over_all_headers, bdata::make(kCookies), row) {
  http::Request request;
  request.headers = row.headers;
  BOOST_TEST(request.cookie("sid") == row.value);
}

BOOST_AUTO_TEST_SUITE_END()
