// Answers as CGI text: exact bytes, and no header that ends early.
#include "fcgi/reply.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

http::Response with(int status, std::vector<std::pair<std::string, std::string>> headers, std::string body = "") {
  http::Response out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

struct TextRow {
  const char* why;
  http::Response response;
  bool head;
  std::string_view text;
};
std::ostream& operator<<(std::ostream& os, const TextRow& r) { return os << r.why; }
const TextRow kTexts[] = {
    {"plain", http::json(201, "{}"), false,
     "Status: 201 Created\r\nContent-Type: application/json\r\nX-Request-Id: id\r\nContent-Length: 2\r\n\r\n{}"},
    {"HEAD: the length, but no body", http::json(200, "{}"), true,
     "Status: 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: id\r\nContent-Length: 2\r\n\r\n"},
    {"two of a name stay two", with(303, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}), false,
     "Status: 303 See Other\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Request-Id: id\r\nContent-Length: 0\r\n\r\n"},
    {"204 has no length (RFC 9110 8.6)", http::empty(204), false, "Status: 204 No Content\r\nX-Request-Id: id\r\n\r\n"},
    {"304 neither, and no body", with(304, {}, "x"), false, "Status: 304 Not Modified\r\nX-Request-Id: id\r\n\r\n"},
    {"a status without a name of its own", with(418, {}), false, "Status: 418 Status\r\nX-Request-Id: id\r\nContent-Length: 0\r\n\r\n"},
    {"an empty value", with(200, {{"X-A", ""}}), false, "Status: 200 OK\r\nX-A: \r\nX-Request-Id: id\r\nContent-Length: 0\r\n\r\n"},
};

struct BadRow {
  const char* why;
  http::Response response;
};
std::ostream& operator<<(std::ostream& os, const BadRow& r) { return os << r.why; }
const BadRow kBad[] = {
    {"CR LF in a value (CWE-113)", with(200, {{"Location", "/a\r\nSet-Cookie: evil=1"}})},
    {"LF alone", with(200, {{"Location", "/a\nX: y"}})},
    {"CR alone", with(200, {{"Location", "/a\rX: y"}})},
    {"NUL", with(200, {{"Location", std::string{"/a\0b", 4}}})},
    {"colon in a name", with(200, {{"X: y", "z"}})},
    {"line break in a name", with(200, {{"X\r\nY", "z"}})},
    {"no name", with(200, {{"", "z"}})},
    {"no such status", with(99, {})},
    {"an interim status", with(100, {})},
    {"a status that splits", with(1000, {})},
    {"headers over 3 KB: nginx would answer 502", with(200, {{"X-A", std::string(3072, 'a')}})},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_reply)

BOOST_DATA_TEST_CASE(answers_are_written, bdata::make(kTexts), row) {
  std::string out;
  BOOST_TEST(fcgi::append_reply(out, row.response, row.head, "id"));
  BOOST_TEST(out == row.text);
}

BOOST_DATA_TEST_CASE(what_would_break_the_answer_is_refused, bdata::make(kBad), row) {
  std::string out = "before";
  BOOST_TEST(!fcgi::append_reply(out, row.response, false, "id"));
  BOOST_TEST(out == "before");
}

BOOST_AUTO_TEST_CASE(headers_may_take_three_kilobytes) {
  std::string out;
  BOOST_TEST(fcgi::append_reply(out, with(200, {}), false, "id"));
  const auto room = fcgi::kMaxReplyHeaders - out.size() - std::string_view{"X-A: \r\n"}.size();
  out.clear();
  BOOST_TEST(fcgi::append_reply(out, with(200, {{"X-A", std::string(room, 'a')}}), false, "id"));
  out.clear();
  BOOST_TEST(!fcgi::append_reply(out, with(200, {{"X-A", std::string(room + 1, 'a')}}), false, "id"));
}

BOOST_AUTO_TEST_SUITE_END()
