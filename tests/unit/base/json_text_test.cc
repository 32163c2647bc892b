#include "base/json_text.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(base_json_text)

BOOST_AUTO_TEST_CASE(any_bytes_become_one_json_string) {
  const struct {
    const char* why;
    std::string_view text;
    const char* json;
  } rows[] = {
      {"empty", "", R"("")"},
      {"plain", "a/b 'c' <d>", R"("a/b 'c' <d>")"},
      {"the two that end or begin something", R"(a"b\c)", R"("a\"b\\c")"},
      {"control characters, NUL and DEL too", std::string_view{"\0\n\x1f\x7f", 4}, R"("\u0000\u000a\u001f\u007f")"},
      {"UTF-8 as it is", "\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\""},
      {"bytes that are none", "a\xff\xc3", R"("a\ufffd\ufffd")"},
  };
  for (const auto& row : rows) {
    std::string out = "before ";
    base::append_json_text(out, row.text);
    BOOST_TEST(out == std::string{"before "} + row.json, row.why);
  }
}

BOOST_AUTO_TEST_SUITE_END()
