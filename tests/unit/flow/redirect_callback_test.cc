// Redirect mode's second half: GET and POST /o/{provider}/callback.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/digest.h"
#include "unit/flow/redirect_world.h"

namespace data = boost::unit_test::data;
using test::RedirectWorld;
using test::World;

namespace {

/// The fields of our page that sends a form again, as a browser would post them.
std::string form_of(const http::Response& page) {
  std::string form;
  for (auto at = page.body.find("<input type=\"hidden\""); at != std::string::npos; at = page.body.find("<input", at + 1)) {
    const auto field = [&](const std::string& name) {
      const auto from = page.body.find(name + "=\"", at) + name.size() + 2;
      return page.body.substr(from, page.body.find('"', from) - from);
    };
    form += (form.empty() ? "" : "&") + field("name") + '=' + field("value");
  }
  return form;
}

BOOST_AUTO_TEST_SUITE(flow_redirect_callback)

BOOST_AUTO_TEST_CASE(a_state_is_for_one_use) {
  RedirectWorld world;
  const auto state = world.begin_redirect();
  BOOST_TEST(world.come_back(state).status == 303);
  const auto again = world.come_back(state);
  BOOST_TEST(again.status == 400);
  BOOST_TEST(!again.has("Set-Cookie"));
  BOOST_TEST(world.sessions_in_hand() == 1);
}

BOOST_AUTO_TEST_CASE(an_expired_flow_is_gone) {
  RedirectWorld world;
  const auto state = world.begin_redirect();
  world.clock.tick(std::chrono::minutes{10});
  BOOST_TEST(world.come_back(state).status == 400);
}

BOOST_AUTO_TEST_CASE(another_browser_finishes_nothing_and_uses_nothing_up) {  // login CSRF, RFC 9700 4.7
  RedirectWorld victim;
  const auto state = victim.begin_redirect();  // the attacker's, in the attacker's browser
  const auto attacker = victim.jar;
  victim.forget();
  victim.begin_redirect();  // the victim has a cookie of their own
  const auto refused = victim.come_back(state);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.body.find("<form") == std::string::npos);
  BOOST_TEST(victim.sessions_in_hand() == 0);
  victim.jar = attacker;
  victim.show_cookies();
  BOOST_TEST(victim.come_back(state).status == 303);
}

BOOST_AUTO_TEST_CASE(parallel_logins_of_one_browser_all_come_back) {
  RedirectWorld world;
  const auto first = world.begin_redirect("next=/a"), second = world.begin_redirect("next=/b");
  BOOST_TEST(world.location(world.come_back(first)) == "https://app.example/a");
  BOOST_TEST(world.location(world.come_back(second)) == "https://app.example/b");
  const auto third = world.begin_redirect("next=/c");  // the cookie of the flows outlives a login
  BOOST_TEST(world.location(world.come_back(third)) == "https://app.example/c");
}

BOOST_AUTO_TEST_CASE(a_new_login_has_a_new_cookie_and_ends_the_session_that_it_replaces) {  // no session fixation (CWE-384)
  RedirectWorld world;
  world.sign_in();
  const auto old = world.jar.at("__Host-latchstring");
  world.sign_in();
  BOOST_TEST(world.jar.at("__Host-latchstring") != old);
  BOOST_TEST(world.get("/users/me/").status == 200);
  BOOST_TEST(world.store.sessions(1)->size() == 1U);
  world.jar["__Host-latchstring"] = old;
  world.show_cookies();
  BOOST_TEST(world.get("/users/me/").status == 401);
}

BOOST_AUTO_TEST_CASE(a_planted_session_cookie_is_not_taken_over) {
  RedirectWorld world;
  world.sign_in();
  const auto planted = world.jar.at("__Host-latchstring");  // the attacker's
  world.forget();
  world.jar["__Host-latchstring"] = planted;
  world.show_cookies();
  world.sign_in();
  BOOST_TEST(world.jar.at("__Host-latchstring") != planted);
}

BOOST_AUTO_TEST_CASE(a_session_of_another_browser_goes_on) {
  RedirectWorld world;
  world.sign_in();
  const auto desk = world.jar;
  world.forget();
  world.sign_in();
  BOOST_TEST(world.sessions_in_hand() == 2);
  world.jar = desk;
  world.show_cookies();
  BOOST_TEST(world.get("/users/me/").status == 200);
}

