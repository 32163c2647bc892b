#include "base/log.h"

#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "base/random.h"
#include "base/secret.h"
#include "fake/clock.h"

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(base_log)

std::string value_of(std::string_view value) {
  const std::vector<base::Log::Field> fields{{"k", value}};
  const auto line = base::Log::line(base::Time{std::chrono::seconds{1'767'323'045}}, base::Level::warn, "x", fields);
  const std::string head = "ts=2026-01-02T03:04:05Z level=warn ev=x k=";
  BOOST_TEST(line.starts_with(head));
  BOOST_TEST(line.ends_with('\n'));
  return line.substr(head.size(), line.size() - head.size() - 1);
}

struct Row {
  const char* why;
  std::string value, text;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"plain", "google-oauth2", "google-oauth2"},
    {"empty", "", "\"\""},
    {"a space", "a b", "\"a b\""},
    {"an equals sign would look like a key", "a=b", "\"a=b\""},
    {"a quote", "a\"b", "\"a\\\"b\""},
    {"a line end cannot begin a line of its own", "a\nev=login", "\"a\\x0aev=login\""},
    {"UTF-8 stays", "\xc3\xa4", "\"\xc3\xa4\""},
    {"other bytes do not", "\xe4", "\"\\xe4\""},
    {"a backslash", "a\\nb", "\"a\\\\nb\""},
    {"NUL and DEL", std::string{"\0\x7f", 2}, "\"\\x00\\x7f\""},
    {"a terminal's escape sequence", "\x1b[2J", "\"\\x1b[2J\""},
    {"the same as a C1 control, well-formed UTF-8",
     "\xc2\x9b"
     "2J",
     "\"\\xc2\\x9b2J\""},
    {"a line separator, U+2028", "a\xe2\x80\xa8z", "\"a\\xe2\\x80\\xa8z\""},
    {"text that runs backwards, U+202E (CVE-2021-42574)", "\xe2\x80\xae", "\"\\xe2\\x80\\xae\""},
    {"its isolates, U+2066", "\xe2\x81\xa6", "\"\\xe2\\x81\\xa6\""},
    {"the euro sign and the dash have neighbours that are hidden", "\xe2\x82\xac\xe2\x80\x93", "\"\xe2\x82\xac\xe2\x80\x93\""},
    {"a no-break space is no control", "\xc2\xa0", "\"\xc2\xa0\""},
};
BOOST_DATA_TEST_CASE(values_are_escaped, data::make(rows), row) { BOOST_TEST(value_of(row.value) == row.text); }

BOOST_AUTO_TEST_CASE(a_long_value_is_cut) { BOOST_TEST(value_of(std::string(5000, 'a')) == std::string(500, 'a') + "..."); }

BOOST_AUTO_TEST_CASE(a_value_is_not_cut_within_a_character) {
  BOOST_TEST(value_of(std::string(499, 'a') + "\xe2\x82\xac" + "z") == std::string(499, 'a') + "...");
}

BOOST_AUTO_TEST_CASE(events_below_the_level_are_not_written_and_each_other_is_one_line) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  fake::Clock clock;
  const base::Log log{ends[1], base::Level::info, clock};
  BOOST_TEST(!log.wants(base::Level::debug));
  log.event(base::Level::debug, "hidden", {});
  log.event(base::Level::info, "shown", {{"a", "1"}, {"b", "x\ny"}});
  close(ends[1]);
  char text[512];
  const auto n = read(ends[0], text, sizeof text);
  close(ends[0]);
  BOOST_REQUIRE(n > 0);
  BOOST_TEST((std::string{text, static_cast<std::size_t>(n)}) == "ts=2023-11-14T22:13:20Z level=info ev=shown a=1 b=\"x\\x0ay\"\n");
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_written_stops_nothing) {
  fake::Clock clock;
  base::Log{-1, base::Level::debug, clock}.event(base::Level::error, "lost", {});
  base::Log{1'000'000, base::Level::debug, clock}.event(base::Level::error, "lost", {});
}

BOOST_AUTO_TEST_CASE(random_bytes_differ) {
  base::SystemRandom random;
  const auto a = base::random_bytes(random, 32), b = base::random_bytes(random, 32);
  BOOST_TEST(a.size() == 32u);
  BOOST_TEST(a != b);
}

BOOST_AUTO_TEST_CASE(a_moved_secret_leaves_nothing_behind) {
  base::Secret a{"hunter2"};
  const base::Secret b{std::move(a)};
  BOOST_TEST(b.reveal() == "hunter2");
  BOOST_TEST(a.empty());  // NOLINT(bugprone-use-after-move): that is the claim
  static_assert(!std::is_copy_constructible_v<base::Secret>);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
