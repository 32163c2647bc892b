// What the gate says: values that a header can carry, and a way back that leads nowhere else.
#include "flow/gate_answer.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

struct TextRow {
  const char* why;
  std::string_view in;
  std::size_t most;
  std::string_view out;
};
std::ostream& operator<<(std::ostream& os, const TextRow& r) { return os << r.why; }
const TextRow kTexts[] = {
    {"plain", "ada", 9, "ada"},
    {"UTF-8 stays", "L\u00f6vel \u5f20", 99, "L\u00f6vel \u5f20"},
    {"a header that is split (CWE-113)", "a\r\nX: y", 99, "aX: y"},
    {"NUL, tab, DEL", {"a\0b\tc\x7f", 6}, 99, "abc"},
    {"control characters of ISO 8859-1", "a\u0085b\u009fc\u00a0d", 99, "abc\u00a0d"},
    {"spaces around it", "  a b ", 99, "a b"},
    {"spaces after control characters", "\n a", 99, "a"},
    {"too long", "abcdef", 3, "abc"},
    {"a character is not cut", "ab\u00f6", 3, "ab"},
    {"not UTF-8", "a\xff", 9, ""},
    {"nothing", "", 9, ""},
};

struct BackRow {
  const char* why;
  std::string original;
  bool kept;
};
std::ostream& operator<<(std::ostream& os, const BackRow& r) { return os << r.why; }
const BackRow kBacks[] = {
    {"a path", "/team/x?a=%20b", true},
    {"nothing", "", false},
    {"another host (CWE-601)", "//evil.example/", false},
    {"a backslash (CVE-2020-5233)", "/\\evil.example/", false},
    {"a tab", "/\t/evil.example/", false},
    {"a space", "/a b", false},
    {"a fragment", "/a#b", false},
    {"another host's URL", "https://evil.example/", false},
    {"dots", "/a/../b", false},
    {"a login: it would never end", "/auth/o/forge/login", false},
    {"not ASCII", "/\u00f6", false},
    {"too long for a header", '/' + std::string(1534, 'a'), false},
    {"as long as may be", '/' + std::string(1533, 'a'), true},
    {"too long once it is encoded", "/?" + std::string(1000, '&'), false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(flow_gate_answer)

BOOST_DATA_TEST_CASE(values_stand_on_one_line, bdata::make(kTexts), row) { BOOST_TEST(flow::header_text(row.in, row.most) == row.out); }

BOOST_DATA_TEST_CASE(the_way_back_is_a_path_of_this_host, bdata::make(kBacks), row) {
  config::Config config;
  config.public_url = "https://app.example/auth";
  config.mount = "/auth";
  BOOST_TEST((flow::sign_in_url(config, row.original).find("?next=") != std::string::npos) == row.kept);
  config.pages.login = "https://app.example/sign-in?lang=de";
  BOOST_TEST(flow::sign_in_url(config, "/x") == "https://app.example/sign-in?lang=de&next=%2Fx");
}

BOOST_AUTO_TEST_SUITE_END()
