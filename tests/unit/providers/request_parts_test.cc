// What requests to a provider are made of, and the errors that an answer with status 200 tells.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/exchange.h"
#include "unit/providers/world.h"

namespace {

using providers::Expression;
using providers::Params;

struct Fixture {
  json::Document user = *json::Document::parse(R"({"id":7,"none":null,"empty":"","text":"a&b=c d"})");
  base::Secret secret{"s3cret"};
  providers::Variables variables{{"client_id", "c:d"}}, more{{"access_token", "a+t"}};
  providers::Values values{.user = {user.root()}, .variables = &variables, .client_secret = &secret, .more = &more};

  static providers::Parameter parameter(const char* name, const char* value) { return {name, *Expression::parse_template(value)}; }
};

// ---- signatures: the sums were made with another implementation (Python's hashlib) -----------------------------------------------------
struct SignRow {
  const char* why;
  Params params;
  std::vector<std::string> omit;
  const char* equals;
  const char* secret;  // a template
  const char* md5;
};
std::ostream& operator<<(std::ostream& os, const SignRow& row) { return os << row.why; }
const Params kCall{{"secure", "1"}, {"method", "users.getInfo"}, {"session_key", "at"}, {"app_id", "7"}};
const SignRow sums[] = {
    // app_id=7method=users.getInfosecure=1session_key=ats3cret
    {"sorted by name, nothing between the pairs, the secret last", kCall, {}, "=", "{client_secret}", "95e43a472d7cde4cdf9b211ff14bab1b"},
    // app_id=7method=users.getInfosecure=1s3cret
    {"without those that it leaves out", kCall, {"session_key", "sig"}, "=", "{client_secret}", "eba722775e5be340b4bd9b7cab1a12de"},
    // api_keyxmethodauth.getSessiontokenys3cret
    {"nothing between name and value (Last.fm)",
     {{"token", "y"}, {"method", "auth.getSession"}, {"api_key", "x"}},
     {},
     "",
     "{client_secret}",
     "4b350f471a8befb3d44b3604730c2425"},
    {"no parameters: the secret alone", {}, {}, "=", "{client_secret}", "33e1b232a4e6fa0028a6670753749a17"},
    {"a secret that has no value adds nothing", {{"b", "2"}, {"a", "1"}}, {}, "=", "{u:/none}", "e518e550cbba00b4e45ef09e902bed07"},
    {"values as they are, not percent-encoded", {{"z", "\xc3\xbc "}}, {}, "=", "{client_secret}", "11a2dbab738de1da1073aeee53f38a62"},
    {"bytes decide the order: capitals first", {{"a", "2"}, {"Z", "1"}}, {}, "=", "s", "1108023ade63bffe1c480576bc49f2fe"},
    {"a name that stands there twice: its values are sorted", {{"a", "2"}, {"a", "1"}}, {}, "=", "s", "be91f25bf23866eb3200a06e62adea58"},
};

// ---- errors in answers -----------------------------------------------------------------------------------------------------------------
struct FailureRow {
  const char* why;
  const char* answer;
  const char *when, *text;  // [failure] of the file; "" = none
  const char* outcome;      // "" = no failure
};
std::ostream& operator<<(std::ostream& os, const FailureRow& row) { return os << row.why; }
const char* kTikTok = "if(same(u:/error/code, 'ok'), '', u:/error/code)";
const FailureRow failures[] = {
    {"nothing said", R"({"id":7})", "", "", ""},
    {"no object", R"(["error"])", "", "", ""},
    {"RFC 6749 5.2: a word", R"({"error":"invalid_token"})", "", "", "bad_request Authentication failed: invalid_token"},
    {"and its description", R"({"error":"invalid_token","error_description":"It is gone."})", "", "",
     "bad_request Authentication failed: It is gone."},
    {"a description alone is no error", R"({"error_description":"x"})", "", "", ""},
    {"the user refused", R"({"error":"access_denied"})", "", "", "denied Authentication process canceled"},
    {"an object with a message (Facebook)", R"({"error":{"type":"OAuthException","message":"Bad token"}})", "", "",
     "bad_request Authentication failed: Bad token"},
    {"an object with neither", R"({"error":{"code":190}})", "", "", "bad_request Authentication failed: error"},
    {"an object whose words are no texts", R"({"error":{"type":7,"message":["x"]}})", "", "", "bad_request Authentication failed: error"},
    {"null", R"({"error":null})", "", "", ""},
    {"empty", R"({"error":""})", "", "", ""},
    {"false", R"({"error":false})", "", "", ""},
    {"false as a text", R"({"error":"false"})", "", "", ""},
    {"0", R"({"error":0})", "", "", ""},
    {"0 as a text", R"({"error":"0"})", "", "", ""},
    {"true", R"({"error":true})", "", "", "bad_request Authentication failed: true"},
    {"a number", R"({"error":17})", "", "", "bad_request Authentication failed: 17"},
    {"control characters do not reach the client", R"({"error":"x","error_description":"a\u0000\r\nb"})", "", "",
     "bad_request Authentication failed: a b"},
    {"what the file calls a failure", R"({"errcode":40001,"errmsg":"invalid credential"})", "u:/errcode", "u:/errmsg",
     "bad_request Authentication failed: invalid credential"},
    {"without a text of its own the value is told", R"({"errcode":40001})", "u:/errcode", "u:/errmsg",
     "bad_request Authentication failed: 40001"},
    {"and where the file names no text", R"({"errcode":40001,"errmsg":"x"})", "u:/errcode", "", "bad_request Authentication failed: 40001"},
    {"its 0 is none (Weixin sends errcode 0)", R"({"errcode":0,"errmsg":"ok"})", "u:/errcode", "u:/errmsg", ""},
    {"its false is none", R"({"failed":false})", "u:/failed", "", ""},
    {"its absence is none", R"({"id":7})", "u:/errcode", "u:/errmsg", ""},
    {"a file with its own failure still knows error=", R"({"error":"invalid_token"})", "u:/errcode", "",
     "bad_request Authentication failed: invalid_token"},
    {"error as an object beside a failure.when is the file's to judge: ok is none", R"({"error":{"code":"ok","message":""}})", kTikTok,
     "u:/error/message", ""},
    {"and another code is one", R"({"error":{"code":"access_token_invalid","message":"It has ended"}})", kTikTok, "u:/error/message",
     "bad_request Authentication failed: It has ended"},
    {"a code that says denied is the user's refusal", R"({"error":{"code":"denied","message":"You said no"}})", kTikTok, "u:/error/message",
     "denied Authentication process canceled: You said no"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_request_parts, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, a_signature_is_md5_over_the_sorted_parameters, boost::unit_test::data::make(sums), row) {
  const providers::ParameterSignature sign{"sig", *Expression::parse_template(row.secret), row.omit, row.equals};
  BOOST_TEST(providers::signature_of(sign, row.params, values) == row.md5);
}

BOOST_DATA_TEST_CASE(an_error_may_come_with_status_200, boost::unit_test::data::make(failures), row) {
  const auto answer = *json::Document::parse(row.answer);
  providers::Spec spec;
  if (*row.when != '\0') spec.failure.when = *Expression::parse(row.when);
  if (*row.text != '\0') spec.failure.text = *Expression::parse(row.text);
  const auto error = providers::told_failure(spec, {.user = {answer.root()}}, answer.root());
  BOOST_TEST((error ? std::string{base::name_of(error->code)} + ' ' + error->say : "") == row.outcome);
}
BOOST_AUTO_TEST_CASE(the_log_gets_the_errors_name_and_nothing_that_could_be_a_line_of_its_own) {
  const auto answer = *json::Document::parse(R"({"error":"a\nlevel=info ev=login","error_description":"secret"})");
  const auto error = providers::told_failure({}, {.user = {answer.root()}}, answer.root());
  BOOST_REQUIRE(error.has_value());
  BOOST_TEST(error->detail == "the provider says a?level?info?ev?login");
}

BOOST_AUTO_TEST_CASE(parameters_without_a_value_are_left_out) {
  const providers::Parameters from{parameter("id", "{u:/id}"),      parameter("gone", "{u:/nothing}"),
                                   parameter("null", "x{u:/none}"), parameter("empty", "{u:/empty}"),
                                   parameter("fixed", "one two"),   parameter("secret", "{client_secret}")};
  BOOST_TEST((providers::evaluated(from, values) == Params{{"id", "7"}, {"fixed", "one two"}, {"secret", "s3cret"}}));
}
BOOST_AUTO_TEST_CASE(headers_are_templates_too) {
  const providers::Parameters from{parameter("Authorization", "Bearer {access_token}"), parameter("X-None", "{u:/none}")};
  BOOST_TEST((providers::headers_of(from, values) == std::vector<net::Header>{{"Authorization", "Bearer a+t"}}));
}
BOOST_AUTO_TEST_CASE(a_header_that_is_there_stays) {  // RFC 9110 5.1: names have no case
  std::vector<net::Header> headers{{"accept", "text/xml"}};
  providers::add_header(headers, "Accept", "application/json");
  providers::add_header(headers, "X-More", "1");
  BOOST_TEST((headers == std::vector<net::Header>{{"accept", "text/xml"}, {"X-More", "1"}}));
}
BOOST_AUTO_TEST_CASE(a_query_is_begun_or_gone_on_with) {
  const auto with = [](std::string url, const Params& params) {
    providers::append_to_query(url, params);
    return url;
  };
  BOOST_TEST(with("https://x.example/me", {}) == "https://x.example/me");
  BOOST_TEST(with("https://x.example/me", {{"a", "1"}, {"b", "2"}}) == "https://x.example/me?a=1&b=2");
  BOOST_TEST(with("https://x.example/me?v=2", {{"a", "1"}}) == "https://x.example/me?v=2&a=1");
  BOOST_TEST(with("https://x.example/me", {{"a&b", "c=d e/\xc3\xbc"}}) == "https://x.example/me?a%26b=c%3Dd%20e%2F%C3%BC");
}
BOOST_AUTO_TEST_CASE(a_form_says_what_it_is_unless_the_file_does) {
  net::Request request;
  providers::set_form(request, {{"a", "1 2"}, {"b", "&"}});
  BOOST_TEST(request.body == "a=1%202&b=%26");
  BOOST_TEST((request.headers == std::vector<net::Header>{{"Content-Type", "application/x-www-form-urlencoded"}}));
  net::Request other{.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}}};
  providers::set_form(other, {{"a", "1"}});
  BOOST_TEST(other.headers.size() == 1u);
}
BOOST_AUTO_TEST_CASE(an_empty_form_is_an_empty_body) { BOOST_TEST(providers::form_of({}).empty()); }

BOOST_AUTO_TEST_SUITE_END()
