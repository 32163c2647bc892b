// What a web server may send before libfcgi sees it: lengths that libfcgi would add up to a negative number, records that it
// would leak.
#include "fcgi/records.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

namespace {

constexpr std::size_t kMost = 1000;

std::string record(char type, char id, const std::string& content, char padding = 0) {
  const char head[] = {1, type, 0, id, static_cast<char>(content.size() >> 8), static_cast<char>(content.size()), padding, 0};
  return std::string{head, sizeof head} + content + std::string(static_cast<std::size_t>(padding), '\0');
}
/// A length in four bytes.
std::string four(unsigned n) {
  return {static_cast<char>(n >> 24 | 0x80), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

struct Row {
  const char* why;
  std::string bytes;
  bool passes;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const std::string kBegin = record(1, 1, std::string(8, '\0')), kUnknown = record(11, 0, ""), kPair = "\x01\x02Xyz";
const std::string kLong = "\x01" + four(kMost + 1) + "Xyz", kOverflow = four(0x7ffffffe) + "\x04name";
const Row rows[] = {
    {"a request", kBegin + record(4, 1, kPair + kPair) + record(4, 1, "") + record(5, 1, kOverflow, 2) + record(5, 1, ""), true},
    {"a value as long as may be", kBegin + record(4, 1, "\x01" + four(kMost) + 'X' + std::string(kMost, 'y') + kPair), true},
    {"a longer value", kBegin + record(4, 1, kLong), false},
    {"a longer name", kBegin + record(4, 1, four(kMost + 1) + '\x01'), false},
    {"lengths whose sum is no int (CVE-2025-23016)", kBegin + record(4, 1, kOverflow), false},
    {"the same behind other parameters", kBegin + record(4, 1, kPair + kPair + kOverflow), false},
    {"the same over two records", kBegin + record(4, 1, kPair + kOverflow.substr(0, 2), 3) + record(4, 1, kOverflow.substr(2)), false},
    {"the same bytes as a value", kBegin + record(4, 1, "\x01\x09X" + kOverflow + kPair), true},
    {"another request's parameters between ours",
     kBegin + record(4, 1, kPair + '\x01') + record(4, 2, "\x01") + record(4, 1, four(kMost + 1)), false},
    {"another request's are not read by libfcgi either", kBegin + record(4, 2, kOverflow), true},
    {"parameters before a request", record(4, 1, kOverflow), true},
    {"values are asked for (4.1)", record(9, 0, kPair) + kBegin, true},
    {"the same, too long", record(9, 0, kOverflow) + kBegin, false},
    {"a pair that ends in its record does not go on in the next", record(9, 0, "\x01") + record(9, 0, kPair + "\x01"), true},
    {"a type that nobody knows (4.2): libfcgi would leak", kUnknown, false},
    {"the same behind others", kBegin + record(4, 1, kPair, 5) + kUnknown, false},
    {"a begin with padding, which libfcgi reads as records", record(1, 1, std::string(8, '\0'), 1), false},
    {"an end of parameters with padding", kBegin + record(4, 1, kPair) + record(4, 1, "", 1), false},
    {"an end of the body with padding", kBegin + record(4, 1, "") + record(5, 1, "", 8), false},
    {"padding behind parameters and body", kBegin + record(4, 1, kPair, 5) + record(4, 1, "") + record(5, 1, "a", 7) + record(5, 1, ""),
     true},
    {"the same bytes as content", kBegin + record(5, 1, kUnknown), true},
    {"the same bytes as padding", record(5, 1, "a", 8) + record(5, 1, kUnknown), true},
    {"a request's own record of no type ends in libfcgi", record(11, 1, ""), true},
    {"cut in a header", kUnknown.substr(0, 7), true},
    {"nothing", "", true},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_records)
BOOST_DATA_TEST_CASE(what_libfcgi_takes_badly_does_not_pass, boost::unit_test::data::make(rows), row) {
  fcgi::Records whole{kMost}, bytewise{kMost};
  BOOST_TEST(whole.pass(row.bytes) == row.passes);
  bool passes = true;
  for (std::size_t i = 0; i < row.bytes.size() && passes; ++i) passes = bytewise.pass(std::string_view{row.bytes}.substr(i, 1));
  BOOST_TEST(passes == row.passes, "a byte at a time");
}
BOOST_AUTO_TEST_SUITE_END()
