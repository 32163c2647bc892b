#include "providers/callback_error.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using Params = std::vector<std::pair<std::string, std::string>>;
struct Row {
  const char* why;
  Params params;
  std::string say;  // "" = no error
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"a code is no error", {{"code", "x"}, {"state", "y"}}, ""},
    {"E01", {{"error", "access_denied"}}, "Authentication process canceled"},
    {"E03",
     {{"error", "access_denied"}, {"error_description", "The user has denied your application access."}},
     "Authentication process canceled: The user has denied your application access."},
    {"E04", {{"error", "server_error"}}, "Authentication failed: server_error"},
    {"E05",
     {{"error", "redirect_uri_mismatch"}, {"error_description", "The redirect_uri MUST match"}},
     "Authentication failed: The redirect_uri MUST match"},
    {"E06", {{"denied", "abc"}}, "Authentication process canceled: abc"},
    {"E09", {{"error", "user_cancelled_login"}}, "Authentication process canceled"},
    {"E10: text, not markup; the answer is JSON", {{"error", "<script>"}}, "Authentication failed: <script>"},
    {"the last of a name counts", {{"error", "server_error"}, {"error", "access_denied"}}, "Authentication process canceled"},
    {"line ends cannot split a log line", {{"error", "x"}, {"error_description", "a\r\nb"}}, "Authentication failed: a b"},
    {"not UTF-8: nothing of it", {{"error", "\xff"}}, "Authentication failed: the provider gave no reason"},
    {"an empty error is none", {{"error", ""}, {"code", "x"}}, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_callback_error)
BOOST_DATA_TEST_CASE(has_the_recorded_texts, boost::unit_test::data::make(rows), row) {
  const auto error = providers::callback_error(row.params);
  BOOST_TEST((error ? error->say : "") == row.say);
}
BOOST_AUTO_TEST_CASE(what_the_provider_wrote_is_limited) {
  const auto error = providers::refusal("x", std::string(5000, 'a'));
  BOOST_TEST(error.say == "Authentication failed: " + std::string(300, 'a'));
}
BOOST_AUTO_TEST_CASE(the_log_gets_a_plain_word) {
  BOOST_TEST(providers::refusal("a b\n\"level=error", "secret").detail == "the provider says a?b??level?error");
}
BOOST_AUTO_TEST_SUITE_END()
