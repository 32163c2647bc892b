// Where somebody is signed in, and signing out by whatever is left of the login.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "token/session_cookie.h"
#include "unit/flow/world.h"

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Devices : test::World {
  /// A new login of the same person, by tokens.
  http::Response login() {
    cookie.clear();
    auto done = finish(begin());
    cookie.clear();
    return done;
  }
  http::Response ask(const std::string& method, const std::string& path, Headers headers = {}, const std::string& json = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    request.body = json;
    if (!json.empty()) request.content_type = "application/json";
    return send(std::move(request));
  }
  static Headers bearer(const http::Response& login) { return {{"authorization", "Bearer " + text(login, "access")}}; }
  int me(const http::Response& login) { return ask("GET", "/users/me/", bearer(login)).status; }
  http::Response refresh(const std::string& token) { return ask("POST", "/jwt/refresh/", {}, R"({"refresh":")" + token + R"("})"); }
  store::LoginRecord of(const std::string& uid) {
    store::LoginRecord record;
    record.profile.provider = record.profile.issuer = "forge";
    record.profile.uid = uid;
    record.session.expires = clock.now() + std::chrono::hours{1};
    return record;
  }
  /// A browser that is signed in by a cookie: the session's number.
  std::int64_t browser() {
    const auto secret = token::make_session_secret(random);
    auto record = of("7");
    record.session.cookie_hash = secret.hash;
    record.session.user_agent = "Browser";
    record.remote_addr = "192.0.2.9";
    const auto done = *store.sign_in(record);
    cookie = "__Host-latchstring=" + token::session_cookie(done.session, secret);
    return done.session;
  }
  static json::Document list(const http::Response& response) { return *json::Document::parse(response.body); }
  static bool drops_cookie(const http::Response& response) {
    return header(response, "Set-Cookie").starts_with("__Host-latchstring=; Path=/; Max-Age=0");
  }
  std::int64_t audited(const std::string& event) {
    std::int64_t n = -1;
    const auto done = main->read([&](store::Tx& tx) -> base::Status {
      const auto rows = tx.run("SELECT count(*) FROM audit WHERE event = $1", {event});
      if (!rows) return rows.error();
      n = rows->rows.at(0).integer(0);
      return base::ok;
    });
    return done ? n : -1;
  }
};
const Headers kOurPage = {{"origin", "https://app.example"}};

BOOST_AUTO_TEST_SUITE(flow_devices)

BOOST_AUTO_TEST_CASE(the_list_says_where_when_and_how) {
  Devices w;
  const auto other = w.login();
  w.clock.tick(std::chrono::minutes{1});
  const auto session = w.browser();
  const auto response = w.ask("GET", "/users/me/sessions/", kOurPage);
  BOOST_REQUIRE(response.status == 200);
  const auto document = w.list(response);
  BOOST_REQUIRE(document.root().size() == 2);
  const auto now = w.clock.now().time_since_epoch().count();
  BOOST_TEST(document.root().at(0).dump() == R"({"id":)" + std::to_string(session) +
                                                 R"(,"provider":"forge","user_agent":"Browser","ip":"192.0.2.9","created":)" +
                                                 std::to_string(now) + R"(,"used":)" + std::to_string(now) + R"(,"expires":)" +
                                                 std::to_string(now + 3600) + R"(,"kind":"cookie","current":true})");
  BOOST_TEST(*document.root().at(1)["kind"].string() == "token");
  BOOST_TEST(!*document.root().at(1)["current"].boolean());
  w.cookie.clear();
  const auto by_token = w.list(w.ask("GET", "/users/me/sessions/", w.bearer(other)));
  BOOST_TEST(*by_token.root().at(1)["current"].boolean());
  BOOST_TEST(w.ask("GET", "/users/me/sessions/").status == 401);
}