BOOST_AUTO_TEST_CASE(a_form_from_the_provider_is_sent_again_from_here_with_the_cookies) {  // form_post: Apple, SAML
  RedirectWorld world;
  const auto state = world.begin_redirect("next=/me");
  const auto first = world.post_from_elsewhere("/o/forge/callback", "code=c&state=" + state + "&user=%7B%22a%22%3A%22%26%3C%22%7D");
  BOOST_TEST(first.status == 200);
  BOOST_TEST(first.body.find("<form method=\"post\" action=\"/auth/o/forge/callback\">") != std::string::npos, first.body);
  BOOST_TEST(first.body.find("<button>") != std::string::npos);  // for who has no JavaScript
  BOOST_TEST(first.body.find("value=\"{&quot;a&quot;:&quot;&amp;&lt;&quot;}\"") != std::string::npos, first.body);
  BOOST_TEST(!first.has("Set-Cookie"));
  BOOST_TEST(World::header(first, "Cache-Control") == "no-store");
  BOOST_TEST(world.net.asked.empty());  // nothing was used up
  const auto second = world.post_from_us("/o/forge/callback", form_of(first));
  BOOST_TEST(second.status == 303);
  BOOST_TEST(world.location(second) == "https://app.example/me");
}

BOOST_AUTO_TEST_CASE(where_cookies_are_strict_the_way_back_takes_the_same_turn) {
  RedirectWorld world;
  world.config.flows.cookie_same_site = "strict";
  const auto state = world.begin_redirect();
  const auto cookies = std::exchange(world.cookie, "");
  const auto first = world.come_back(state);
  BOOST_TEST(first.status == 200);
  world.cookie = cookies;
  BOOST_TEST(world.post_from_us("/o/forge/callback", form_of(first)).status == 303);
}

BOOST_AUTO_TEST_CASE(a_form_with_the_cookie_takes_no_turn) {  // flows.cookie_same_site = "none"
  RedirectWorld world;
  world.sign_in();
  const auto state = world.begin_redirect();
  const auto back = world.ask("POST", "/o/forge/callback", "", {{"origin", "https://forge.example"}}, "code=c&state=" + state);
  BOOST_TEST(back.status == 303);
}

BOOST_AUTO_TEST_CASE(a_browser_without_cookies_does_not_go_round_and_round) {
  RedirectWorld world;
  const auto state = world.begin_redirect();
  world.forget();
  const auto first = world.post_from_elsewhere("/o/forge/callback", "code=c&state=" + state);
  BOOST_TEST(first.status == 200);
  const auto second = world.post_from_us("/o/forge/callback", form_of(first));
  BOOST_TEST(second.status == 400);
  BOOST_TEST(second.body.find("<form") == std::string::npos);
}

