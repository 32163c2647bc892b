#include "base/url.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(base_url)

BOOST_AUTO_TEST_CASE(all_parts) {
  const auto url = *base::parse_url("HTTPS://User@App.Example:8443/a/b?x=1&y#f");
  BOOST_TEST(url.scheme == "https");
  BOOST_TEST(url.host == "app.example");
  BOOST_TEST(url.port == 8443);
  BOOST_TEST(url.path == "/a/b");
  BOOST_TEST(url.query == "x=1&y");
  BOOST_TEST((url.has_query && url.has_fragment && url.has_userinfo));
}

struct Bad {
  const char* why;
  std::string text;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const Bad bad[] = {
    {"empty", ""},
    {"relative", "/cb"},
    {"scheme-relative", "//evil.example/"},
    {"no authority", "javascript:alert(1)"},
    {"no host", "https:///x"},
    {"a backslash: browsers read it as a slash", "https://good.example\\@evil.example/"},
    {"a space", "https://a b/"},
    {"a tab", "https://a\t.example/"},
    {"a line end", "https://a.example/\r\nX: y"},
    {"not ASCII", "https://\xc3\xa4.example/"},
    {"NUL", std::string{"https://a.example/\0", 19}},
    {"port 0", "https://a.example:0/"},
    {"port beyond 65535", "https://a.example:65536/"},
    {"port is no number", "https://a.example:8x/"},
    {"percent in the host", "https://a%2eexample/"},
    {"open bracket", "https://[::1/"},
    {"bracket without colons", "https://[abc]/"},
    {"too long", "https://a.example/" + std::string(2048, 'a')},
};
BOOST_DATA_TEST_CASE(refused, data::make(bad), row) { BOOST_TEST(!base::parse_url(row.text)); }

BOOST_AUTO_TEST_CASE(origins_leave_default_ports_out) {  // RFC 6454 6.1
  BOOST_TEST(base::origin_of(*base::parse_url("https://A.example:443/x")) == "https://a.example");
  BOOST_TEST(base::origin_of(*base::parse_url("http://a.example:80")) == "http://a.example");
  BOOST_TEST(base::origin_of(*base::parse_url("http://[::1]:8080/")) == "http://[::1]:8080");
}

struct Host {
  const char* host;
  bool loopback;
};
std::ostream& operator<<(std::ostream& os, const Host& r) { return os << r.host; }
const Host hosts[] = {{"localhost", true}, {"a.localhost", true},
                      {"127.0.0.1", true}, {"127.255.255.254", true},
                      {"::1", true},       {"127.0.0.1.evil.example", false},
                      {"127.0.0.08", false}, {"127.0.0.0", true}, {"127.1", false},    {"localhost.evil.example", false},
                      {"0.0.0.0", false},  {"127.0.0.256", false},
                      {"::2", false},      {"10.0.0.1", false}};
BOOST_DATA_TEST_CASE(loopback, data::make(hosts), row) { BOOST_TEST(base::is_loopback_host(row.host) == row.loopback); }

BOOST_AUTO_TEST_CASE(codes_travel_over_https_or_on_this_machine) {  // RFC 9700 2.6
  BOOST_TEST(base::is_secure_or_loopback(*base::parse_url("https://a.example/")));
  BOOST_TEST(base::is_secure_or_loopback(*base::parse_url("http://127.0.0.1:8080/")));
  BOOST_TEST(!base::is_secure_or_loopback(*base::parse_url("http://a.example/")));
  BOOST_TEST(!base::is_secure_or_loopback(*base::parse_url("ftp://localhost/")));
}

BOOST_AUTO_TEST_CASE(queries_are_appended_encoded) {
  std::string url = "https://a.example/x";
  base::append_query(url, "q", "a b&c");
  base::append_query(url, "r", "1");
  BOOST_TEST(url == "https://a.example/x?q=a%20b%26c&r=1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
