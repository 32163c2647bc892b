#include "base/log.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

#include "base/random.h"
#include "base/secret.h"

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
};
BOOST_DATA_TEST_CASE(values_are_escaped, data::make(rows), row) { BOOST_TEST(value_of(row.value) == row.text); }

BOOST_AUTO_TEST_CASE(a_long_value_is_cut) { BOOST_TEST(value_of(std::string(5000, 'a')) == std::string(500, 'a') + "..."); }

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