BOOST_AUTO_TEST_CASE(one_is_ended_and_its_tokens_are_dead_at_once) {
  Devices w;
  const auto here = w.login(), there = w.login();
  const auto document = w.list(w.ask("GET", "/users/me/sessions", w.bearer(here)));
  const auto id = std::to_string(*document.root().at(0)["id"].integer());  // last used first
  BOOST_TEST(w.ask("DELETE", "/users/me/sessions/" + id + "/", w.bearer(here)).status == 204);
  BOOST_TEST(w.me(there) == 401);
  BOOST_TEST(w.refresh(w.text(there, "refresh")).status == 401);
  BOOST_TEST(w.me(here) == 200);
  BOOST_TEST(w.ask("DELETE", "/users/me/sessions/" + id + "/", w.bearer(here)).status == 404);
  BOOST_TEST(w.audited("session_ended") == 1);
}

BOOST_AUTO_TEST_CASE(that_of_somebody_else_is_not_there) {
  Devices w;
  const auto mine = w.login();
  auto record = w.of("8");
  record.session.refresh_hash = "bob's";
  const auto bobs = *w.store.sign_in(record);
  for (const auto& id :
       {std::to_string(bobs.session), std::string{"0"}, std::string{"-1"}, std::string{"x"}, std::string{"99999999999999999999"}})
    BOOST_TEST(w.ask("DELETE", "/users/me/sessions/" + id + "/", w.bearer(mine)).status == 404);
  BOOST_TEST(!(*w.store.find_session(bobs.session))->ended);
}

BOOST_AUTO_TEST_CASE(all_others_are_ended) {
  Devices w;
  const auto here = w.login(), there = w.login();
  w.browser();
  w.cookie.clear();
  const auto response = w.ask("DELETE", "/users/me/sessions/", w.bearer(here));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == R"({"ended":2})");
  BOOST_TEST(w.me(here) == 200);
  BOOST_TEST(w.me(there) == 401);
}

BOOST_AUTO_TEST_CASE(a_browser_ends_its_own_and_loses_the_cookie) {
  Devices w;
  const auto id = std::to_string(w.browser());
  BOOST_TEST(w.ask("DELETE", "/users/me/sessions/" + id + "/").status == 403);  // no page of ours asked for it
  const auto response = w.ask("DELETE", "/users/me/sessions/" + id + "/", kOurPage);
  BOOST_TEST(response.status == 204);
  BOOST_TEST(w.drops_cookie(response));
}

BOOST_AUTO_TEST_CASE(a_bearer_logs_out_its_session_only) {
  Devices w;
  const auto here = w.login(), there = w.login();
  const auto response = w.ask("POST", "/logout/", w.bearer(here));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == R"({"detail":"Signed out."})");
  BOOST_TEST(w.me(here) == 401);
  BOOST_TEST(w.refresh(w.text(here, "refresh")).status == 401);
  BOOST_TEST(w.me(there) == 200);
  BOOST_TEST(w.audited("logout") == 1);
}

BOOST_AUTO_TEST_CASE(everywhere_means_everywhere) {
  Devices w;
  for (const auto* body : {R"({"everywhere":true})", R"({"everywhere":"true"})"}) {
    const auto here = w.login(), there = w.login();
    BOOST_TEST(w.ask("POST", "/logout/", w.bearer(here), body).status == 200);
    BOOST_TEST(w.me(here) == 401);
    BOOST_TEST(w.me(there) == 401);
  }
  const auto here = w.login(), there = w.login();
  BOOST_TEST(w.ask("POST", "/logout/", w.bearer(here), R"({"everywhere":false})").status == 200);
  BOOST_TEST(w.me(there) == 200);
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_enough_and_twice_is_fine) {
  Devices w;
  const auto login = w.login();
  const auto body = R"({"refresh":")" + w.text(login, "refresh") + R"("})";
  for (int i = 0; i < 2; ++i) BOOST_TEST(w.ask("POST", "/logout", {}, body).status == 200);
  BOOST_TEST(w.me(login) == 401);
  BOOST_TEST(w.audited("logout") == 1);
}