struct NotOurs {
  const char* why;
  const char* form;
  int status = 400;
};
std::ostream& operator<<(std::ostream& os, const NotOurs& r) { return os << r.why; }
const NotOurs not_ours[] = {
    {"nothing at all", "a=b"},
    {"a state that is none", "code=c&state=evil"},
    {"the form of a state that we never gave", "code=c&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"an error without a state", "error=access_denied", 403},
};
BOOST_DATA_TEST_CASE(what_belongs_to_no_flow_of_ours_is_not_repeated, data::make(not_ours), row) {
  RedirectWorld world;
  world.begin_redirect();
  const auto response = world.post_from_elsewhere("/o/forge/callback", std::string{row.form} + "&x=evil.example");
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(response.body.find("evil") == std::string::npos);
  BOOST_TEST(response.body.find("<form") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_more_is_repeated_than_a_provider_sends) {
  RedirectWorld world;
  auto form = "code=c&state=" + world.begin_redirect();
  for (int i = 0; i < 60; ++i) form += "&p" + std::to_string(i) + "=x";
  BOOST_TEST(world.post_from_elsewhere("/o/forge/callback", form).status == 400);
}

BOOST_AUTO_TEST_CASE(our_own_mark_does_not_reach_a_signature_over_all_parameters) {
  RedirectWorld world;
  world.provider("gate", R"(kind = "signed"
client_id = "id"
client_secret = "a-secret-of-the-gate-0123456789"
authorize = { url = "https://gate.example/login", params = { back = "{return_to}" } }
map = { uid = "i:/id", username = "i:/name" }
[signed]
method = "hmac_sha256_pairs"
signature = "sig"
omit = ["state"]
key = "{client_secret}"
join = "&"
time = "issued"
max_age = "5m")");
  world.open();
  const auto login = world.get("/o/gate/login");
  world.keep(login);
  const auto state = RedirectWorld::query_of(RedirectWorld::query_of(world.location(login), "back"), "state");
  const auto now = std::to_string(world.clock.now().time_since_epoch().count());
  const auto said = "id=7&issued=" + now + "&name=ada";
  const auto signature = base::hex(crypto::hmac_sha256("a-secret-of-the-gate-0123456789", said));
  const auto first = world.post_from_elsewhere("/o/gate/callback", said + "&sig=" + signature + "&state=" + state);
  BOOST_TEST(first.status == 200, first.body);
  const auto second = world.post_from_us("/o/gate/callback", form_of(first));
  BOOST_TEST(second.status == 303, second.body);
}

BOOST_AUTO_TEST_CASE(who_says_no_is_told_so_and_finds_the_way_back_with_next) {
  RedirectWorld world;
  const auto state = world.begin_redirect("next=/me");
  const auto response = world.get("/o/forge/callback", "error=access_denied&next=//evil.example&state=" + state);
  BOOST_TEST(response.status == 403);
  BOOST_TEST(response.body.find("canceled") != std::string::npos, response.body);
  BOOST_TEST(response.body.find("/auth/login?next=%2Fme\"") != std::string::npos, response.body);
  BOOST_TEST(response.body.find("evil") == std::string::npos);
  BOOST_TEST(world.come_back(state).status == 400);  // answered, and so used up
}

BOOST_AUTO_TEST_CASE(a_program_is_told_in_json) {
  RedirectWorld world;
  const auto response = world.come_back("x", "forge", {{"accept", "application/json"}});
  BOOST_TEST(response.status == 400);
  BOOST_TEST(World::header(response, "Content-Type") == "application/json");
}

BOOST_AUTO_TEST_CASE(a_provider_that_does_not_answer_is_not_the_persons_fault) {
  RedirectWorld world;
  world.net.answers["https://forge.example/token"].clear();
  world.net.fail("https://forge.example/token", "connect: refused");
  const auto response = world.come_back(world.begin_redirect());
  BOOST_TEST(response.status == 503);
  BOOST_TEST(World::header(response, "Retry-After") == "1");
  BOOST_TEST(response.body.find("refused") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_account_that_may_not_sign_in_gets_a_page_and_no_cookie) {
  RedirectWorld world;
  world.config.accounts.create_users = false;
  const auto response = world.come_back(world.begin_redirect());
  BOOST_TEST(response.status == 403);
  BOOST_TEST(!response.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(the_issuer_must_be_there_where_the_provider_announces_it) {  // RFC 9207 2.4
  RedirectWorld world;
  const auto state = world.begin_redirect("", "acme");
  BOOST_TEST(world.come_back(state, "acme").status == 403);
  for (const auto& request : world.net.asked) BOOST_TEST(request.url != "https://login.acme.example/token");
  const auto next = world.begin_redirect("", "acme");
  BOOST_TEST(world.get("/o/acme/callback", "code=c&iss=https%3A%2F%2Fevil.example&state=" + next).status == 403);
  for (const auto& request : world.net.asked) BOOST_TEST(request.url != "https://login.acme.example/token");
}

// ---- mode confusion: each flow is finished where it was begun, and nowhere else -----------------------------------------

BOOST_AUTO_TEST_CASE(a_flow_of_redirect_mode_is_not_finished_by_api_mode) {
  RedirectWorld world;
  const auto state = world.begin_redirect();
  const auto refused = world.finish(state);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(World::why(refused) == "Wrong state parameter given.");
  BOOST_TEST(world.come_back(state).status == 303);
}

BOOST_AUTO_TEST_CASE(a_flow_of_api_mode_is_not_finished_by_the_callback) {
  RedirectWorld world;
  const auto state = world.begin();
  const auto refused = world.come_back(state);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(!refused.has("Set-Cookie"));
  const auto without_cookie = world.post_from_elsewhere("/o/forge/callback", "code=c&state=" + state);
  BOOST_TEST(without_cookie.status == 400);
  BOOST_TEST(world.finish(state).status == 201);
}

BOOST_AUTO_TEST_CASE(a_flow_of_one_provider_is_not_finished_by_another) {  // RFC 9700 4.4 (mix-up)
  RedirectWorld world;
  const auto state = world.begin_redirect();
  BOOST_TEST(world.come_back(state, "other").status == 400);
  BOOST_TEST(world.post_from_elsewhere("/o/other/callback", "code=c&state=" + state).status == 400);
  BOOST_TEST(world.come_back(state).status == 303);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
