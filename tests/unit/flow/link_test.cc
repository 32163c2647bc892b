// /o/{provider}/link/ and /users/me/identities/{id}/: the two steps, who may finish them, what is refused and how.
#include "flow/link.h"

#include <boost/test/unit_test.hpp>

#include "unit/flow/people.h"

namespace {

const char* kAda = R"({"id":7,"login":"ada","email":"ada@forge.example","verified":true,"full_name":"Ada L"})";
const char* kAdaToo = R"({"id":70,"login":"ada-at-hub","email":"ada@hub.example","verified":true})";
const char* kBob = R"({"id":8,"login":"bob","email":"bob@hub.example","verified":true})";

struct Two : test::People {
  Two() { add("hub"); }
  std::string ada() { return enter("forge", kAda); }
};

BOOST_AUTO_TEST_SUITE(flow_link)

BOOST_AUTO_TEST_CASE(a_user_links_a_second_identity_and_signs_in_with_either) {
  Two w;
  const auto access = w.ada();
  const auto linked = w.link("hub", access, kAdaToo);
  BOOST_TEST(linked.status == 201);
  BOOST_TEST(w.text(linked, "provider") == "hub");
  BOOST_TEST(w.text(linked, "uid") == "70");
  BOOST_TEST(w.ways(access) == 2u);
  BOOST_TEST(w.id(w.enter("hub", kAdaToo)) == w.id(access));
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", access), "username") == "ada");
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", access), "email") == "ada@forge.example");
}

BOOST_AUTO_TEST_CASE(the_answer_is_the_identity_as_the_list_has_it) {
  Two w;
  const auto access = w.ada();
  const auto linked = w.link("hub", access, kAdaToo);
  auto list = *json::Document::parse(w.ask("GET", "/users/me/identities/", access).body);
  BOOST_TEST(linked.body == list.root().at(0).dump());
}

BOOST_AUTO_TEST_CASE(what_is_linked_already_is_200) {
  Two w;
  const auto access = w.ada();
  const auto first = w.link("hub", access, kAdaToo);
  const auto again = w.link("hub", access, kAdaToo);
  BOOST_TEST(again.status == 200);
  BOOST_TEST(w.text(again, "id") == w.text(first, "id"));
  BOOST_TEST(w.ways(access) == 2u);
}

BOOST_AUTO_TEST_CASE(somebody_elses_is_409_and_says_what_to_do) {
  Two w;
  const auto bob = w.enter("hub", kBob);
  const auto access = w.ada();
  const auto taken = w.link("hub", access, kBob);
  BOOST_TEST(taken.status == 409);
  BOOST_TEST(w.text(taken, "code") == "identity_in_use");
  BOOST_TEST(w.text(taken, "detail").find("Sign in with it") != std::string::npos);
  BOOST_TEST(w.ways(access) == 1u);
  BOOST_TEST(w.id(w.enter("hub", kBob)) == w.id(bob));
}

BOOST_AUTO_TEST_CASE(nobody_links_without_being_signed_in) {
  Two w;
  BOOST_TEST(w.ask("GET", "/o/hub/link/", "", w.kBack).status == 401);
  BOOST_TEST(w.ask("POST", "/o/hub/link/", "", "", "code=c&state=s").status == 401);
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/1/", "").status == 401);
}

BOOST_AUTO_TEST_CASE(a_linking_flow_is_no_login_and_a_login_flow_links_nothing) {
  Two w;
  const auto access = w.ada();
  w.sits("hub", kAdaToo);
  const auto linking = w.begin_link("hub", access);
  BOOST_TEST(w.why(w.finish(linking, "hub")) == "Wrong state parameter given.");
  BOOST_TEST(w.why(w.finish_link("hub", access, w.begin("hub"))) == "Wrong state parameter given.");
  BOOST_TEST(w.ways(access) == 1u);
  BOOST_TEST(w.finish_link("hub", access, linking).status == 201);  // neither used the other up
}

BOOST_AUTO_TEST_CASE(a_linking_flow_is_its_users_and_its_browsers) {  // RFC 9700 4.7
  Two w;
  const auto ada = w.ada();
  const auto bob = w.enter("hub", kBob);
  w.sits("hub", kAdaToo);
  const auto state = w.begin_link("hub", ada);
  BOOST_TEST(w.why(w.finish_link("hub", bob, state)) == "Wrong state parameter given.");
  const auto cookie = std::exchange(w.cookie, "");
  BOOST_TEST(w.why(w.finish_link("hub", ada, state)) == "Session value state missing.");
  w.cookie = cookie;
  BOOST_TEST(w.finish_link("hub", ada, state).status == 201);
  BOOST_TEST(w.why(w.finish_link("hub", ada, state)) == "Wrong state parameter given.");  // once
}

BOOST_AUTO_TEST_CASE(without_cookies_a_verifier_proves_it) {
  Two w;
  const auto access = w.ada();
  w.cookie.clear();
  w.sits("hub", kAdaToo);
  const auto state = w.begin_link("hub", access, "&flow_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  BOOST_TEST(w.cookie.empty());
  BOOST_TEST(w.finish_link("hub", access, state).status == 400);
  BOOST_TEST(w.finish_link("hub", access, state + "&flow_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").status == 201);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_as_those_of_a_login) {
  Two w;
  const auto access = w.ada();
  BOOST_TEST(w.ask("GET", "/o/hub/link/", access, "redirect_uri=https%3A%2F%2Fevil.example").body ==
             R"("redirect_uri must be in SOCIAL_AUTH_ALLOWED_REDIRECT_URIS")");
  BOOST_TEST(w.ask("GET", "/o/nope/link/", access, w.kBack).status == 404);
  BOOST_TEST(w.ask("GET", "/o/hub/link/", access, w.kBack + std::string{"&flow_challenge=x"}).status == 400);
  BOOST_TEST(w.ask("POST", "/o/nope/link/", access, "", "code=c&state=s").status == 404);
  BOOST_TEST(w.ask("POST", "/o/hub/link/", access, "", "{}", "application/xml").status == 415);
  BOOST_TEST(w.why(w.ask("POST", "/o/hub/link/", access)) == "Missing needed parameter state");
  BOOST_TEST(w.ask("PUT", "/o/hub/link/", access).status == 405);
  w.sits("hub", R"({"login":"nobody"})");
  BOOST_TEST(w.why(w.finish_link("hub", access, w.begin_link("hub", access))) == "Authentication failed: the provider named no user");
}

BOOST_AUTO_TEST_CASE(what_could_not_sign_in_is_not_linked) {
  Two w;
  w.config.accounts.allowed_emails = {"ada@forge.example"};
  w.open();
  const auto access = w.ada();
  const auto refused = w.link("hub", access, kAdaToo);
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(w.why(refused).find("not allowed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_the_providers_those_that_are_trusted_join_by_email) {
  Two w;
  w.add("shady");
  w.config.accounts.link_by_email = "verified";
  w.config.accounts.trusted_providers = {"forge", "hub:forge.example"};
  w.open();
  const auto ada = w.id(w.ada());
  BOOST_TEST(w.id(w.enter("shady", R"({"id":1,"email":"ada@forge.example","verified":true})")) != ada);
  BOOST_TEST(w.id(w.enter("hub", R"({"id":1,"email":"ada@forge.example","verified":true})")) == ada);
}

BOOST_AUTO_TEST_CASE(unlinking_takes_a_way_in_but_never_the_last) {
  Two w;
  const auto access = w.ada();
  const auto second = w.text(w.link("hub", access, kAdaToo), "id");
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/" + second + "/", access).status == 204);
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/" + second + "/", access).status == 404);
  const auto last = w.ask("DELETE", "/users/me/identities/1", access);
  BOOST_TEST(last.status == 409);
  BOOST_TEST(w.text(last, "code") == "last_identity");
  BOOST_TEST(w.text(last, "detail").find("Link another one first") != std::string::npos);
  BOOST_TEST(w.ways(access) == 1u);
  BOOST_TEST(w.id(w.enter("hub", kAdaToo)) != w.id(access));  // a stranger's now
}

BOOST_AUTO_TEST_CASE(an_identity_of_a_provider_that_is_gone_is_no_way_in) {
  Two w;
  const auto access = w.ada();
  BOOST_TEST(w.link("hub", access, kAdaToo).status == 201);
  w.config.providers.erase("hub");
  w.open();
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/1/", access).status == 409);
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/2/", access).status == 204);
}

BOOST_AUTO_TEST_CASE(what_is_not_theirs_or_no_number_is_404) {
  Two w;
  const auto bob = w.enter("hub", kBob);
  const auto access = w.ada();
  BOOST_TEST(w.link("hub", access, kAdaToo).status == 201);
  for (const auto* path : {"1", "99", "-1", "x", "2x", "+2", "02x", "9223372036854775808"}) {
    BOOST_TEST(w.ask("DELETE", std::string{"/users/me/identities/"} + path + "/", access).status == 404, path);
  }
  BOOST_TEST(w.ways(bob) == 1u);
}

BOOST_AUTO_TEST_CASE(sessions_of_an_unlinked_identity_end_and_the_one_that_asks_stays) {
  Two w;
  const auto ada = w.ada();
  const auto hub = w.text(w.link("hub", ada, kAdaToo), "id");
  const auto thief = w.enter("hub", kAdaToo);
  const auto asking = w.enter("hub", kAdaToo);
  BOOST_TEST(w.ask("DELETE", "/users/me/identities/" + hub + "/", asking).status == 204);
  BOOST_TEST(w.ask("GET", "/users/me/", thief).status == 401);
  BOOST_TEST(w.ask("GET", "/users/me/", asking).status == 200);
  BOOST_TEST(w.ask("GET", "/users/me/", ada).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
