#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "json/value.h"
#include "json/writer.h"

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(json_value)

struct Bad {
  const char* why;
  std::string text;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const Bad bad[] = {
    {"empty", ""},
    {"blank", "  "},
    {"something after the value", "{} {}"},
    {"a repeated name (RFC 8259 4)", R"({"a":1,"a":2})"},
    {"a repeated name, written otherwise", R"({"a":1,"\u0061":2})"},
    {"a repeated name, deeper", R"([{"b":{"a":1,"a":2}}])"},
    {"too deep", std::string(33, '[') + std::string(33, ']')},
    {"not UTF-8", "\"\xff\""},
    {"an overlong form", "\"\xc0\xaf\""},
    {"half of a surrogate pair (RFC 8259 8.2)", R"("\ud800")"},
    {"its other half alone, which RapidJSON turns into invalid UTF-8", R"("\udc00")"},
    {"the same in a name", R"({"\udc00":1})"},
    {"both halves, wrong way round", R"("\udc00\ud800")"},
    {"NaN", "NaN"},
    {"a comment", "/* */ 1"},
    {"a trailing comma", "[1,]"},
    {"a leading zero", "01"},
    {"a control character in a string", "\"a\nb\""},
    {"a NUL after the value", std::string{"1\0", 2}},
    {"a NUL after the value, and another value", std::string{"{}\0{}", 5}},
    {"objects too deep",
     [] {
       std::string s;
       for (int i = 0; i < 33; ++i) s += "{\"a\":";
       return s + "1" + std::string(33, '}');
     }()},
    {"cut off", R"({"a":)"},
    {"1e999", "1e999"},
    {"a number that only reads as nothing", "1e-999"},
};
BOOST_DATA_TEST_CASE(refused, data::make(bad), row) { BOOST_TEST(!json::Document::parse(row.text)); }

struct Number {
  const char* text;
  double value;
  bool whole;
};
std::ostream& operator<<(std::ostream& os, const Number& r) { return os << r.text; }
const Number numbers[] = {{"0", 0, true},
                          {"-0", 0, true},
                          {"-9223372036854775808", -9223372036854775808.0, true},
                          {"9223372036854775808", 9223372036854775808.0, false},
                          {"18446744073709551616", 18446744073709551616.0, false},
                          {"0e308", 0, false},  // undefined in RapidJSON's own conversion
                          {"0.0", 0, false},
                          {"-1.5E+2", -150, false},
                          {"5e-324", 5e-324, false},
                          {"1.7976931348623157e308", 1.7976931348623157e308, false}};
BOOST_DATA_TEST_CASE(numbers_are_exact, data::make(numbers), row) {
  const auto d = json::Document::parse(row.text);
  BOOST_REQUIRE(d);
  BOOST_TEST(d->root().number().value() == row.value);
  BOOST_TEST(d->root().integer().has_value() == row.whole);
}

BOOST_AUTO_TEST_CASE(limits_hold_before_parsing) {
  BOOST_TEST(!json::Document::parse("[1,2,3]", {.bytes = 6}));
  BOOST_TEST(static_cast<bool>(json::Document::parse("[1,2,3]", {.bytes = 7})));
  BOOST_TEST(static_cast<bool>(json::Document::parse(std::string(32, '[') + std::string(32, ']'))));
  BOOST_TEST(static_cast<bool>(json::Document::parse(R"({"a":1,"a":2})", {.unique_names = false})));
}

BOOST_AUTO_TEST_CASE(values_are_what_they_are) {
  const auto d = *json::Document::parse(
      R"({"s":"x","i":-5,"f":1.5,"e":1e3,"one":1.0,"b":true,"n":null,"a":[1,"2"],"o":{"k":"v"},"big":18446744073709551615})");
  const auto r = d.root();
  BOOST_TEST(r["s"].string().value() == "x");
  BOOST_TEST(r["i"].integer().value() == -5);
  BOOST_TEST(!r["one"].integer());
  BOOST_TEST(!r["e"].integer());
  BOOST_TEST(!r["big"].integer());
  BOOST_TEST(r["big"].text().value() == "18446744073709551615");
  BOOST_TEST(r["f"].number().value() == 1.5);
  BOOST_TEST(r["f"].text().value() == "1.5");
  BOOST_TEST(r["b"].boolean().value());
  BOOST_TEST(r["b"].text().value() == "true");
  BOOST_TEST(r["n"].is_null());
  BOOST_TEST(!r["n"].text());
  BOOST_TEST(!r["s"].boolean());
  BOOST_TEST(r["a"].size() == 2u);
  BOOST_TEST(r["o"].dump() == R"({"k":"v"})");
  BOOST_TEST(r.members().size() == 10u);
}

BOOST_AUTO_TEST_CASE(missing_values_answer_no) {
  const json::Value none;
  BOOST_TEST(!none.exists());
  BOOST_TEST(!none["x"].at(3).pointer("/y").string());
  BOOST_TEST(none.dump() == "");
  BOOST_TEST(none.size() == 0u);
}

BOOST_AUTO_TEST_CASE(pointers_are_rfc_6901) {
  const auto d = *json::Document::parse(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"x":{"0":"zero"}})");
  const auto r = d.root();
  BOOST_TEST(r.pointer("").is_object());
  BOOST_TEST(r.pointer("/foo/0").string().value() == "bar");
  BOOST_TEST(r.pointer("/").integer().value() == 0);
  BOOST_TEST(r.pointer("/a~1b").integer().value() == 1);
  BOOST_TEST(r.pointer("/m~0n").integer().value() == 8);
  BOOST_TEST(r.pointer("/x/0").string().value() == "zero");
  for (const auto* wrong : {"foo", "/foo/2", "/foo/01", "/foo/-1", "/foo/-0", "/foo/-", "/foo/+1", "/foo/", "/m~2n", "/m~", "/nope/x"}) {
    BOOST_TEST(!r.pointer(wrong).exists(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(nul_in_a_string_is_kept) {
  const auto d = *json::Document::parse(R"({"a":"x\u0000y"})");
  BOOST_TEST(d.root()["a"].string()->size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(compact_and_in_order) {
  json::Writer w;
  w.object()
      .member("z", "1")
      .member("a", std::int64_t{-2})
      .key("l")
      .array()
      .value(true)
      .null()
      .raw("{}")
      .end_array()
      .member("e", "")
      .end_object();
  BOOST_TEST(w.str() == R"({"z":"1","a":-2,"l":[true,null,{}],"e":""})");
}

struct Row {
  const char* why;
  std::string value, text;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"quote and backslash", "a\"b\\c", R"("a\"b\\c")"},
    {"control characters", std::string{"\x00\x1f\n\r\t", 5}, R"("\u0000\u001f\n\r\t")"},
    {"slash and UTF-8 stay", "/\xc3\xa4", "\"/\xc3\xa4\""},
    {"other bytes become U+FFFD", "a\xff\xc3\xa4z", "\"a\xef\xbf\xbd\xc3\xa4z\""},
    {"a cut character too", "a\xe2\x82", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
    {"a script stays text", "</script>", "\"</script>\""},
};
BOOST_DATA_TEST_CASE(strings, data::make(rows), row) {
  json::Writer w;
  w.value(row.value);
  BOOST_TEST(w.str() == row.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
