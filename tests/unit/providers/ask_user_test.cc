// [[user]]: what is asked with the token, in which order, and which answers stop a login.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/exchange.h"
#include "unit/providers/world.h"

namespace {

namespace data = boost::unit_test::data;

struct Fixture : world::World {
  providers::World all{net, cache, clock, random};
  const providers::Finish callback = finish({{"dc", "eu"}});
  std::unique_ptr<providers::Provider> provider;
  std::optional<providers::Login> login;

  /// A login that has its token. `user` is the stanza's array.
  void redeemed(const std::string& user, const std::string& more = {}) {
    const auto node = config::parse_toml(
        "protocol = 'oauth2'\nclient_id = 'c'\nclient_secret = 's3cret'\nauthorize = { url = 'https://x.example/a' }\n"
        "token = { url = 'https://x.example/t' }\nmap = { uid = 't:/id' }\nuser = " +
            user + '\n' + more,
        "x.toml");
    BOOST_REQUIRE_MESSAGE(node, (node ? "" : node.error().say));
    auto spec = providers::read_spec(*node, "x", true);
    BOOST_REQUIRE_MESSAGE(spec, (spec ? "" : spec.error().say));
    provider = *providers::make_provider("x", std::move(*spec));
    login.emplace(*provider, callback, all);
    login->variables["access_token"] = "a+t";
    login->values.token = login->keep(*json::Document::parse(R"({"yes":true,"no":false,"null":null,"host":"eu.x.example"})"));
  }
  /// "ok" and the answers ("-" where there is none), or the refusal.
  std::string ask(const std::string* sub = nullptr) {
    const auto done = providers::ask_user(*login, *provider->spec.user, sub);
    if (!done) return std::string{base::name_of(done.error().code)} + ' ' + done.error().say;
    std::string out = "ok";
    for (const auto& answer : login->values.user) out += ' ' + (answer.exists() ? answer.dump() : "-");
    return out;
  }
  std::string asked() const {
    std::string out;
    for (const auto& request : net.asked) {
      out += (out.empty() ? "" : ", ") + request.method + ' ' + request.url;
      if (!request.body.empty()) out += ' ' + request.body;
    }
    return out;
  }
  static bool has(const net::Request& request, const std::string& name) {
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) { return header.first == name; });
  }
};

