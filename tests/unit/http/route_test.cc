// Patterns against paths: whole, and with one decoded placeholder.
#include "http/route.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

struct Row {
  const char* why;
  std::string_view pattern, path;
  std::optional<std::string> text;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row kRows[] = {
    {"a literal", "/healthz", "/healthz", ""},
    {"a literal is matched whole", "/healthz", "/healthz/", std::nullopt},
    {"and from the start", "/healthz", "/x/healthz", std::nullopt},
    {"a placeholder", "/o/{provider}/", "/o/github/", "github"},
    {"the slash at the end belongs to it", "/o/{provider}/", "/o/github", std::nullopt},
    {"decoded", "/o/{provider}/", "/o/a%2Db/", "a-b"},
    {"may span slashes, as djoser's does", "/o/{provider}/", "/o/a/b/", "a/b"},
    {"an escaped slash too", "/o/{provider}/", "/o/a%2Fb/", "a/b"},
    {"in the middle", "/o/{provider}/login", "/o/github/login", "github"},
    {"at the end", "/users/me/identities/{id}", "/users/me/identities/12", "12"},
    {"never empty", "/o/{provider}/", "/o//", std::nullopt},
    {"head and tail may not overlap", "/o/{provider}/", "/o/", std::nullopt},
    {"no space", "/o/{provider}/", "/o/a%20b/", std::nullopt},
    {"no line break (CWE-117)", "/o/{provider}/", "/o/a%0d%0ab/", std::nullopt},
    {"no NUL (CWE-158)", "/o/{provider}/", "/o/a%00/", std::nullopt},
    {"no delete character", "/o/{provider}/", "/o/a%7f/", std::nullopt},
    {"no raw tab", "/o/{provider}/", "/o/a\tb/", std::nullopt},
    {"a broken escape stays", "/o/{provider}/", "/o/a%zz/", "a%zz"},
    {"literals are not decoded", "/healthz", "/health%7a", std::nullopt},
    {"empty path", "/o/", "", std::nullopt},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_route)

BOOST_DATA_TEST_CASE(paths_fit_or_do_not, bdata::make(kRows), row) { BOOST_TEST((http::match(row.pattern, row.path) == row.text)); }

BOOST_AUTO_TEST_SUITE_END()
