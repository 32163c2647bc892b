#include "providers/expression.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

const char* kUser = R"({"id":42,"big":12345678901234567890123,"half":1.5,"login":"ann","empty":"","none":null,"yes":true,"no":false,
  "a/b":"slash","t~e":"tilde","deep":{"list":["x",{"k":"y"}]},"first":{"one":"1","two":"2"},
  "mails":[{"email":"a@x","primary":false,"verified":true},{"email":"b@x","primary":true,"verified":true,"rank":2}],"evil":"../x?y#z"})";

struct Row {
  const char* why;
  std::string text;
  std::optional<std::string> out;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const auto none = std::nullopt;
const Row rows[] = {
    {"member", "u:/login", "ann"},
    {"a number is text", "u:/id", "42"},
    {"a number too large would be rounded onto another", "u:/big", none},
    {"a fraction is no id", "u:/half", none},
    {"true is text", "u:/yes", "true"},
    {"empty is missing", "u:/empty", none},
    {"null is missing", "u:/none", none},
    {"an object is no value", "u:/deep", none},
    {"absent", "u:/nothing/at/all", none},
    {"index", "u:/deep/list/0", "x"},
    {"inside an array", "u:/deep/list/1/k", "y"},
    {"beyond the end", "u:/deep/list/7", none},
    {"a negative index", "u:/deep/list/-1", none},
    {"escaped slash, RFC 6901", "u:/a~1b", "slash"},
    {"escaped tilde, RFC 6901", "u:/t~0e", "tilde"},
    {"first member", "u:/first/*", "1"},
    {"first element", "u:/mails/*/email", "a@x"},
    {"selected element", "u:/mails/[primary=true]/email", "b@x"},
    {"selected by two", "u:/mails/[verified=true,rank=2]/email", "b@x"},
    {"nothing selected", "u:/mails/[primary=maybe]/email", none},
    {"first alternative that is there", "u:/none | u:/empty | u:/login | u:/id", "ann"},
    {"no alternative", "u:/none | t:/x", none},
    {"literal", "u:/none | 'x'", "x"},
    {"second user answer", "u2:/id", "7"},
    {"token answer", "t:/access_token", "at"},
    {"id_token", "i:/sub", "s"},
    {"callback, and JSON in it", "c:/user/name", "Ann"},
    {"setting", "api_url", "https://api.example"},
    {"unset setting", "nothing", none},
    {"before", "before('ann@x', '@')", "ann"},
    {"before without the separator", "before('ann', '@')", "ann"},
    {"last", "last('https://x/users/7', '/')", "7"},
    {"last without the separator", "last('7', '/')", "7"},
    {"join", "join(u:/login, '_', u:/id)", "ann_42"},
    {"join of a missing one", "join(u:/login, '_', u:/none)", none},
    {"join without anything between, nested", "join(u:/login, '', join(u:/id, '', 'x'))", "ann42x"},
    {"if", "if(api_url, 'a', 'b')", "a"},
    {"if of a missing one", "if(nothing, 'a', 'b')", "b"},
    {"if of false", "if(u:/no, 'a', 'b')", "b"},
    {"same", "same(u:/login, 'ann')", "true"},
    {"not the same", "same(u:/login, 'bob')", none},
    {"two missing ones are not the same", "same(u:/none, u:/none)", none},
    {"RFC 4231 case 2", "hmac_sha256_hex('Jefe', 'what do ya want for nothing?')",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"template in quotes", "\"x-{u:/id}-{u:/login}\"", "x-42-ann"},
    {"template with a missing part", "\"x-{u:/none}\"", none},
    {"functions nest", "if(before(u:/login, 'n'), last(u:/a~1b, 'l'), '')", "ash"},
};

struct WrongRow {
  const char* why;
  const char* text;
  const char* told;
};
std::ostream& operator<<(std::ostream& os, const WrongRow& row) { return os << row.why; }
const WrongRow wrong[] = {
    {"empty", "", "character 1"},
    {"unknown document", "x:/id", "no document x"},
    {"u1 and u0 are not there", "u0:/id", "no document u0"},
    {"pointer without slash", "u:id", "begins with /"},
    {"unknown function", "upper(u:/id)", "no function upper"},
    {"too few arguments", "before(u:/id)", "takes 2"},
    {"open call", "before(u:/id, '@'", "want , or )"},
    {"open literal", "'x", "closing '"},
    {"open selection", "u:/[a=b", "closing ]"},
    {"empty selection", "u:/[]/b", "[name=value]"},
    {"dangling |", "u:/id |", "character 8"},
    {"two values", "u:/id u:/x", "want |"},
    {"deep nesting", "if(if(if(if(if(if(if(if(if(a,a,a),a,a),a,a),a,a),a,a),a,a),a,a),a,a),a,a)", "nested too deeply"},
};

struct Fixture {
  json::Document token = *json::Document::parse(R"({"access_token":"at"})"), id = *json::Document::parse(R"({"sub":"s"})"),
                 callback = *json::Document::parse(R"({"user":{"name":"Ann"}})"), user = *json::Document::parse(kUser),
                 second = *json::Document::parse(R"({"id":7})");
  providers::Variables variables{{"api_url", "https://api.example"}, {"client_id", "id"}};
  providers::Variables more{{"access_token", "at"}};
  providers::Values values{token.root(), id.root(), callback.root(), {}, {}, {user.root(), second.root()}, &variables, nullptr, &more};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_expression, Fixture)
BOOST_DATA_TEST_CASE_F(Fixture, gives_the_value_or_none, boost::unit_test::data::make(rows), row) {
  const auto expression = providers::Expression::parse(row.text);
  BOOST_REQUIRE(bool{expression});
  BOOST_TEST((expression->evaluate(values) == row.out), expression->evaluate(values).value_or("(none)"));
}
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong), row) {
  const auto expression = providers::Expression::parse(row.text);
  BOOST_REQUIRE(!expression);
  BOOST_TEST(expression.error().say.find(row.told) != std::string::npos, expression.error().say);
}
BOOST_AUTO_TEST_CASE(a_template_is_text_with_expressions_in_it) {
  BOOST_TEST(*providers::Expression::parse_template("Bearer {access_token}")->evaluate(values) == "Bearer at");
  BOOST_TEST(*providers::Expression::parse_template("plain")->evaluate(values) == "plain");
  BOOST_TEST(!providers::Expression::parse_template("x{u:/none}")->evaluate(values));
  BOOST_TEST(!providers::Expression::parse_template("x{u:/id"));
  BOOST_TEST(!providers::Expression::parse_template("x{}"));
}
BOOST_AUTO_TEST_CASE(a_value_of_an_answer_cannot_change_the_path_or_host_of_a_url) {
  const auto url = *providers::Expression::parse_template("{api_url}/users/{u:/evil}");
  BOOST_TEST(*url.evaluate(values, providers::Expression::Escape::url) == "https://api.example/users/..%2Fx%3Fy%23z");
  BOOST_TEST(url.fixed_part(values) == "https://api.example/users/");
}
BOOST_AUTO_TEST_CASE(knows_what_it_reads) {
  const auto expression = *providers::Expression::parse("u3:/a | before(t:/b, api_url)");
  BOOST_TEST(expression.user_answers() == 3u);
  BOOST_TEST(expression.alternatives() == 2u);
  BOOST_TEST(expression.reads("t"));
  BOOST_TEST(!expression.reads("ic"));
  BOOST_TEST(expression.variables() == std::vector<std::string>{"api_url"}, boost::test_tools::per_element());
}
BOOST_AUTO_TEST_SUITE_END()
