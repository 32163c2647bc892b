// Every trick with a path that others have fallen for, and a few of their own: what the gate decides on is what is served, or stricter.
#include "flow/gate_path.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

using Paths = std::vector<std::string>;

struct Row {
  const char* why;
  std::string uri;
  Paths readings;  // none: refused
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

const Row kRows[] = {
    // plain
    {"a folder", "/team/", {"/team/"}},
    {"a file", "/team/a.txt", {"/team/a.txt"}},
    {"a folder without its slash", "/team", {"/team"}},
    {"the root", "/", {"/"}},
    {"a query is no path (GHSA-7rh7-c77v-6434)", "/team/?x=/public/../", {"/team/"}},
    {"another question mark", "/team/a?b?c", {"/team/a"}},
    {"plain escapes", "/%74e%61m/", {"/team/"}},
    {"a space", "/team/a%20b", {"/team/a b"}},
    {"a plus is a plus", "/team/a+b", {"/team/a+b"}},
    {"UTF-8, escaped and not", "/t\xc3\xa9%C3%A9/", {"/t\xc3\xa9\xc3\xa9/"}},
    {"an encoded question mark is part of a name", "/team/a%3Fb", {"/team/a?b"}},
    {"an encoded number sign too", "/team/a%23b", {"/team/a#b"}},
    {"a percent sign", "/team/100%25", {"/team/100%"}},
    {"three dots are a name", "/team/.../a", {"/team/.../a"}},
    {"a name that begins with a dot", "/team/.well-known/", {"/team/.well-known/"}},
    {"capitals stay: rules are looked for with and without", "/TEAM/", {"/TEAM/"}},
    // dot segments: all servers resolve them
    {"a dot", "/./team/./a", {"/team/a"}},
    {"an encoded dot", "/%2e/team/a", {"/team/a"}},
    {"two dots", "/pub/../team/a", {"/team/a"}},
    {"encoded dots", "/pub/%2e%2E/team/a", {"/team/a"}},
    {"half encoded", "/pub/.%2e/team/a", {"/team/a"}},
    {"dots at the end", "/team/a/..", {"/team/"}},
    {"a dot at the end", "/team/.", {"/team/"}},
    {"a file in the middle", "/pub/p.txt/../../team/a", {"/team/a"}},
    {"out of the root", "/../team/", {}},
    {"out of the root, further in", "/pub/../../team/", {}},
    {"out of the root and back", "/a/../../a", {}},
    // slashes: merged by most, and not by a program behind
    {"two slashes (GHSA-x732-6j76-qmhm)", "//team/a", {"/team/a", "//team/a"}},
    {"in the middle", "/team//a", {"/team/a", "/team//a"}},
    {"many", "////", {"/", "////"}},
    {"an empty segment eats a pair of dots where slashes are not merged", "/pub//../team/a", {}},
    {"an encoded slash is one to nginx and lighttpd, and none to a program behind Apache", "/team%2Fa", {"/team/a", "/team%2Fa"}},
    {"in small letters", "/team%2fa", {"/team/a", "/team%2Fa"}},
    {"two dots after an encoded slash", "/pub/..%2Fteam/a", {}},
    {"dots between encoded slashes", "/team/x%2F..%2F..%2Fpub/", {}},
    {"dots elsewhere are refused beside an encoded slash too", "/a/../team%2Fa", {}},
    // path parameters: Tomcat and its kin cut them off
    {"a parameter", "/team;x/a", {"/team;x/a", "/team/a"}},
    {"a parameter at the end", "/team/a;jsessionid=1", {"/team/a;jsessionid=1", "/team/a"}},
    {"an encoded semicolon", "/team%3bx/a", {"/team;x/a", "/team/a"}},
    {"two dots with a parameter (Tomcat)", "/pub/..;/team/a", {}},
    {"two dots with a parameter that says more", "/pub/..;x=y/team/a", {}},
    {"a parameter alone", "/;/team/a", {"/;/team/a", "/team/a"}},
    // escapes within escapes
    {"decoded twice it is another path", "/%2574eam/a", {"/%74eam/a", "/team/a", "/team/a"}},
    {"a slash, twice encoded", "/team%252Fa", {"/team%2Fa", "/team/a", "/team/a"}},
    {"dots, twice encoded", "/pub/%252e%252e/team/", {}},
    {"NUL, twice encoded", "/team/%2500", {}},
    {"a backslash, twice encoded", "/team%255Ca", {}},
    {"a parameter, twice encoded", "/team%253Bx/a", {"/team%3Bx/a", "/team;x/a", "/team/a"}},
    // refused: what no browser sends
    {"nothing", "", {}},
    {"no slash at its begin", "team/", {}},
    {"a star (OPTIONS *)", "*", {}},
    {"a fragment (CVE-2026-41059)", "/pub/#/../team/", {}},
    {"NUL", "/team/%00", {}},
    {"a NUL that ends a name in C", "/team/a.txt%00.png", {}},
    {"a line break", "/team/%0d%0aX: y", {}},
    {"a tab as it is", "/team/\t", {}},
    {"DEL", "/team/%7f", {}},
    {"a backslash", "/team\\a", {}},
    {"an encoded one", "/team%5Ca", {}},
    {"dots and a backslash", "/pub/..\\team/", {}},
    {"a broken escape", "/team/%zz", {}},
    {"a cut escape", "/team/%2", {}},
    {"a percent sign alone", "/team/%", {}},
    {"UTF-16 escapes of IIS", "/team/%u002e", {}},
    {"an overlong dot", "/pub/%c0%ae%c0%ae/team/", {}},
    {"not UTF-8", "/team/%ff", {}},
    {"a surrogate", "/team/%ed%a0%80", {}},
};

struct BelowRow {
  const char* why;
  std::string_view path, prefix;
  bool below, in_any_case;
};
std::ostream& operator<<(std::ostream& os, const BelowRow& r) { return os << r.why; }
const BelowRow kBelow[] = {
    {"itself", "/team/", "/team/", true, true},
    {"below it", "/team/a/b", "/team/", true, true},
    {"itself without the slash: the server sends on to it", "/team", "/team/", true, true},
    {"a longer name", "/teamwork/a", "/team/", false, false},
    {"a longer name without a slash", "/teams", "/team/", false, false},
    {"a shorter one", "/tea", "/team/", false, false},
    {"above", "/", "/team/", false, false},
    {"nothing", "", "/team/", false, false},
    {"everything is below the root", "/a", "/", true, true},
    {"the root", "/", "/", true, true},
    {"capitals (CWE-178, GHSA-j748-h363-wqj8)", "/TEAM/a", "/team/", false, true},
    {"capitals without a slash", "/Team", "/team/", false, true},
    {"a rule in capitals", "/team/a", "/Team/", false, true},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(flow_gate_path)

BOOST_DATA_TEST_CASE(a_target_has_these_readings_or_is_refused, bdata::make(kRows), row) {
  const auto paths = flow::read_paths(row.uri);
  BOOST_TEST(static_cast<bool>(paths) == !row.readings.empty());
  if (paths) BOOST_TEST(*paths == row.readings, boost::test_tools::per_element());
  if (!paths) BOOST_TEST(paths.error().detail.starts_with("path: "));
}

BOOST_AUTO_TEST_CASE(eight_kibibytes_and_no_more) {
  BOOST_TEST(static_cast<bool>(flow::read_paths('/' + std::string(8191, 'a'))));
  BOOST_TEST(!flow::read_paths('/' + std::string(8192, 'a')));
}

BOOST_DATA_TEST_CASE(a_prefix_ends_at_a_slash, bdata::make(kBelow), row) {
  BOOST_TEST(flow::is_below(row.path, row.prefix) == row.below);
  BOOST_TEST(flow::is_below_no_case(row.path, row.prefix) == row.in_any_case);
}

BOOST_AUTO_TEST_SUITE_END()
