#include "base/text.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(base_text)

BOOST_AUTO_TEST_CASE(splitting_and_joining) {
  BOOST_TEST(base::split("a,,b", ',') == (std::vector<std::string>{"a", "", "b"}), boost::test_tools::per_element());
  BOOST_TEST(base::split("", ',').size() == 1u);
  BOOST_TEST(base::join({"a", "b"}, ", ") == "a, b");
  BOOST_TEST(base::trim(" \t a b\r\n") == "a b");
  BOOST_TEST(base::trim(" ").empty());
}

BOOST_AUTO_TEST_CASE(case_is_ascii_only) {
  BOOST_TEST(base::lower("ÄBc") == "Äbc");
  BOOST_TEST(base::upper("äBc") == "äBC");
  BOOST_TEST(base::starts_with_no_case("BEARER x", "bearer "));
  BOOST_TEST(!base::starts_with_no_case("Bear", "bearer"));
  BOOST_TEST(!base::equal_no_case("a", "ab"));
}

struct Number {
  const char* why;
  const char* text;
  std::int64_t value;  // -1 = refused
};
std::ostream& operator<<(std::ostream& os, const Number& r) { return os << r.why; }

const Number durations[] = {{"seconds", "10s", 10},     {"minutes", "10m", 600},
                            {"hours", "2h", 7200},      {"days", "30d", 2592000},
                            {"zero", "0s", 0},          {"no unit", "10", -1},
                            {"unknown unit", "1w", -1}, {"negative", "-1s", -1},
                            {"fraction", "1.5h", -1},   {"empty", "", -1},
                            {"only a unit", "s", -1},   {"blank", "1 s", -1},
                            {"too long", "4000d", -1},  {"overflow", "9223372036854775807d", -1}};
BOOST_DATA_TEST_CASE(durations_have_units, data::make(durations), row) {
  const auto d = base::parse_duration(row.text);
  BOOST_TEST((d ? d->count() : -1) == row.value);
}

const Number sizes[] = {{"bytes", "512B", 512},    {"bare", "1024", 1024},   {"KiB", "64KiB", 65536},      {"MiB", "1MiB", 1048576},
                        {"most", "1GiB", 1 << 30}, {"too much", "2GiB", -1}, {"KB is not KiB", "1KB", -1}, {"negative", "-1", -1}};
BOOST_DATA_TEST_CASE(sizes_have_binary_units, data::make(sizes), row) {
  const auto n = base::parse_size(row.text);
  BOOST_TEST((n ? static_cast<std::int64_t>(*n) : -1) == row.value);
}

const Number integers[] = {{"plain", "42", 42}, {"plus sign", "+1", -1}, {"space", " 1", -1},
                           {"rest", "1x", -1},  {"empty", "", -1},       {"too large", "9223372036854775808", -1},
                           {"hex", "0x10", -1}};
BOOST_DATA_TEST_CASE(integers_are_whole_texts, data::make(integers), row) {
  BOOST_TEST(base::parse_int(row.text).value_or(-1) == row.value);
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_a_slip_away_or_none) {
  const std::vector<std::string> keys{"public_url", "redirect_uris", "providers"};
  BOOST_TEST(base::nearest("redirect_uri", keys).value_or("") == "redirect_uris");
  BOOST_TEST(base::nearest("Public_URL", keys).value_or("") == "public_url");
  BOOST_TEST(!base::nearest("entirely_else", keys));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
