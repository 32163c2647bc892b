// hooks.login: what the application is asked, what it may say, and what becomes of a login when it says nothing.
#include "flow/hooks.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "token/webhook.h"
#include "unit/flow/world.h"

namespace {

const std::string kHook = "https://app.example/hook";
const std::string kKey = "a key of thirty-two bytes, or so.";

struct Hooked : test::World {
  Hooked() {
    config.hooks.login = kHook;
    config.hooks.secret = base::Secret{kKey};
  }
  http::Response login() { return finish(begin()); }
  /// What was asked of the application last.
  const net::Request& asked() {
    for (auto it = net.asked.rbegin(); it != net.asked.rend(); ++it)
      if (it->url == kHook) return *it;
    throw std::runtime_error("the hook was not asked");
  }
  int times() {
    int n = 0;
    for (const auto& one : net.asked) n += one.url == kHook;
    return n;
  }
  static std::string claims(const std::string& jwt) {
    const auto from = jwt.find('.') + 1;
    return *base::base64url_decode(jwt.substr(from, jwt.find('.', from) - from));
  }
  std::int64_t number(std::string_view sql) {
    std::int64_t n = -1;
    const auto done = main->read([&](store::Tx& tx) -> base::Status {
      const auto rows = tx.run(sql, {});
      if (!rows) return rows.error();
      n = rows->rows.at(0).integer(0);
      return base::ok;
    });
    return done ? n : -1;
  }
};

std::string header(const net::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return "";
}

BOOST_AUTO_TEST_SUITE(flow_hooks)

BOOST_AUTO_TEST_CASE(it_is_asked_who_signs_in) {
  Hooked w;
  w.net.answer(kHook, 200, R"({"allow":true})");
  BOOST_TEST(w.login().status == 201);
  const auto& request = w.asked();
  const auto document = *json::Document::parse(request.body);
  const auto said = document.root();
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.redirects == 0);
  BOOST_TEST((request.timeout == w.config.hooks.timeout));
  BOOST_TEST(*said["type"].string() == "login");
  BOOST_TEST(*said["at"].integer() == w.clock.now().time_since_epoch().count());
  BOOST_TEST(*said["provider"].string() == "forge");
  BOOST_TEST(*said["issuer"].string() == "forge");
  BOOST_TEST(*said["uid"].string() == "7");
  BOOST_TEST(*said["email"].string() == "ada@forge.example");
  BOOST_TEST(*said["email_verified"].boolean());
  BOOST_TEST(*said["name"].string() == "Ada L");
  BOOST_TEST(*said["username"].string() == "ada");
  BOOST_TEST(said["user"].is_null());
  BOOST_TEST(*said["ip"].string() == "192.0.2.7");
  BOOST_TEST(w.login().status == 201);
  BOOST_TEST(*json::Document::parse(w.asked().body)->root()["user"].integer() == 1);  // known by now
}

BOOST_AUTO_TEST_CASE(the_question_is_signed) {
  Hooked w;
  w.net.answer(kHook, 200, R"({"allow":true})");
  w.login();
  const auto& request = w.asked();
  const auto id = header(request, "webhook-id");
  BOOST_TEST(id.starts_with("msg_"));
  BOOST_TEST(*json::Document::parse(request.body)->root()["id"].string() == id);
  BOOST_TEST(header(request, "webhook-timestamp") == std::to_string(w.clock.now().time_since_epoch().count()));
  BOOST_TEST(header(request, "webhook-signature") == token::webhook_signature(base::Secret{kKey}, id, w.clock.now(), request.body));
  w.login();
  BOOST_TEST(header(w.asked(), "webhook-id") != id);
}

BOOST_AUTO_TEST_CASE(its_claims_stand_in_access_tokens_for_the_whole_session) {
  Hooked w;
  w.net.answer(kHook, 200, R"({"allow": true, "claims": {"role": "admin", "teams": ["a", "b"]}})");
  const auto login = w.login();
  const std::string wanted = R"("role":"admin","teams":["a","b"])";
  BOOST_TEST(w.claims(w.text(login, "access")).find(wanted) != std::string::npos);
  BOOST_TEST(w.claims(w.text(login, "refresh")).find("role") == std::string::npos);
  const auto renewed = w.post("/jwt/refresh/", "refresh=" + w.text(login, "refresh"));
  BOOST_TEST(w.claims(w.text(renewed, "access")).find(wanted) != std::string::npos);
  BOOST_TEST(w.times() == 1);
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "Bearer " + w.text(renewed, "access")}}).status == 200);
  BOOST_TEST((*w.store.find_session(1))->claims == R"({"role":"admin","teams":["a","b"]})");
  w.config.introspection.client_id = "api";
  w.config.introspection.client_secret = base::Secret{kKey};
  const auto described = w.post("/token/introspect/", "client_id=api&client_secret=" + kKey + "&token=" + w.text(renewed, "access"));
  BOOST_TEST(described.body.find(wanted) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_shown_and_audited_and_makes_nobody) {
  Hooked w;
  w.net.answer(kHook, 200, R"({"allow": false, "reason": "Your trial is over."})");
  const auto response = w.login();
  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.body == R"({"non_field_errors":["Your trial is over."]})");
  BOOST_TEST(w.number("SELECT count(*) FROM users") == 0);
  BOOST_TEST(
      w.number("SELECT count(*) FROM audit WHERE event = 'login_refused' AND detail = 'hooks.login' AND remote_addr = '192.0.2.7'") == 1);
}

