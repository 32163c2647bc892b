// Redirect mode: /login -> provider -> /callback -> session cookie -> next.
#include <boost/test/unit_test.hpp>

#include "unit/flow/redirect_world.h"

using test::RedirectWorld;
using test::World;

BOOST_AUTO_TEST_SUITE(flow_redirect)

BOOST_AUTO_TEST_CASE(a_login_leads_through_the_provider_to_a_session_cookie_and_next) {
  RedirectWorld world;
  const auto login = world.get("/o/forge/login", "next=%2Fme%3Ftab%3D1");
  BOOST_TEST(login.status == 303);
  BOOST_TEST(World::header(login, "Location").starts_with("https://forge.example/authorize?"));
  BOOST_TEST(RedirectWorld::query_of(World::header(login, "Location"), "redirect_uri") == "https://app.example/auth/o/forge/callback");
  BOOST_TEST(World::header(login, "Set-Cookie").starts_with("__Host-latchstring-flow="));
  BOOST_TEST(World::header(login, "Set-Cookie").ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"));

  world.keep(login);
  const auto back = world.get("/o/forge/callback", "code=c&state=" + RedirectWorld::state_of(login));
  BOOST_TEST(back.status == 303);
  BOOST_TEST(World::header(back, "Location") == "https://app.example/me?tab=1");
  BOOST_TEST(World::header(back, "Set-Cookie").starts_with("__Host-latchstring="));
  BOOST_TEST(World::header(back, "Set-Cookie").ends_with("; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"));

  world.keep(back);
  const auto me = world.get("/users/me/");
  BOOST_TEST(me.status == 200);
  BOOST_TEST(World::text(me, "email") == "ada@forge.example");
}

BOOST_AUTO_TEST_SUITE_END()
