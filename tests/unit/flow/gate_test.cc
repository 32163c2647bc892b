// The gate in the whole program without sockets: who is let in, in which words, and what that costs.
#include <boost/test/unit_test.hpp>

#include "token/session_cookie.h"
#include "unit/flow/world.h"

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
constexpr const char* kBrowser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

config::GateRule rule(std::string name, std::string path) {
  config::GateRule out;
  out.name = std::move(name);
  out.paths = {std::move(path)};
  return out;
}

/// Rules, and somebody who is signed in by a cookie.
struct Gate : test::World {
  std::int64_t session = 0;
  std::string good;  // the cookie's value
  Gate() {
    config.gate = {rule("team", "/team/"), rule("admins", "/team/admin/"), rule("open", "/team/help/")};
    config.gate[1].claims["groups"] = {"admins"};
    config.gate[2].open = true;
    enter("ada", R"({"groups":["admins"]})");
  }
  void enter(const std::string& name, const std::string& extra, bool verified = true, const std::string& claims = "{}") {
    const auto secret = token::make_session_secret(random);
    store::LoginRecord record;
    record.profile = {"forge", "forge", name, name, name + "@forge.example", "Ada L\u00f6vel", "", "", "", verified, extra};
    record.session = {.cookie_hash = secret.hash, .expires = clock.now() + std::chrono::hours{24}, .claims = claims};
    const auto done = store.sign_in(record);
    if (!done) throw std::runtime_error(done.error().detail);
    session = done->session;
    good = token::session_cookie(session, secret);
    cookie = "__Host-latchstring=" + good;
  }
  http::Response ask(const std::string& original, const char* accept = "*/*", int refused = 0, bool authorizer = true,
                     const std::string& method = "GET", const std::string& query = "", Headers more = {}) {
    http::Request request;
    request.method = method;
    request.path = "/gate";
    request.query = query;
    request.headers = std::move(more);
    request.headers.emplace_back("accept", accept);
    request.original = original;
    request.refused = refused;
    request.authorizer = authorizer && refused == 0;
    return send(std::move(request));
  }
  http::Response subrequest(const std::string& original, const std::string& query = "") {
    return ask(original, kBrowser, 0, false, "GET", query);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(flow_gate)

BOOST_AUTO_TEST_CASE(an_authorizer_is_given_variables_and_nothing_else) {
  Gate w;
  const auto response = w.ask("/team/x");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.lets_in);
  const Headers want{{"Variable-REMOTE_USER", "ada"},
                     {"Variable-REMOTE_USER_ID", "1"},
                     {"Variable-REMOTE_EMAIL", "ada@forge.example"},
                     {"Variable-REMOTE_NAME", "Ada L\u00f6vel"},
                     {"Variable-REMOTE_PROVIDER", "forge"}};
  BOOST_TEST((response.headers == want));
}

BOOST_AUTO_TEST_CASE(a_subrequest_is_given_headers) {
  Gate w;
  const auto response = w.subrequest("/team/x");
  BOOST_TEST(response.status == 200);
  for (const auto& [name, value] : Headers{{"Remote-User", "ada"},
                                           {"Remote-User-Id", "1"},
                                           {"Remote-Email", "ada@forge.example"},
                                           {"Remote-Name", "Ada L\u00f6vel"},
                                           {"Remote-Provider", "forge"},
                                           {"Cache-Control", "no-store"}})
    BOOST_TEST(w.header(response, name) == value);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_not_verified_is_left_out) {
  Gate w;
  w.enter("ben", "{}", false);
  BOOST_TEST(w.header(w.ask("/team/x"), "Variable-REMOTE_USER") == "ben");
  BOOST_TEST(!w.ask("/team/x").has("Variable-REMOTE_EMAIL"));
}

BOOST_AUTO_TEST_CASE(a_browser_is_led_to_the_sign_in_page_where_the_answer_reaches_it) {
  Gate w;
  w.cookie.clear();
  const std::string url = "https://app.example/auth/login?next=%2Fteam%2Fx%3Fa%3Db%26c";
  for (const auto* method : {"GET", "HEAD"}) {
    for (const int refused : {0, 401, 403}) {
      const auto response = w.ask("/team/x?a=b&c", kBrowser, refused, true, method);
      BOOST_TEST(response.status == 303);
      BOOST_TEST(w.header(response, "Location") == url);
      BOOST_TEST(w.header(response, "Cache-Control") == "no-store");
    }
  }
  BOOST_TEST(w.subrequest("/team/x?a=b&c").status == 401);  // nginx would make a 500 of it
  BOOST_TEST(w.header(w.subrequest("/team/x?a=b&c", "redirect=true"), "Location") == url);
}

BOOST_AUTO_TEST_CASE(all_others_are_told_in_json) {
  Gate w;
  w.cookie.clear();
  for (const auto& [accept, method] :
       {std::pair{"application/json", "GET"}, {"*/*", "GET"}, {"", "GET"}, {kBrowser, "POST"}, {"text/htmlx", "GET"}}) {
    const auto response = w.ask("/team/x", accept, 0, true, method);
    BOOST_TEST(response.status == 401);
    BOOST_TEST(w.text(response, "login_url") == "https://app.example/auth/login?next=%2Fteam%2Fx");
    BOOST_TEST(!w.text(response, "detail").empty());
    BOOST_TEST(w.header(response, "WWW-Authenticate").starts_with("Bearer"));
  }
}

// CVE-2025-64484: behind lighttpd, whose file removes the usual spellings and says so.
BOOST_AUTO_TEST_CASE(a_name_of_ours_that_the_web_server_missed_lets_nobody_in) {
  Gate gate;
  const auto ask = [&](bool removed, Headers headers) {
    http::Request request;
    request.method = "GET";
    request.path = "/gate";
    request.headers = std::move(headers);
    request.original = "/team/s.txt";
    request.authorizer = true;
    request.names_removed = removed;
    return gate.send(std::move(request)).status;
  };
  for (const auto* name :
       {"remote-user", "remote-user-id", "remote-email", "remote-name", "remote-provider", "x-remote-user", "x-forwarded-user"}) {
    BOOST_TEST(ask(true, {{name, "root"}}) == 403);
    BOOST_TEST(ask(true, {{name, ""}, {name, "root"}}) == 403);
    BOOST_TEST(ask(true, {{name, ""}}) == 200);
    BOOST_TEST(ask(false, {{name, "root"}}) == 200);  // Apache removes them afterwards
  }
  BOOST_TEST(ask(true, {{"remote", "root"}, {"x-remote", "root"}}) == 200);
}

BOOST_AUTO_TEST_CASE(any_method_is_decided_in_the_authorizer_role_also_a_preflight) {
  Gate w;
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "x"}) {
    const Headers preflight{{"origin", "https://spa.example"}, {"access-control-request-method", "GET"}};
    BOOST_TEST(w.ask("/team/x", "*/*", 0, true, method, "", preflight).lets_in);
    const auto cookie = std::exchange(w.cookie, "");
    BOOST_TEST(w.ask("/team/x", "*/*", 0, true, method, "", preflight).status == 401);
    w.cookie = cookie;
  }
}