// ---- which requests are made
// -------------------------------------------------------------------------------------------------------------
/// At https://x.example: /1 and /2 answer {"id":1} and {"id":2}, /204 and /302 with that status, /401, /404, /503 too, /html no JSON, /null
/// and /text JSON that is neither object nor array, /error {"error":"gone"} with 200, /down nothing.
struct Row {
  const char* why;
  const char* user;
  const char* outcome;
  const char* asked;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const char* kNobody = "bad_request Authentication failed: the provider named no user";
const char* kUnreadable = "upstream Network error during authentication: the provider's answer could not be read";
const char* kRefused = "denied Your credentials aren't allowed";
const Row rows[] = {
    {"one", "[{ url = 'https://x.example/1' }]", R"(ok {"id":1})", "GET https://x.example/1"},
    {"none at all", "[]", "ok", ""},
    {"in their order", "[{ url = 'https://x.example/2' }, { url = 'https://x.example/1' }]", R"(ok {"id":2} {"id":1})",
     "GET https://x.example/2, GET https://x.example/1"},
    {"a later one reads an earlier one's answer", "[{ url = 'https://x.example/2' }, { url = 'https://x.example/{u:/id}' }]",
     R"(ok {"id":2} {"id":2})", "GET https://x.example/2, GET https://x.example/2"},
    {"an array is an answer", "[{ url = 'https://x.example/list' }]", R"(ok [{"id":3}])", "GET https://x.example/list"},
    // when, unless
    {"when there is a value", "[{ url = 'https://x.example/1', when = 't:/yes' }]", R"(ok {"id":1})", "GET https://x.example/1"},
    {"when there is none: the place of the answer stays, empty",
     "[{ url = 'https://x.example/1', when = 't:/null' }, { url = 'https://x.example/2' }]", R"(ok - {"id":2})", "GET https://x.example/2"},
    {"when false", "[{ url = 'https://x.example/1', when = 't:/no' }]", "ok -", ""},
    {"when an earlier answer says so", "[{ url = 'https://x.example/1' }, { url = 'https://x.example/2', when = \"same(u:/id, '1')\" }]",
     R"(ok {"id":1} {"id":2})", "GET https://x.example/1, GET https://x.example/2"},
    {"unless there is a value", "[{ url = 'https://x.example/1', unless = 't:/yes' }]", "ok -", ""},
    {"unless there is none", "[{ url = 'https://x.example/1', unless = 't:/null' }]", R"(ok {"id":1})", "GET https://x.example/1"},
    {"unless false", "[{ url = 'https://x.example/1', unless = 't:/no' }]", R"(ok {"id":1})", "GET https://x.example/1"},
    {"unless the first one answered (u2 instead of u)",
     "[{ url = 'https://x.example/404', optional = true }, { url = 'https://x.example/1', unless = 'u:/id' }]", R"(ok - {"id":1})",
     "GET https://x.example/404, GET https://x.example/1"},
    // failures
    {"401", "[{ url = 'https://x.example/401' }]", kRefused, "GET https://x.example/401"},
    {"404", "[{ url = 'https://x.example/404' }]", "upstream Network error during authentication: the provider answered 404",
     "GET https://x.example/404"},
    {"503", "[{ url = 'https://x.example/503' }]", "upstream The authentication provider could not be reached",
     "GET https://x.example/503"},
    {"a redirect goes nowhere with the token", "[{ url = 'https://x.example/302' }]",
     "upstream Network error during authentication: the provider answered 302", "GET https://x.example/302"},
    {"no connection", "[{ url = 'https://x.example/down' }]", "upstream Connection error: the provider could not be reached",
     "GET https://x.example/down"},
    {"no JSON", "[{ url = 'https://x.example/html' }]", kUnreadable, "GET https://x.example/html"},
    {"null", "[{ url = 'https://x.example/null' }]", kUnreadable, "GET https://x.example/null"},
    {"a text", "[{ url = 'https://x.example/text' }]", kUnreadable, "GET https://x.example/text"},
    {"an error with status 200", "[{ url = 'https://x.example/error' }]", "bad_request Authentication failed: gone",
     "GET https://x.example/error"},
    {"the first failure ends it", "[{ url = 'https://x.example/404' }, { url = 'https://x.example/1' }]",
     "upstream Network error during authentication: the provider answered 404", "GET https://x.example/404"},
    // optional
    {"optional: a status", "[{ url = 'https://x.example/401', optional = true }, { url = 'https://x.example/1' }]", R"(ok - {"id":1})",
     "GET https://x.example/401, GET https://x.example/1"},
    {"optional: no connection", "[{ url = 'https://x.example/down', optional = true }, { url = 'https://x.example/1' }]",
     R"(ok - {"id":1})", "GET https://x.example/down, GET https://x.example/1"},
    {"optional: no JSON", "[{ url = 'https://x.example/html', optional = true }]", "ok -", "GET https://x.example/html"},
    {"optional: an error with status 200 is as good as an empty answer", "[{ url = 'https://x.example/error', optional = true }]", "ok -",
     "GET https://x.example/error"},
    // addresses
    {"an address that needs a value that did not come: nothing is asked", "[{ url = 'https://x.example/{t:/id}' }]", kNobody, ""},
    {"the same, where it may fail", "[{ url = 'https://x.example/{t:/id}', optional = true }, { url = 'https://x.example/1' }]",
     R"(ok - {"id":1})", "GET https://x.example/1"},
    {"a value of the callback", "[{ url = 'https://x.example/1?dc={c:/dc}' }]", R"(ok {"id":1})", "GET https://x.example/1?dc=eu"},
    {"a host that the answer names, guarded", "[{ url = \"https://{host(t:/host, '.x.example')}/1\" }]", R"(ok {"id":"eu"})",
     "GET https://eu.x.example/1"},
    {"a host that the guard refuses: nothing is asked", "[{ url = \"https://{host(t:/host, '.y.example')}/1\" }]", kNobody, ""},
    // gate
    {"gate: the status decides, the body is not read", "[{ url = 'https://x.example/204', gate = 204 }]", "ok -",
     "GET https://x.example/204"},
    {"gate: another success is none", "[{ url = 'https://x.example/1', gate = 204 }]", kRefused, "GET https://x.example/1"},
    {"gate: not there", "[{ url = 'https://x.example/404', gate = 204 }]", kRefused, "GET https://x.example/404"},
    {"gate: a redirect", "[{ url = 'https://x.example/302', gate = 204 }]", kRefused, "GET https://x.example/302"},
    {"gate: no connection", "[{ url = 'https://x.example/down', gate = 204 }]",
     "upstream Connection error: the provider could not be reached", "GET https://x.example/down"},
    {"gate: a status that is else a failure", "[{ url = 'https://x.example/404', gate = 404 }]", "ok -", "GET https://x.example/404"},
    {"gate: garbage behind the right status", "[{ url = 'https://x.example/html', gate = 200 }]", "ok -", "GET https://x.example/html"},
    // method, params, form, sign
    {"params", "[{ url = 'https://x.example/1?v=2', params = { access_token = '{access_token}', none = '{t:/null}' } }]", R"(ok {"id":1})",
     "GET https://x.example/1?v=2&access_token=a%2Bt"},
    {"a form", "[{ url = 'https://x.example/1', method = 'POST', form = { token = '{access_token}' }, params = { v = '2' } }]",
     R"(ok {"id":1})", "POST https://x.example/1?v=2 token=a%2Bt"},
    {"POST without a form", "[{ url = 'https://x.example/1', method = 'POST' }]", R"(ok {"id":1})", "POST https://x.example/1"},
    {"signed query: MD5 of b=2method=mes3cret",
     "[{ url = 'https://x.example/1', params = { method = 'me', b = '2' }, sign = { param = 'sig', secret = '{client_secret}' } }]",
     R"(ok {"id":1})", "GET https://x.example/1?b=2&method=me&sig=f02ac9726cd8fd60ff49107d0cd0f3d4"},
    {"signed form: MD5 of b=2method=mes3cret, and not of the query",
     "[{ url = 'https://x.example/1', method = 'POST', params = { v = '2' }, form = { method = 'me', b = '2' },"
     " sign = { param = 'sig', secret = '{client_secret}' } }]",
     R"(ok {"id":1})", "POST https://x.example/1?v=2 b=2&method=me&sig=f02ac9726cd8fd60ff49107d0cd0f3d4"},
};

// ---- how an answer is read -------------------------------------------------------------------------------------------------------------
struct KindRow {
  const char* why;
  const char* kind;
  std::string body;
  const char* outcome;
};
std::ostream& operator<<(std::ostream& os, const KindRow& row) { return os << row.why; }
const KindRow kinds[] = {
    {"json", "json", R"( {"id":1} )", R"(ok {"id":1})"},
    {"json: a form is none", "json", "id=1", kUnreadable},
    {"json: a callback around it is none", "json", R"(f({"id":1}))", kUnreadable},
    {"json: nothing after it", "json", R"({"id":1}{"id":2})", kUnreadable},
    {"json: empty", "json", "", kUnreadable},
    {"form", "form", "id=1&name=Ann+B%26C", R"(ok {"id":"1","name":"Ann B&C"})"},
    {"form: of a repeated name the first counts", "form", "id=1&id=2", R"(ok {"id":"1"})"},
    {"form: what has no = is passed over", "form", "x&id=1&", R"(ok {"id":"1"})"},
    {"form: JSON is none", "form", R"({"id":1})", "ok {}"},
    {"form: empty", "form", "", "ok {}"},
    {"either: JSON", "either", R"( {"id":1})", R"(ok {"id":1})"},
    {"either: a form", "either", "id=1", R"(ok {"id":"1"})"},
    {"either: broken JSON is no form", "either", R"({"id":1)", kUnreadable},
    {"jsonp", "jsonp", "callback( {\"client_id\":\"c\",\"id\":1} );\n", R"(ok {"client_id":"c","id":1})"},
    {"jsonp: brackets inside", "jsonp", R"(f({"id":"a(b)c"}))", R"(ok {"id":"a(b)c"})"},
    {"jsonp: without the call", "jsonp", R"({"id":1})", R"(ok {"id":1})"},
    {"jsonp: two calls are none", "jsonp", R"(f({"id":1});g({"id":2}))", kUnreadable},
    {"jsonp: brackets the wrong way round", "jsonp", ")(", kUnreadable},
    {"jsonp: nothing in the call", "jsonp", "f()", kUnreadable},
    {"xml", "xml", "<?xml version=\"1.0\"?><user a=\"b\"><id>1</id></user>", R"(ok {"user":{"@a":"b","id":"1"}})"},
    {"xml: JSON is none", "xml", R"({"id":1})", kUnreadable},
    {"xml: an entity of its own is refused (CWE-776)", "xml", "<!DOCTYPE u [<!ENTITY x 'y'>]><u>&x;</u>", kUnreadable},
    {"none: the status alone counts", "none", "<html>", "ok -"},
    {"too large", "json", "{\"id\":\"" + std::string(256 << 10, 'x') + "\"}", kUnreadable},
};

// ---- OIDC Core 5.3.2 --------------------------------------------------------------------------------------------------------------------
struct SubRow {
  const char* why;
  const char* more;  // of the request
  const char* body;
  bool bound;
  bool right;
};
std::ostream& operator<<(std::ostream& os, const SubRow& row) { return os << row.why; }
const SubRow subs[] = {
    {"the same", "", R"({"sub":"u1"})", false, true},
    {"another: the access token was swapped", "", R"({"sub":"u2"})", false, false},
    {"another, whatever at_hash says", "", R"({"sub":"u2"})", true, false},
    {"none, and at_hash ties the token", "", R"({"id":1})", true, true},
    {"none, and nothing ties the token", "", R"({"id":1})", false, false},
    {"a list, and nothing ties the token", "", R"([{"sub":"u1"}])", false, false},
    {"bytes are compared", "", R"({"sub":"U1"})", false, false},
    {"null is there, and another", "", R"({"sub":null})", true, false},
    {"a number is no text", "", R"({"sub":1})", true, false},
    {"empty", "", R"({"sub":""})", true, false},
    {"a gate tells of nobody", ", gate = 200", "{}", false, true},
    {"a status alone tells of nobody", ", answer = 'none'", "{}", false, true},
    {"a request that is about somebody else's data", ", same_sub = false", R"({"sub":"u2"})", false, true},
    {"optional excuses a failure, not a swap", ", optional = true", R"({"sub":"u2"})", false, false},
    {"what is not asked need not agree", ", when = 't:/null'", R"({"sub":"u2"})", false, true},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_ask_user, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, asks_in_order_and_stops_where_it_must, data::make(rows), row) {
  for (const auto* id : {"1", "2"}) net.answer(std::string{"https://x.example/"} + id, 200, std::string{R"({"id":)"} + id + '}');
  for (const int status : {204, 302, 401, 404, 503}) net.answer("https://x.example/" + std::to_string(status), status, "{");
  net.answer("https://x.example/list", 200, R"([{"id":3}])");
  net.answer("https://x.example/html", 200, "<html>");
  net.answer("https://x.example/null", 200, "null");
  net.answer("https://x.example/text", 200, "\"text\"");
  net.answer("https://x.example/error", 200, R"({"error":"gone","id":9})");
  net.answer("https://eu.x.example/1", 200, R"({"id":"eu"})");
  redeemed(row.user);
  BOOST_TEST(ask() == row.outcome);
  BOOST_TEST(asked() == row.asked);
}

BOOST_DATA_TEST_CASE_F(Fixture, an_answer_is_read_as_the_file_says, data::make(kinds), row) {
  net.answer("https://x.example/1", 200, row.body, {{"content-type", "text/plain"}});
  redeemed("[{ url = 'https://x.example/1', answer = '" + std::string{row.kind} + "' }]");
  BOOST_TEST(ask() == row.outcome);
}

BOOST_DATA_TEST_CASE_F(Fixture, the_answer_is_about_the_person_of_the_id_token, data::make(subs), row) {
  net.answer("https://x.example/1", 200, row.body);
  redeemed("[{ url = 'https://x.example/1'" + std::string{row.more} + " }]");
  login->bound = row.bound;
  const std::string sub = "u1";
  const auto outcome = ask(&sub);
  BOOST_TEST((row.right ? outcome.starts_with("ok") : outcome == "bad_request Token error: Invalid UserInfo sub"), outcome);
  BOOST_TEST(ask(nullptr).starts_with("ok"), "without an id_token there is nothing to compare");
}

BOOST_AUTO_TEST_CASE(without_a_form_nothing_is_called_one) {
  net.answer("https://x.example/1", 200, "{}");
  redeemed(
      "[{ url = 'https://x.example/1', method = 'POST', form = { none = '{t:/null}' } },"
      " { url = 'https://x.example/1', method = 'POST', form = { one = '1' } }]");
  BOOST_TEST(ask() == "ok {} {}");
  BOOST_TEST(!has(net.asked.at(0), "Content-Type"));
  BOOST_TEST(has(net.asked.at(1), "Content-Type"));
}

BOOST_AUTO_TEST_CASE(json_is_asked_for_unless_the_file_says_otherwise) {
  net.answer("https://x.example/1", 200, "{}");
  redeemed(
      "[{ url = 'https://x.example/1', headers = { Authorization = 'Bearer {access_token}' } },"
      " { url = 'https://x.example/1', headers = { accept = 'text/xml', X-None = '{t:/null}' } }]");
  BOOST_TEST(ask() == "ok {} {}");
  BOOST_TEST((net.asked.at(0).headers == std::vector<net::Header>{{"Authorization", "Bearer a+t"}, {"Accept", "application/json"}}));
  BOOST_TEST((net.asked.at(1).headers == std::vector<net::Header>{{"accept", "text/xml"}}));
}

BOOST_AUTO_TEST_CASE(no_redirect_is_followed_and_metadata_names_no_private_address) {
  net.answer("https://x.example/1", 200, "{}");
  redeemed("[{ url = 'https://x.example/1' }]");
  BOOST_TEST(ask() == "ok {}");
  login->private_addresses = false;
  BOOST_TEST(ask() == "ok {} {}");
  BOOST_TEST(net.asked.at(0).redirects == 0);
  BOOST_TEST(net.asked.at(0).private_addresses);
  BOOST_TEST(!net.asked.at(1).private_addresses);
}

BOOST_AUTO_TEST_CASE(headers_of_the_last_answer_are_a_document) {
  net.answer("https://x.example/who", 200, "not read", {{"x-user", "ann"}, {"x-user", "eve"}, {"x-empty", ""}});
  net.answer("https://x.example/404", 404, "", {{"x-user", "eve"}});
  net.answer("https://x.example/204", 204, "", {{"x-user", "eve"}});
  net.answer("https://x.example/users/ann", 200, R"({"id":"ann"})");
  redeemed(
      "[{ url = 'https://x.example/who', answer = 'none' }, { url = 'https://x.example/404', optional = true },"
      " { url = 'https://x.example/204', gate = 204 }, { url = 'https://x.example/users/{h:/x-user}' },"
      " { url = 'https://x.example/users/{h:/x-user}', optional = true }]");
  BOOST_TEST(ask() == R"(ok - - - {"id":"ann"} -)", "of a repeated header the first; failures and gates leave none; the fourth's has none");
  BOOST_TEST(asked().ends_with("https://x.example/users/ann"));
}

BOOST_AUTO_TEST_CASE(a_header_is_text_like_any_other_value_from_outside) {
  net.answer("https://x.example/who", 200, "", {{"x-user", "../admin?x=1#y"}});
  redeemed("[{ url = 'https://x.example/who', answer = 'none' }, { url = 'https://x.example/users/{h:/x-user}', optional = true }]");
  BOOST_TEST(ask() == "ok - -");
  BOOST_TEST(net.asked.at(1).url == "https://x.example/users/..%2Fadmin%3Fx%3D1%23y");
}

BOOST_AUTO_TEST_CASE(an_engine_signs_what_is_complete) {
  net.answer("https://x.example/1", 200, "{}");
  redeemed("[{ url = 'https://x.example/1', params = { a = '1' } }]");
  std::string seen;
  login->sign = [&](net::Request& request) {
    seen = request.method + ' ' + request.url;
    request.headers.emplace_back("Authorization", "OAuth x");
    return base::Status{base::ok};
  };
  BOOST_TEST(ask() == "ok {}");
  BOOST_TEST(seen == "GET https://x.example/1?a=1");
  BOOST_TEST((net.asked.at(0).headers.back() == net::Header{"Authorization", "OAuth x"}));
  login->sign = [](net::Request&) { return base::Status{base::Error{base::Code::internal, "no key", "x"}}; };
  BOOST_TEST(ask() == "internal x");
  BOOST_TEST(net.asked.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_file_calls_a_failure_stops_it_too) {
  net.answer("https://x.example/1", 200, R"({"errcode":40003,"errmsg":"invalid openid"})");
  redeemed("[{ url = 'https://x.example/1' }]", "failure = { when = 'u:/errcode', text = 'u:/errmsg' }");
  BOOST_TEST(ask() == "bad_request Authentication failed: invalid openid");
}

BOOST_AUTO_TEST_SUITE_END()
