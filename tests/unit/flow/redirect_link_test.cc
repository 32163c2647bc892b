// Linking in redirect mode: POST /o/{provider}/login with link=true, and the callback of who is still signed in.
#include <boost/test/unit_test.hpp>

#include "unit/flow/redirect_world.h"

using test::RedirectWorld;
using test::World;

namespace {

/// Ada is signed in by the forge, and has an account at the other provider too.
struct Linking : RedirectWorld {
  Linking() {
    net.answer("https://other.example/token", 200, R"({"access_token":"at2","token_type":"bearer"})");
    net.answer("https://other.example/user", 200, R"({"id":9,"login":"ada-two"})");
    sign_in();
  }
  std::string begin_link() {
    const auto login = post_from_us("/o/other/login", "link=true&next=%2Fauth%2Faccount");
    BOOST_TEST(login.status == 303);
    keep(login);
    return state_of(login);
  }
  /// Somebody else, who signs in with the forge in this browser.
  void sign_in_as_another() {
    net.answers["https://forge.example/user"].clear();
    net.answer("https://forge.example/user", 200, R"({"id":8,"login":"bob","email":"bob@forge.example","verified":true})");
    sign_in();
  }
  int identities() {
    const auto body = get("/users/me/identities/").body;
    int n = 0;
    for (auto at = body.find("\"uid\""); at != body.npos; at = body.find("\"uid\"", at + 1)) ++n;
    return n;
  }
};

BOOST_FIXTURE_TEST_SUITE(flow_redirect_link, Linking)

BOOST_AUTO_TEST_CASE(a_form_of_ours_adds_a_provider_to_who_is_signed_in) {
  const auto back = come_back(begin_link(), "other");
  BOOST_TEST(back.status == 303);
  BOOST_TEST(location(back) == "https://app.example/auth/account");
  BOOST_TEST(!back.has("Set-Cookie"));  // the session is the one that was
  BOOST_TEST(identities() == 2);
  BOOST_TEST(sessions_in_hand() == 1);
}

BOOST_AUTO_TEST_CASE(it_works_by_form_post_too) {
  const auto first = post_from_elsewhere("/o/other/callback", "code=c&state=" + begin_link());
  BOOST_TEST(first.status == 200);
  const auto at = first.body.find("name=\"state\" value=\"") + 20;
  const auto state = first.body.substr(at, first.body.find('"', at) - at);
  BOOST_TEST(post_from_us("/o/other/callback", "code=c&latchstring_continued=1&state=" + state).status == 303);
  BOOST_TEST(identities() == 2);
}

BOOST_AUTO_TEST_CASE(another_user_in_the_same_browser_gets_no_identity_and_uses_nothing_up) {
  const auto ada = jar;
  const auto state = begin_link();
  const auto session = jar.at("__Host-latchstring");
  forget();
  jar["__Host-latchstring-flow"] = ada.at("__Host-latchstring-flow");
  show_cookies();
  sign_in_as_another();
  const auto refused = come_back(state, "other");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.body.find("Sign in as the user who began") != std::string::npos);
  BOOST_TEST(identities() == 1);
  jar["__Host-latchstring"] = session;
  show_cookies();
  BOOST_TEST(come_back(state, "other").status == 303);
}

BOOST_AUTO_TEST_CASE(who_signed_out_meanwhile_is_not_signed_in_by_linking) {
  const auto state = begin_link();
  jar.erase("__Host-latchstring");
  show_cookies();
  const auto refused = come_back(state, "other");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(!refused.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(another_browser_learns_nothing_of_it) {
  const auto state = begin_link();
  forget();
  begin_redirect();
  const auto refused = come_back(state, "other");
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.body.find("Sign in as the user") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_identity_of_somebody_else_stays_theirs) {
  const auto ada = jar;
  forget();
  keep(come_back(begin_redirect("", "other"), "other"));  // the other provider's person has an account of their own
  jar = ada;
  show_cookies();
  const auto refused = come_back(begin_link(), "other");
  BOOST_TEST(refused.status == 409);
  BOOST_TEST(World::header(refused, "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(identities() == 1);
}

BOOST_AUTO_TEST_CASE(a_login_while_signed_in_is_a_login) {
  const auto back = come_back(begin_redirect("", "other"), "other");
  BOOST_TEST(back.status == 303);
  BOOST_TEST(sets(back, "__Host-latchstring"));
  keep(back);  // another account, to which the forge does not belong
  BOOST_TEST(identities() == 1);
}

// ---- mode confusion -----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(api_mode_finishes_no_link_of_redirect_mode) {
  const auto state = begin_link();
  BOOST_TEST(finish(state, "other").status == 400);
  BOOST_TEST(post_from_us("/o/other/link/", "code=c&state=" + state).status == 400);
  BOOST_TEST(come_back(state, "other").status == 303);
}

BOOST_AUTO_TEST_CASE(the_callback_finishes_no_link_of_api_mode) {
  const auto begun = get("/o/other/link/", "redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
  keep(begun);
  const auto state = query_of(text(begun, "authorization_url"), "state");
  BOOST_REQUIRE(!state.empty());
  BOOST_TEST(come_back(state, "other").status == 400);
  BOOST_TEST(identities() == 1);
  BOOST_TEST(post_from_us("/o/other/link/", "code=c&state=" + state).status < 300);
  BOOST_TEST(identities() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