BOOST_AUTO_TEST_CASE(whoever_may_not_is_told_so) {
  Gate w;
  w.enter("ben", R"({"groups":["staff"]})");
  auto response = w.ask("/team/admin/", kBrowser);
  BOOST_TEST(response.status == 403);
  BOOST_TEST(w.header(response, "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(w.header(response, "Content-Security-Policy").find("default-src 'none'") != std::string::npos);
  BOOST_TEST(response.body.find("href=\"/auth/account\"") != std::string::npos);  // who is signed in is not told to sign in
  response = w.ask("/team/admin/");
  BOOST_TEST(response.status == 403);
  BOOST_TEST(w.text(response, "login_url") == "https://app.example/auth/login?next=%2Fteam%2Fadmin%2F");
  BOOST_TEST(w.subrequest("/team/admin/").status == 403);
}

BOOST_AUTO_TEST_CASE(claims_of_the_identity_and_of_the_hook_are_asked) {
  Gate w;
  BOOST_TEST(w.ask("/team/admin/").lets_in);
  w.enter("ben", "{}", true, R"({"groups":["admins"]})");
  BOOST_TEST(w.ask("/team/admin/").lets_in);
  w.enter("ada", R"({"groups":["admins"]})", true, R"({"groups":[]})");
  BOOST_TEST(w.ask("/team/admin/").status == 403);
}

BOOST_AUTO_TEST_CASE(a_public_page_is_open_to_nobody_and_knows_somebody) {
  Gate w;
  BOOST_TEST(w.header(w.ask("/team/help/"), "Variable-REMOTE_USER") == "ada");
  w.cookie.clear();
  const auto response = w.ask("/team/help/");
  BOOST_TEST(response.lets_in);
  BOOST_TEST(response.headers.empty());
}

BOOST_AUTO_TEST_CASE(the_page_of_a_refusal_is_never_a_200) {
  Gate w;
  for (const auto* accept : {kBrowser, "application/json"}) {
    auto response = w.ask("/team/x", accept, 401);
    BOOST_TEST(response.status == 503);  // meanwhile signed in; no redirect, which might go in a circle
    BOOST_TEST(!response.lets_in);
    BOOST_TEST(w.header(response, "Retry-After") == "1");
    BOOST_TEST(w.ask("/team/x", accept, 403).status == 403);  // the server's own: a folder without a start page
  }
}

BOOST_AUTO_TEST_CASE(rules_without_an_address_refuse) {
  Gate w;
  const auto response = w.subrequest("");
  BOOST_TEST(response.status == 403);
  BOOST_TEST((response.notes.size() > 1 && response.notes[1].second.find("LATCHSTRING_URI") != std::string::npos));
  BOOST_TEST(w.ask("").status == 403);
  w.config.gate.clear();
  BOOST_TEST(w.subrequest("").status == 200);
}

BOOST_AUTO_TEST_CASE(a_rule_can_be_named_by_the_web_server) {
  Gate w;
  BOOST_TEST(w.subrequest("", "rule=admins").status == 200);
  BOOST_TEST(w.subrequest("", "rule=none").status == 403);
  BOOST_TEST(w.subrequest("", "rule=").status == 403);
  w.enter("ben", "{}");
  BOOST_TEST(w.subrequest("", "rule=admins").status == 403);
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_read_is_refused_to_all) {
  Gate w;
  for (const auto* original : {"/team/%00", "/team/..%2f", "/../x", "/team/help/..;/x", "x"}) BOOST_TEST(w.ask(original).status == 403);
}

BOOST_AUTO_TEST_CASE(a_session_that_ended_expired_or_is_a_blocked_users_is_nobodys) {
  Gate w;
  BOOST_REQUIRE(w.store.end_session(w.session));
  BOOST_TEST(w.ask("/team/x").status == 401);
  w.enter("ada", "{}");
  w.clock.t += std::chrono::hours{25};
  BOOST_TEST(w.ask("/team/x").status == 401);
  w.enter("ada", "{}");
  BOOST_REQUIRE(w.store.set_active(1, false));
  BOOST_TEST(w.ask("/team/x").status == 401);
}

BOOST_AUTO_TEST_CASE(what_is_no_cookie_or_token_is_nobody_and_no_error) {
  Gate w;
  const auto good = w.good;
  for (const auto& bad :
       {std::string{}, std::string{"x"}, good.substr(1), good + 'A', std::string(54, 'A'), std::string(54, '='), std::string(5000, 'A')}) {
    w.cookie = "__Host-latchstring=" + bad;
    BOOST_TEST(w.ask("/team/x").status == 401);
  }
  w.cookie = "latchstring=" + good;  // the name of the unencrypted site
  BOOST_TEST(w.ask("/team/x").status == 401);
  w.cookie.clear();
  for (const auto* bad : {"Bearer", "Bearer x", "Bearer a b", "JWT a.b.c", "Bearer ...........", "bearer", " "})
    BOOST_TEST(w.ask("/team/x", "*/*", 0, true, "GET", "", {{"authorization", bad}}).status == 401);
}

BOOST_AUTO_TEST_CASE(a_bearer_is_as_good_as_a_cookie_and_a_bad_one_takes_nothing_away) {
  Gate w;
  const auto bearer = [&](const std::string& token) {
    return w.ask("/team/x", "*/*", 0, true, "GET", "", {{"authorization", "Bearer " + token}});
  };
  BOOST_TEST(bearer("of-the-page").lets_in);
  w.cookie.clear();
  const auto tokens = w.finish(w.begin());
  w.cookie.clear();
  BOOST_TEST(bearer(w.text(tokens, "access")).lets_in);
  BOOST_TEST(bearer(w.text(tokens, "refresh")).status == 401);
}

BOOST_AUTO_TEST_CASE(ours_is_open_so_that_one_can_sign_in) {
  Gate w;
  w.cookie.clear();
  w.config.gate[0].paths = {"/"};
  BOOST_TEST(w.ask("/auth/login?next=%2F").lets_in);
  BOOST_TEST(w.ask("/authority").status == 401);
}

BOOST_AUTO_TEST_CASE(a_cookie_is_kept_alive_every_few_minutes_and_not_each_time) {
  Gate w;
  const auto used = [&] { return (*w.store.find_session(w.session))->used; };
  const auto begun = used();
  w.clock.t += std::chrono::minutes{4};
  BOOST_TEST(w.ask("/team/x").lets_in);
  BOOST_TEST((used() == begun));
  w.clock.t += std::chrono::minutes{2};
  BOOST_TEST(w.ask("/team/x").lets_in);
  BOOST_TEST((used() == w.clock.t));
}

BOOST_AUTO_TEST_SUITE_END()