BOOST_AUTO_TEST_CASE(silence_refuses_or_allows_as_configured) {
  for (const bool allowed : {false, true}) {
    Hooked w;
    w.config.hooks.when_down = allowed ? "allow" : "refuse";
    w.net.fail(kHook, "timeout, app.example");
    const auto response = w.login();
    BOOST_TEST(response.status == (allowed ? 201 : 503));
    if (!allowed) BOOST_TEST(w.text(response, "detail") == "Signing in is not possible at the moment. Try again later.");
    BOOST_TEST(w.number("SELECT count(*) FROM users") == (allowed ? 1 : 0));
  }
}

BOOST_AUTO_TEST_CASE(no_transaction_is_open_while_it_is_waited_for) {
  Hooked w;
  bool written = false;
  w.net.live = [&](const net::Request&) -> base::Result<net::Response> {
    written = static_cast<bool>(w.store.audit({.event = "meanwhile"}));
    return net::Response{200, {}, R"({"allow":true})", ""};
  };
  BOOST_TEST(w.login().status == 201);
  BOOST_TEST(written);
}

BOOST_AUTO_TEST_CASE(where_none_is_configured_nothing_is_asked) {
  Hooked w;
  w.config.hooks.login.clear();
  BOOST_TEST(w.login().status == 201);
  BOOST_TEST(w.times() == 0);
}

BOOST_AUTO_TEST_CASE(linking_is_asked_about_by_its_own_name) {
  Hooked w;
  w.net.answer(kHook, 200, R"({"allow": false, "reason": "One account is enough."})");
  http::Request request;
  request.remote_addr = "192.0.2.7";
  flow::Call call{request, *w.deps, "forge", {}, store::User{}, std::nullopt, false};
  call.user->id = 5;
  providers::Identity who;
  who.uid = "9";
  const auto answer = flow::ask_hook(call, flow::Asked::link, who);
  BOOST_TEST(answer.error().say == "One account is enough.");
  BOOST_TEST(*json::Document::parse(w.asked().body)->root()["type"].string() == "link");
  BOOST_TEST(*json::Document::parse(w.asked().body)->root()["user"].integer() == 5);
}

struct Row {
  const char* why;
  int status;
  std::string body, outcome;  // "allowed CLAIMS", "refused REASON", "broken"
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const std::string kDefault = "refused You may not sign in here.";
const Row kRows[] = {
    {"allowed", 200, R"({"allow":true})", "allowed {}"},
    {"allowed, claims null", 200, R"({"allow":true,"claims":null})", "allowed {}"},
    {"allowed with claims", 200, R"({"allow":true,"claims":{"role":"admin"}})", R"(allowed {"role":"admin"})"},
    {"what is not known is left alone", 200, R"({"allow":true,"version":2})", "allowed {}"},
    {"as deep as a token's reader goes", 200, R"({"allow":true,"claims":{"a":{"b":{"c":1}}}})", R"(allowed {"a":{"b":{"c":1}}})"},
    {"refused", 200, R"({"allow":false,"reason":"No."})", "refused No."},
    {"refused without a word", 200, R"({"allow":false})", kDefault},
    {"refused with an empty word", 200, R"({"allow":false,"reason":" "})", kDefault},
    {"a reason of another type", 200, R"({"allow":false,"reason":7})", kDefault},
    {"refused by status", 403, R"({"reason":"No."})", "refused No."},
    {"403 refuses whatever the body says", 403, R"({"allow":true})", kDefault},
    {"403 without JSON", 403, "<html>", kDefault},
    {"control characters in a reason (CWE-117)", 200, R"({"allow":false,"reason":"a\r\nb\u0000c"})", "refused a  b c"},
    {"a long reason is cut, between characters", 200, R"({"allow":false,"reason":")" + std::string(199, 'x') + "\xc3\xa9\xc3\xa9\"}",
     "refused " + std::string(199, 'x') + "\xc3\xa9"},
    {"another success", 201, R"({"allow":true})", "broken"},
    {"no content", 204, "", "broken"},
    {"a redirect", 302, R"({"allow":true})", "broken"},
    {"unauthorized", 401, R"({"allow":true})", "broken"},
    {"a failure", 500, R"({"allow":true})", "broken"},
    {"garbage", 200, "yes", "broken"},
    {"nothing", 200, "", "broken"},
    {"a list", 200, "[true]", "broken"},
    {"no word on allow", 200, "{}", "broken"},
    {"allow as a text", 200, R"({"allow":"true"})", "broken"},
    {"allow as a number", 200, R"({"allow":1})", "broken"},
    {"allow twice", 200, R"({"allow":false,"allow":true})", "broken"},
    {"claims as a list", 200, R"({"allow":true,"claims":[]})", "broken"},
    {"a claim twice", 200, R"({"allow":true,"claims":{"a":1,"a":2}})", "broken"},
    {"a claim that is ours", 200, R"({"allow":true,"claims":{"user_id":"1"}})", "broken"},
    {"too deep", 200, R"({"allow":true,"claims":{"a":{"b":{"c":{"d":{}}}}}})", "broken"},
    {"too large", 200, R"({"allow":true,"claims":{"a":")" + std::string(2048, 'x') + R"("}})", "broken"},
};
BOOST_DATA_TEST_CASE(what_an_answer_says, boost::unit_test::data::make(kRows), row) {
  const auto verdict = flow::read_verdict(row.status, row.body);
  const auto outcome = !verdict ? "broken" : verdict->allowed ? "allowed " + verdict->claims : "refused " + verdict->reason;
  BOOST_TEST(outcome == row.outcome);
}

BOOST_AUTO_TEST_CASE(every_claim_of_ours_is_ours) {
  for (const auto* name : {"token_type", "exp", "iat", "nbf", "jti", "user_id", "iss", "aud", "sub", "email", "provider", "sid"})
    BOOST_TEST(!flow::read_verdict(200, std::string{R"({"allow":true,"claims":{")"} + name + R"(":"x"}})"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
