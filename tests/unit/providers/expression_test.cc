#include "providers/expression.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

const char* kUser = R"({"id":42,"big":12345678901234567890123,"half":1.5,"login":"ann","empty":"","none":null,"yes":true,"no":false,
  "a/b":"slash","t~e":"tilde","deep":{"list":["x",{"k":"y"}]},"first":{"one":"1","two":"2"},
  "groups":["staff","admin",7,true,null,{"a":"b"},12345678901234567890123],"nobody":[],"teams":[{"name":"b","roles":["reader"]}],
  "things":[{"name":"no id","kind":null},{"id":8,"kind":"a"},{"id":9,"kind":"b"},{"id":10,"name":"a=b"}],
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
    {"template in quotes", "\"x-{u:/id}-{u:/login}\"", "x-42-ann"},
    {"template with a missing part", "\"x-{u:/none}\"", none},
    {"template in a function", "join(\"{u:/id}-\", u:/login, '!')", "42-ann!"},
    {"header", "h:/x-user", "ann"},
    {"the request that begins a login", "r:/shop", "eu.shop.example"},
    {"an answer that did not come", "u3:/id", none},
    {"first element that has a name", "u:/things/[id]/id", "8"},
    {"that has one which is null", "u:/things/[kind]/name", "no id"},
    {"that has one and is another", "u:/things/[id,kind=b]/id", "9"},
    {"no element has it", "u:/things/[nothing]", none},
    {"a selection in what is no list", "u:/first/[one]", none},
    {"a selection compares texts of numbers and flags", "u:/mails/[rank=2]/email", "b@x"},
    {"a selection for what holds = ", "u:/things/[name=a=b]/id", "10"},
    {"a member whose name is a setting", "u:/{claim}", "ann"},
    {"a member whose name is in another answer", "u:/first/{t:/which}", "2"},
    {"a slash in such a name is no path", "u:/{t:/path}", "slash"},
    {"a name that did not come", "u:/{t:/nothing}", none},
    {"a name with alternatives", "u:/first/{t:/nothing | 'one'}", "1"},
    {"a computed step is a member, never an index", "u:/deep/list/{t:/zero}", none},
    {"on with the pointer behind it", "u:/{t:/to}/list/0", "x"},
    {"in a template", "\"{u:/first/{t:/which}}!\"", "2!"},
};

/// each(): what a condition is held against.
struct EachRow {
  const char* why;
  const char* text;
  std::vector<std::string> out;
};
std::ostream& operator<<(std::ostream& os, const EachRow& row) { return os << row.why; }
const EachRow lists[] = {
    {"each element", "u:/groups", {"staff", "admin", "7", "true"}},
    {"one value is a list of one", "u:/login", {"ann"}},
    {"an absent one is an empty list", "u:/nothing", {}},
    {"an empty list is no value: the next one", "u:/nobody | u:/login", {"ann"}},
    {"a list without a text in it neither", "u:/mails | u:/login", {"ann"}},
    {"the first that gives something, not all", "u:/groups | u:/login", {"staff", "admin", "7", "true"}},
    {"an empty text is no value", "u:/empty | u:/login", {"ann"}},
    {"a list below a selection", "u:/teams/[name=b]/roles", {"reader"}},
    {"no element of lists in lists", "u:/deep/list", {"x"}},
    {"what a function gives", "lower(u:/login)", {"ann"}},
    {"a function of a list gives none", "lower(u:/groups)", {}},
    {"a literal", "'x'", {"x"}},
    {"an object has no elements", "u:/first", {}},
};

struct FixedRow {
  const char* why;
  const char* text;
  const char* fixed;
};
std::ostream& operator<<(std::ostream& os, const FixedRow& row) { return os << row.why; }
const FixedRow fixed_parts[] = {
    {"all of it", "https://x.example/me", "https://x.example/me"},
    {"a setting is the operator's", "{api_url}/me", "https://api.example/me"},
    {"up to the first value from outside", "{api_url}/{u:/id}/x", "https://api.example/"},
    {"a value from outside in the host", "https://{u:/id}.example/", "https://"},
    {"in an alternative", "https://{u:/id | 'x'}.example/", "https://"},
    {"in the name of a member", "https://{u:/{t:/which}}.example/", "https://"},
    {"inside of a function", "https://{lower(c:/dc)}.example/", "https://"},
    {"a guarded label", "https://{label(c:/dc)}.x.example/me", "https://guarded-label.x.example/me"},
    {"a guarded host and its suffix", "https://{host(c:/dc, '.x.example')}/me", "https://guarded-label.x.example/me"},
    {"a suffix that is a setting", "https://{host(c:/dc, claim)}/me", "https://guarded-labellogin/me"},
    {"a guarded address", "{url(t:/at, 'x.example')}", "https://x.example/"},
    {"and on behind it, up to the next value", "{url(t:/at, 'x.example')}/v3/{u:/id}", "https://x.example/v3/"},
    {"a guarded address and a query", "{url(t:/at, 'x.example')}?v=3", "https://x.example?v=3"},
    {"what could go on with the host of a guarded address ends it", "{url(t:/at, 'x.example')}{t:/path}/x", "https://x.example"},
    {"a text too", "{url(t:/at, 'x.example')}.y.example/", "https://x.example"},
    {"a guard inside of a function guards nothing", "https://{lower(label(c:/dc))}.x.example/", "https://"},
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
    {"open computed step", "u:/{claim", "want }"},
    {"empty computed step", "u:/{}/x", "character 5"},
    {"a selection of nothing", "u:/[=b]", "[name=value]"},
    {"u10 is not there", "u10:/id", "no document u10"},
    {"two values", "u:/id u:/x", "want |"},
    {"deep nesting", "if(if(if(if(if(if(if(if(if(a,a,a),a,a),a,a),a,a),a,a),a,a),a,a),a,a),a,a)", "nested too deeply"},
};