BOOST_AUTO_TEST_CASE(one_that_was_exchanged_ends_its_session_too) {  // the answer with its successor may have been lost
  Devices w;
  const auto login = w.login();
  const auto next = w.refresh(w.text(login, "refresh"));
  BOOST_TEST(w.ask("POST", "/logout/", {}, R"({"refresh":")" + w.text(login, "refresh") + R"("})").status == 200);
  BOOST_TEST(w.refresh(w.text(next, "refresh")).status == 401);
}

BOOST_AUTO_TEST_CASE(a_refresh_token_logs_out_everywhere_while_its_session_lives) {
  Devices w;
  const auto here = w.login(), there = w.login();
  const auto body = R"({"everywhere":true,"refresh":")" + w.text(here, "refresh") + R"("})";
  BOOST_TEST(w.ask("POST", "/logout/", {}, body).status == 200);
  BOOST_TEST(w.me(there) == 401);
  const auto later = w.login();
  BOOST_TEST(w.ask("POST", "/logout/", {}, body).status == 200);  // found in an old backup, say
  BOOST_TEST(w.me(later) == 200);
}

struct Refused {
  const char* why;
  Headers headers;
  std::string json;
  int status;
};
std::ostream& operator<<(std::ostream& os, const Refused& r) { return os << r.why; }
const Refused kRefused[] = {
    {"nothing that says who", {}, "", 401},
    {"an access token that is none", {{"authorization", "Bearer x"}}, "", 401},
    {"a refresh token that is none", {}, R"({"refresh":"x.y.z"})", 401},
    {"a refresh token of another type", {}, R"({"refresh":7})", 400},
    {"an empty refresh token", {}, R"({"refresh":""})", 400},
    {"no JSON", {}, "{", 400},
};
BOOST_DATA_TEST_CASE(a_logout_needs_something, boost::unit_test::data::make(kRefused), row) {
  Devices w;
  BOOST_TEST(w.ask("POST", "/logout/", row.headers, row.json).status == row.status);
}

BOOST_AUTO_TEST_CASE(an_access_token_is_no_refresh_token) {
  Devices w;
  const auto login = w.login();
  BOOST_TEST(w.ask("POST", "/logout/", {}, R"({"refresh":")" + w.text(login, "access") + R"("})").status == 401);
  BOOST_TEST(w.me(login) == 200);
}

BOOST_AUTO_TEST_CASE(a_browser_leaves_by_form_and_is_sent_on) {
  Devices w;
  w.browser();
  const Headers page = {{"origin", "https://app.example"}, {"accept", "text/html,*/*;q=0.8"}};
  const auto response = w.ask("POST", "/logout/", page);
  BOOST_TEST(response.status == 303);
  BOOST_TEST(w.header(response, "Location") == "https://app.example/auth/signed-out");
  BOOST_TEST(w.drops_cookie(response));
  const auto again = w.ask("POST", "/logout/", page);  // the cookie is still there: another tab
  BOOST_TEST(again.status == 303);
  BOOST_TEST(w.drops_cookie(again));
  BOOST_TEST(w.ask("GET", "/users/me/", kOurPage).status == 401);
}

BOOST_AUTO_TEST_CASE(no_other_site_logs_a_browser_out) {  // CSRF, with the cookie or with a refresh token of the attacker's
  Devices w;
  const auto attackers = w.text(w.login(), "refresh");
  w.browser();
  BOOST_TEST(w.ask("POST", "/logout/", {{"origin", "https://evil.example"}}).status == 403);
  BOOST_TEST(w.ask("POST", "/logout/").status == 403);
  const auto response = w.ask("POST", "/logout/", {{"origin", "https://evil.example"}}, R"({"refresh":")" + attackers + R"("})");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(w.header(response, "Set-Cookie").empty());
  BOOST_TEST(w.ask("GET", "/users/me/", kOurPage).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
