// Redirect mode's first half: GET and POST /o/{provider}/login.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/flow/redirect_world.h"

namespace data = boost::unit_test::data;
using test::RedirectWorld;
using test::World;

namespace {

BOOST_AUTO_TEST_SUITE(flow_redirect)

BOOST_AUTO_TEST_CASE(a_login_leads_through_the_provider_to_a_session_cookie_and_next) {
  RedirectWorld world;
  const auto login = world.get("/o/forge/login", "next=%2Fme%3Ftab%3D1");
  BOOST_TEST(login.status == 303);
  BOOST_TEST(world.location(login).starts_with("https://forge.example/authorize?"));
  BOOST_TEST(RedirectWorld::query_of(world.location(login), "redirect_uri") == "https://app.example/auth/o/forge/callback");
  BOOST_TEST(World::header(login, "Set-Cookie").starts_with("__Host-latchstring-flow="));
  BOOST_TEST(World::header(login, "Set-Cookie").ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"));
  BOOST_TEST(World::header(login, "Cache-Control") == "no-store");

  world.keep(login);
  const auto back = world.come_back(RedirectWorld::state_of(login));
  BOOST_TEST(back.status == 303);
  BOOST_TEST(world.location(back) == "https://app.example/me?tab=1");
  BOOST_TEST(World::header(back, "Set-Cookie").starts_with("__Host-latchstring="));
  BOOST_TEST(World::header(back, "Set-Cookie").ends_with("; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax"));

  world.keep(back);
  const auto me = world.get("/users/me/");
  BOOST_TEST(me.status == 200);
  BOOST_TEST(World::text(me, "email") == "ada@forge.example");
}

BOOST_AUTO_TEST_CASE(over_http_on_this_machine_the_cookies_have_no_prefix) {
  RedirectWorld world;
  world.config.public_url = "http://localhost:8080/auth";
  world.open();
  const auto back = world.sign_in();
  BOOST_TEST(back.status == 303);
  BOOST_TEST(World::header(back, "Set-Cookie").starts_with("latchstring="));
  BOOST_TEST(World::header(back, "Set-Cookie").ends_with("; HttpOnly; SameSite=Lax"));
  BOOST_TEST(world.get("/users/me/").status == 200);
}

struct Row {
  const char* why;
  const char* method;
  std::string path, query, form;
  test::Headers headers;
  int status;
  const char* says;  // in the page, or in Location
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
constexpr const char* kForge = "/o/forge/login";
constexpr const char* kAcme = "/o/acme/login";
constexpr const char* kNext = "next must be a path of this host";
constexpr const char* kIssuer = "iss is not the issuer";
constexpr const char* kThere = "https://forge.example/authorize?";
const Row refusals[] = {
    {"a provider that is not enabled", "GET", "/o/nope/login", "", "", {}, 404, "Provider &#39;nope&#39; not supported"},
    {"next is somebody else's", "GET", kForge, "next=https://evil.example/", "", {}, 400, kNext},
    {"next is somebody else's, in a form", "POST", kForge, "", "next=//evil.example", {}, 400, kNext},
    {"the form's next counts", "POST", kForge, "next=/me", "next=//evil.example", {}, 400, kNext},
    {"of two the last one counts", "GET", kForge, "next=/me&next=//evil.example", "", {}, 400, kNext},
    {"OpenID Connect Core 4: target_link_uri is no open redirector",
     "GET",
     kAcme,
     "iss=https://login.acme.example&target_link_uri=https://evil.example/",
     "",
     {},
     400,
     kNext},
    {"Core 4: iss of another provider", "GET", kAcme, "iss=https://evil.example", "", {}, 400, kIssuer},
    {"Core 4: iss is compared byte for byte", "GET", kAcme, "iss=https://login.acme.example/", "", {}, 400, kIssuer},
    {"Core 4: an empty iss", "GET", kAcme, "iss=", "", {}, 400, kIssuer},
    {"iss, where the provider has none", "GET", kForge, "iss=https://forge.example", "", {}, 400, kIssuer},
    {"a form that is no text", "POST", kForge, "", "next=%ff", {}, 400, "The form cannot be read."},
    {"link by GET", "GET", kForge, "link=true", "", {}, 403, "CSRF Failed"},
    {"link from another site", "POST", kForge, "", "link=true", {{"origin", "https://evil.example"}}, 403, "CSRF Failed"},
    {"link from who knows where", "POST", kForge, "", "link=true", {}, 403, "CSRF Failed"},
    {"link while nobody is signed in", "POST", kForge, "", "link=true", {{"origin", "https://app.example"}}, 401, "Sign in before"},
    {"a browser that fetches ahead", "GET", kForge, "", "", {{"sec-purpose", "prefetch;prerender"}}, 403, "begins with a click"},
    {"an older browser that fetches ahead", "GET", kForge, "", "", {{"purpose", "prefetch"}}, 403, "begins with a click"},
};
BOOST_DATA_TEST_CASE(what_begins_no_login_and_says_why, data::make(refusals), row) {
  RedirectWorld world;
  const auto response = world.ask(row.method, row.path, row.query, row.headers, row.form);
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(World::header(response, "Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(response.body.find(row.says) != std::string::npos, response.body);
  BOOST_TEST(response.body.find("evil.example") == std::string::npos);
  BOOST_TEST(!response.has("Set-Cookie"));
  BOOST_TEST(!response.has("Location"));
  BOOST_TEST(world.flows_in_hand() == 0);
}

const Row begun[] = {
    {"no next", "GET", kForge, "", "", {}, 303, kThere},
    {"an empty next is none", "GET", kForge, "next=", "", {}, 303, kThere},
    {"with a slash at its end", "GET", "/o/forge/login/", "", "", {}, 303, kThere},
    {"a form, of any page: a login may begin anywhere", "POST", kForge, "", "next=/me", {{"origin", "https://x.example"}}, 303, kThere},
    {"Core 4: the right issuer, and a hint that the file lets through",
     "GET",
     kAcme,
     "iss=https://login.acme.example&login_hint=ada%40acme.example&target_link_uri=https%3A%2F%2Fapp.example%2Fme",
     "",
     {},
     303,
     "login_hint=ada%40acme.example"},
    {"Core 4: by POST",
     "POST",
     kAcme,
     "",
     "iss=https://login.acme.example&login_hint=ada",
     {{"origin", "https://portal.example"}},
     303,
     "login_hint=ada"},
};
BOOST_DATA_TEST_CASE(what_begins_a_login, data::make(begun), row) {
  RedirectWorld world;
  const auto response = world.ask(row.method, row.path, row.query, row.headers, row.form);
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(world.location(response).find(row.says) != std::string::npos, world.location(response));
  BOOST_TEST(world.flows_in_hand() == 1);
}

BOOST_AUTO_TEST_CASE(what_the_file_does_not_name_is_not_passed_on) {  // wire.md G42, in this mode too
  RedirectWorld world;
  const auto response = world.get(kForge, "login_hint=ada&prompt=none&client_id=x&redirect_uri=https%3A%2F%2Fevil.example");
  const auto location = world.location(response);
  for (const auto* name : {"login_hint", "prompt", "next", "iss"}) BOOST_TEST(RedirectWorld::query_of(location, name) == "");
  BOOST_TEST(RedirectWorld::query_of(location, "redirect_uri") == "https://app.example/auth/o/forge/callback");
  BOOST_TEST(RedirectWorld::query_of(location, "client_id") == "id");
}

BOOST_AUTO_TEST_CASE(a_refused_next_is_not_repeated_on_the_page) {
  RedirectWorld world;
  const auto response = world.get(kForge, "next=%2F%2Fevil.example%22%3E%3Cscript%3E");
  BOOST_TEST(response.body.find("evil") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_program_is_told_in_json) {
  RedirectWorld world;
  const auto response = world.ask("GET", "/o/nope/login", "", {{"accept", "application/json"}});
  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.body == R"({"detail":"Provider 'nope' not supported"})");
  const auto browser = world.ask("GET", "/o/nope/login", "", {{"accept", "text/html,application/json;q=0.9,*/*;q=0.8"}});
  BOOST_TEST(World::header(browser, "Content-Type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(head_begins_nothing_and_ends_nothing) {  // RFC 9110 9.3.2
  RedirectWorld world;
  const auto state = world.begin_redirect();
  BOOST_TEST(world.ask("HEAD", kForge, "").status == 200);
  BOOST_TEST(world.flows_in_hand() == 1);
  BOOST_TEST(world.ask("HEAD", "/o/forge/callback", "code=c&state=" + state).status == 200);
  BOOST_TEST(world.come_back(state, "forge", {{"sec-purpose", "prefetch"}}).status == 403);
  BOOST_TEST(world.come_back(state).status == 303);
}

BOOST_AUTO_TEST_CASE(a_provider_with_a_button_of_its_own_has_nowhere_to_be_sent_to) {
  RedirectWorld world;
  world.provider("gate", R"(kind = "signed"
title = "Our gate"
client_id = "id"
client_secret = "a-secret-of-the-gate-0123456789"
signed = { method = "hmac_sha256_pairs", signature = "sig", key = "{client_secret}", join = "&", time = "issued", max_age = "5m" }
map = { uid = "i:/id", username = "i:/name" })");
  world.open();
  const auto response = world.get("/o/gate/login");
  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.body.find("https://app.example/auth/o/gate/") != std::string::npos);
  const auto list = world.get("/o/").body;
  BOOST_TEST(list.find(R"("login_url":"https://app.example/auth/o/gate/")") != std::string::npos, list);
}

BOOST_AUTO_TEST_CASE(the_list_of_providers_names_where_people_begin) {
  RedirectWorld world;
  const auto list = world.get("/o/").body;
  BOOST_TEST(list.find(R"({"id":"forge","title":"Our forge","protocol":"oauth2","login_url":"https://app.example/auth/o/forge/login"})") !=
                 std::string::npos,
             list);
}

BOOST_AUTO_TEST_CASE(flows_are_bound_to_their_browser_even_where_api_mode_is_not) {
  RedirectWorld world;
  world.config.flows.bound = false;
  const auto state = world.begin_redirect();
  BOOST_TEST(world.jar.count("__Host-latchstring-flow") == 1U);
  world.forget();
  const auto sent_again = world.post_from_us("/o/forge/callback", "code=c&latchstring_continued=1&state=" + state);
  BOOST_TEST(sent_again.status == 400);
  BOOST_TEST(world.sessions_in_hand() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
