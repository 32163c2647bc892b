#include "providers/text.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace std::string_literals;

namespace {

struct CleanRow {
  const char* why;
  std::string in;
  std::size_t most;
  std::string out;
};
std::ostream& operator<<(std::ostream& os, const CleanRow& row) { return os << row.why; }
const CleanRow clean_rows[] = {
    {"plain text stays", "Ann Example", 100, "Ann Example"},
    {"a line end parts words", "Ann\r\nSet-Cookie: x", 100, "Ann Set-Cookie: x"},
    {"NUL", "a\0b"s, 100, "a b"},
    {"DEL and C1",
     "a\x7f\xc2\x85"
     "b",
     100, "a b"},
    {"right-to-left override",
     "a\xe2\x80\xae"
     "b",
     100, "ab"},
    {"isolates",
     "\xe2\x81\xa6"
     "ab\xe2\x81\xa9",
     100, "ab"},
    {"zero-width space", "pay\xe2\x80\x8bpal", 100, "paypal"},
    {"spaces around and between", "  a   b ", 100, "a b"},
    {"cut at a character's end", "a\xc3\xa9\xc3\xa9", 4, "a\xc3\xa9"},
    {"no space at the cut", "abc def", 4, "abc"},
    {"not UTF-8", "a\xff", 100, ""},
};

struct FitRow {
  const char* why;
  std::string in;
  bool fit;
};
std::ostream& operator<<(std::ostream& os, const FitRow& row) { return os << row.why; }
const FitRow identifiers[] = {
    {"digits", "123456", true},
    {"any UTF-8", "\xc3\xa9|x y", true},
    {"255 bytes", std::string(255, 'a'), true},
    {"empty: everyone's", "", false},
    {"256 bytes", std::string(256, 'a'), false},
    {"line end", "a\nb", false},
    {"NUL cuts C strings", "a\0b"s, false},
    {"not UTF-8", "\xff", false},
};
const FitRow emails[] = {
    {"plain", "ann@example.org", true},
    {"beyond ASCII", "\xc3\xa9@example.org", true},
    {"comma: CVE-2022-35924", "a@example.org,b@evil.example", false},
    {"two @: GHSA-c5c4-8r6x-56w3", "a@example.org@evil.example", false},
    {"no @", "example.org", false},
    {"nothing before", "@example.org", false},
    {"nothing behind", "a@", false},
    {"line end", "a@example.org\n", false},
    {"space", "a b@example.org", false},
    {"display name", "Ann <a@example.org>", false},
    {"invisible mark", "a@exam\xe2\x80\x8bple.org", false},
    {"255 bytes", std::string(243, 'a') + "@example.org", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_text)
BOOST_DATA_TEST_CASE(what_is_shown_holds_no_control_character, boost::unit_test::data::make(clean_rows), row) {
  BOOST_TEST(providers::clean(row.in, row.most) == row.out);
}
BOOST_DATA_TEST_CASE(identifiers_are_taken_whole_or_not_at_all, boost::unit_test::data::make(identifiers), row) {
  BOOST_TEST(providers::is_identifier(row.in) == row.fit);
}
BOOST_DATA_TEST_CASE(an_address_is_one_address, boost::unit_test::data::make(emails), row) {
  BOOST_TEST(providers::is_plain_email(row.in) == row.fit);
}
BOOST_AUTO_TEST_SUITE_END()
