#include "base/encode.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(base_encode)

struct Pair {
  const char* why;
  std::string bytes, text;
};
std::ostream& operator<<(std::ostream& os, const Pair& r) { return os << r.why; }

const Pair url_pairs[] = {
    {"empty", "", ""},
    {"RFC 4648 10: f", "f", "Zg"},
    {"fo", "fo", "Zm8"},
    {"foo", "foo", "Zm9v"},
    {"foob", "foob", "Zm9vYg"},
    {"fooba", "fooba", "Zm9vYmE"},
    {"foobar", "foobar", "Zm9vYmFy"},
    {"both special characters", "\xfb\xff\xfe", "-__-"},
};
BOOST_DATA_TEST_CASE(base64url_both_ways, data::make(url_pairs), row) {
  BOOST_TEST(base::base64url(row.bytes) == row.text);
  BOOST_TEST(base::base64url_decode(row.text).value_or("refused") == row.bytes);
}

struct Bad {
  const char* why;
  const char* text;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const Bad url_bad[] = {{"padding", "Zg=="},      {"one character", "Z"},  {"the other alphabet", "-_+/"}, {"a space", "Zm 9v"},
                       {"a line end", "Zm9v\n"}, {"trailing bits", "Zh"}, {"trailing bits, two", "Zm9"},  {"five characters", "Zm9vY"}};
BOOST_DATA_TEST_CASE(base64url_is_strict, data::make(url_bad), row) { BOOST_TEST(!base::base64url_decode(row.text)); }

const Pair plain_pairs[] = {
    {"empty", "", ""}, {"f", "f", "Zg=="}, {"fo", "fo", "Zm8="}, {"foo", "foo", "Zm9v"}, {"plus and slash", "\xfb\xff", "+/8="}};
BOOST_DATA_TEST_CASE(base64_both_ways, data::make(plain_pairs), row) {
  BOOST_TEST(base::base64(row.bytes) == row.text);
  BOOST_TEST(base::base64_decode(row.text).value_or("refused") == row.bytes);
}
const Bad plain_bad[] = {
    {"no padding", "Zg"}, {"too much padding", "Zg==="}, {"padding inside", "Z=g="}, {"only padding", "===="}, {"whitespace", "Zm9v\n"}};
BOOST_DATA_TEST_CASE(base64_is_strict, data::make(plain_bad), row) { BOOST_TEST(!base::base64_decode(row.text)); }

BOOST_AUTO_TEST_CASE(hex_both_ways) {
  BOOST_TEST(base::hex(std::string{"\x00\x7f\xff", 3}) == "007fff");
  BOOST_TEST(*base::hex_decode("007FfF") == (std::string{"\x00\x7f\xff", 3}));
  BOOST_TEST(!base::hex_decode("0"));
  BOOST_TEST(!base::hex_decode("0g"));
}

const Pair percent_pairs[] = {
    {"unreserved stays (RFC 3986 2.3)", "AZaz09-._~", "AZaz09-._~"},
    {"space and reserved", "a b&c=d/?#", "a%20b%26c%3Dd%2F%3F%23"},
    {"not ASCII", "\xc3\xa4", "%C3%A4"},
    {"NUL", std::string(1, '\0'), "%00"},
};
BOOST_DATA_TEST_CASE(percent_both_ways, data::make(percent_pairs), row) {
  BOOST_TEST(base::percent_encode(row.bytes) == row.text);
  BOOST_TEST(base::percent_decode(row.text) == row.bytes);
}
BOOST_AUTO_TEST_CASE(a_broken_escape_stays_and_plus_is_for_forms) {
  BOOST_TEST(base::percent_decode("%4") == "%4");
  BOOST_TEST(base::percent_decode("%zz%41") == "%zzA");
  BOOST_TEST(base::percent_decode("a+b") == "a+b");
  BOOST_TEST(base::percent_decode("a+b%2B", true) == "a b+");
}

struct Utf8 {
  const char* why;
  std::string text;
  bool good;
};
std::ostream& operator<<(std::ostream& os, const Utf8& r) { return os << r.why; }
const Utf8 utf8[] = {
    {"ASCII", "abc", true},
    {"two, three, four bytes", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", true},
    {"the last code point", "\xf4\x8f\xbf\xbf", true},
    {"beyond it", "\xf4\x90\x80\x80", false},
    {"overlong slash", "\xc0\xaf", false},
    {"overlong, three bytes", "\xe0\x80\xaf", false},
    {"overlong, four bytes", "\xf0\x80\x80\xaf", false},
    {"a surrogate", "\xed\xa0\x80", false},
    {"continuation alone", "\x80", false},
    {"cut off", "\xe2\x82", false},
    {"Latin-1", "\xe4", false},
};
BOOST_DATA_TEST_CASE(utf8_is_rfc_3629, data::make(utf8), row) { BOOST_TEST(base::is_utf8(row.text) == row.good); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