struct Fixture {
  json::Document token = *json::Document::parse(R"({"access_token":"at","which":"two","path":"a/b","to":"deep","zero":0})"),
                 id = *json::Document::parse(R"({"sub":"s"})"), callback = *json::Document::parse(R"({"user":{"name":"Ann"}})"),
                 user = *json::Document::parse(kUser), second = *json::Document::parse(R"({"id":7})"),
                 request = *json::Document::parse(R"({"shop":"eu.shop.example"})"), headers = *json::Document::parse(R"({"x-user":"ann"})");
  providers::Variables variables{{"api_url", "https://api.example"}, {"client_id", "id"}, {"claim", "login"}};
  providers::Variables more{{"access_token", "at"}};
  providers::Values values{
      token.root(), id.root(), callback.root(), request.root(), headers.root(), {user.root(), second.root()}, &variables, nullptr, &more};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_expression, Fixture)
BOOST_DATA_TEST_CASE_F(Fixture, gives_the_value_or_none, boost::unit_test::data::make(rows), row) {
  const auto expression = providers::Expression::parse(row.text);
  BOOST_REQUIRE(bool{expression});
  BOOST_TEST((expression->evaluate(values) == row.out), expression->evaluate(values).value_or("(none)"));
}
BOOST_DATA_TEST_CASE_F(Fixture, gives_each_element_for_a_condition, boost::unit_test::data::make(lists), row) {
  BOOST_TEST(providers::Expression::parse(row.text)->each(values) == row.out, boost::test_tools::per_element());
}
BOOST_DATA_TEST_CASE_F(Fixture, tells_what_of_a_url_the_operator_alone_decides, boost::unit_test::data::make(fixed_parts), row) {
  BOOST_TEST(providers::Expression::parse_template(row.text)->fixed_part(values) == row.fixed);
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
  const auto computed = *providers::Expression::parse("u:/{u3:/a | name}/{t:/b}");
  BOOST_TEST(computed.user_answers() == 3u);
  BOOST_TEST(computed.reads("t"));
  BOOST_TEST(!computed.reads("ic"));
  BOOST_TEST(computed.variables() == std::vector<std::string>{"name"}, boost::test_tools::per_element());
}
BOOST_AUTO_TEST_CASE(names_the_first_parameter_that_it_reads) {
  const auto first = [](const char* text) { return providers::Expression::parse_template(text)->first_member('r'); };
  BOOST_TEST(first("https://{host(lower(r:/shop), '.x.example')}/{r:/other}") == "shop");
  BOOST_TEST(first("https://{c:/dc}/{r:/shop}") == "shop");
  BOOST_TEST(first("https://x.example/") == "");
}
BOOST_AUTO_TEST_CASE(one_alternative_alone) {
  const auto expression = *providers::Expression::parse("u:/none | u:/login");
  BOOST_TEST(!expression.alternative(0, values));
  BOOST_TEST(*expression.alternative(1, values) == "ann");
  BOOST_TEST(!expression.alternative(2, values));
  BOOST_TEST(*providers::Expression::parse("u:/login")->alternative(0, values) == "ann");
  BOOST_TEST(!providers::Expression::parse("u:/login")->alternative(1, values));
}
BOOST_AUTO_TEST_CASE(true_and_false_are_nobodys_id) {
  const auto named = [&](const char* text) { return providers::Expression::parse(text)->identifier(values).value_or("(none)"); };
  for (const auto* text : {"u:/yes", "u:/no", "\"x-{u:/yes}\"", "u:/none | u:/yes", "u:/half", "u:/empty"})
    BOOST_TEST(named(text) == "(none)", text);
  BOOST_TEST(named("u:/yes | u:/id") == "42");
  BOOST_TEST(named("u:/login") == "ann");
  BOOST_TEST(named("if(u:/yes, u:/login, '')") == "ann");
}
BOOST_AUTO_TEST_CASE(the_secret_is_a_variable_and_stands_in_no_table) {
  const base::Secret secret{"s&t"};
  auto with = values;
  with.client_secret = &secret;
  BOOST_TEST(*providers::Expression::parse("client_secret")->evaluate(with) == "s&t");
  BOOST_TEST(!providers::Expression::parse("client_secret")->evaluate(values));
}
BOOST_AUTO_TEST_CASE(what_a_login_brought_is_escaped_in_a_url_and_the_operators_own_is_not) {
  more["code"] = "../x";
  const auto url = *providers::Expression::parse_template("{api_url}/{code}/{c:/user/name}/{'a/b'}");
  BOOST_TEST(*url.evaluate(values, providers::Expression::Escape::url) == "https://api.example/..%2Fx/Ann/a/b");
}
BOOST_AUTO_TEST_CASE(a_text_is_itself_whatever_stands_in_it) {
  BOOST_TEST(*providers::Expression::text("https://x.example/{u:/id}?a='b").evaluate(values) == "https://x.example/{u:/id}?a='b");
}
BOOST_AUTO_TEST_SUITE_END()
