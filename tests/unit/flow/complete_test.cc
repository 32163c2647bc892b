#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/digest.h"
#include "unit/flow/world.h"

namespace {

constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

BOOST_AUTO_TEST_SUITE(flow_complete)

BOOST_AUTO_TEST_CASE(a_login_gives_tokens_and_the_user_they_name) {
  test::World w;
  const auto response = w.finish(w.begin());
  BOOST_TEST(response.status == 201);
  BOOST_TEST(w.text(response, "user") == "ada");
  BOOST_TEST(w.text(response, "token") == w.text(response, "access"));
  const auto me = w.get("/users/me/", "", {{"authorization", "Bearer " + w.text(response, "access")}});
  BOOST_TEST(me.status == 200);
  BOOST_TEST(w.text(me, "email") == "ada@forge.example");
  BOOST_TEST(w.text(me, "name") == "Ada L");
}

BOOST_AUTO_TEST_CASE(the_second_login_is_the_same_user) {
  test::World w;
  const auto first = w.finish(w.begin());
  const auto second = w.finish(w.begin());
  BOOST_TEST(second.status == 201);
  BOOST_TEST(w.text(first, "user") == w.text(second, "user"));
}

BOOST_AUTO_TEST_CASE(a_state_is_for_one_use) {  // RFC 9700 4.7.1
  test::World w;
  const auto state = w.begin();
  BOOST_TEST(w.finish(state).status == 201);
  BOOST_TEST(w.why(w.finish(state)) == "Wrong state parameter given.");
}

BOOST_AUTO_TEST_CASE(a_state_expires) {
  test::World w;
  const auto state = w.begin();
  w.clock.tick(w.config.flows.ttl + std::chrono::seconds{1});
  BOOST_TEST(w.why(w.finish(state)) == "Wrong state parameter given.");
}

BOOST_AUTO_TEST_CASE(a_stranger_cannot_finish_nor_burn_a_login) {
  test::World w;
  const auto state = w.begin();
  const auto mine = w.cookie;
  w.cookie.clear();
  BOOST_TEST(w.why(w.finish(state)) == "Session value state missing.");
  static_cast<void>(w.begin());  // another browser, with a cookie of its own
  BOOST_TEST(w.why(w.finish(state)) == "Wrong state parameter given.");
  w.cookie = mine;
  BOOST_TEST(w.finish(state).status == 201);
}

BOOST_AUTO_TEST_CASE(a_cookie_that_nobody_issued_is_none) {
  test::World w;
  const auto state = w.begin();
  w.cookie = "__Host-latchstring-flow=" + base::base64url(std::string(40, 'x'));
  BOOST_TEST(w.why(w.finish(state)) == "Session value state missing.");
}

BOOST_AUTO_TEST_CASE(a_state_of_another_provider_is_refused_and_stays_good) {  // RFC 9700 4.4, mix-up
  test::World w;
  const auto state = w.begin("forge");
  BOOST_TEST(w.why(w.finish(state, "other")) == "Session value state missing.");
  static_cast<void>(w.begin("other"));
  BOOST_TEST(w.why(w.finish(state, "other")) == "Wrong state parameter given.");
  BOOST_TEST(w.finish(state, "forge").status == 201);
}

BOOST_AUTO_TEST_CASE(a_client_without_cookies_proves_itself_by_its_verifier) {
  test::World w;
  const auto state = w.begin("forge", std::string{"&flow_challenge="} + kChallenge);
  BOOST_TEST(w.cookie.empty());
  BOOST_TEST(w.why(w.finish(state)) == "Session value state missing.");
  BOOST_TEST(w.why(w.finish(state, "forge", "&flow_verifier=" + std::string(43, 'a'))) == "Wrong state parameter given.");
  BOOST_TEST(w.finish(state, "forge", std::string{"&flow_verifier="} + kVerifier).status == 201);
}

BOOST_AUTO_TEST_CASE(a_flow_with_a_challenge_is_not_finished_by_a_cookie) {
  test::World w;
  static_cast<void>(w.begin());
  const auto state = w.begin("forge", std::string{"&flow_challenge="} + kChallenge);
  BOOST_TEST(w.why(w.finish(state)) == "Wrong state parameter given.");
}

BOOST_AUTO_TEST_CASE(without_binding_a_state_alone_suffices_but_a_bound_one_stays_bound) {
  test::World w;
  const auto bound = w.begin();
  w.cookie.clear();
  w.config.flows.bound = false;
  w.open();
  BOOST_TEST(w.finish(w.begin()).status == 201);
  BOOST_TEST(w.cookie.empty());
  BOOST_TEST(w.finish(bound).status == 400);
}

BOOST_AUTO_TEST_CASE(a_missing_code_uses_nothing_up) {
  test::World w;
  const auto state = w.begin();
  BOOST_TEST(w.why(w.post("/o/forge/", "state=" + state)) == "Authentication process canceled");
  BOOST_TEST(w.finish(state).status == 201);
}

BOOST_AUTO_TEST_CASE(a_refusal_at_the_provider_ends_the_login) {
  test::World w;
  const auto state = w.begin();
  BOOST_TEST(w.why(w.post("/o/forge/", "error=access_denied&state=" + state)) == "Authentication process canceled");
  BOOST_TEST(w.why(w.finish(state)) == "Wrong state parameter given.");
}

BOOST_AUTO_TEST_CASE(the_token_request_carries_the_flows_redirect_uri_and_verifier) {  // wire.md S20, S21; RFC 7636 4.5
  test::World w;
  const auto response = w.get("/o/forge/", "redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
  const auto url = w.text(response, "authorization_url");
  const auto state = w.begin();
  static_cast<void>(w.finish(state, "forge", "&redirect_uri=https%3A%2F%2Fevil.example%2F"));
  const auto form = http::parse_form(w.net.asked.front().body);
  BOOST_TEST(*form.last("redirect_uri") == "https://app.example/cb");
  BOOST_REQUIRE(form.last("code_verifier") != nullptr);
  BOOST_TEST(token::is_verifier(*form.last("code_verifier")));
  BOOST_TEST(form.last("flow_verifier") == nullptr);
}

BOOST_AUTO_TEST_CASE(an_unknown_provider_is_404_on_post_too) {
  test::World w;
  const auto response = w.finish("x", "nope");
  BOOST_TEST(response.status == 404);
  BOOST_TEST(response.body == R"({"detail":"Provider 'nope' not supported"})");
}

BOOST_AUTO_TEST_CASE(a_disabled_user_gets_no_token) {  // wire.md U01
  test::World w;
  const auto first = w.finish(w.begin());
  BOOST_REQUIRE(first.status == 201);
  BOOST_REQUIRE(static_cast<bool>(w.store.set_active(1, false)));
  const auto response = w.finish(w.begin());
  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.body.find("access") == std::string::npos);
}

struct Row {
  const char* why;
  const char* query;  // of the POST; %S = a good state
  const char* form;
  int status;
  const char* text;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"P04: both, body wins", "code=c&state=%S", "code=d&state=%S", 201, ""},
    {"P02: query only", "code=c&state=%S", "", 201, ""},
    {"P05: right in the query, wrong in the body", "code=c&state=%S", "state=nope", 400, "Invalid state has been provided."},
    {"P06: wrong in the query, right in the body", "code=c&state=nope", "state=%S", 201, ""},
    {"S01: nothing", "", "", 400, "Missing needed parameter state"},
    {"S04: empty, form", "", "code=c&state=", 400, "Missing needed parameter state"},
    {"S05: empty, query", "code=c&state=", "", 400, "State could not be found in request data."},
    {"S08: wrong, form", "", "code=c&state=nope", 400, "Wrong state parameter given."},
    {"S09: wrong, query", "code=c&state=nope", "", 400, "Invalid state has been provided."},
    {"S22: twice, the last counts", "code=c&state=nope&state=%S", "", 201, ""},
    {"S23: twice, the last is wrong", "code=c&state=%S&state=nope", "", 400, "Invalid state has been provided."},
    {"S24: redirect_state stands in", "", "code=c&redirect_state=%S", 201, ""},
    {"S25: not ASCII", "code=c&state=%C3%A4", "", 400, "Invalid state has been provided."},
    {"E07: an error needs no state", "", "error=access_denied", 400, "Authentication process canceled"},
    {"E08: nor in the query", "error=access_denied", "", 400, "Authentication process canceled"},
    {"E04: another error", "", "error=server_error&state=%S", 400, "Authentication failed: server_error"},
    {"the state in the query is looked at before the error", "error=access_denied&state=nope", "", 400, "Invalid state has been provided."},
};
std::string with_state(std::string text, const std::string& state) {
  for (auto at = text.find("%S"); at != std::string::npos; at = text.find("%S")) text.replace(at, 2, state);
  return text;
}
BOOST_DATA_TEST_CASE(djosers_texts, boost::unit_test::data::make(rows), row) {
  test::World w;
  const auto state = w.begin();
  const auto response = w.post("/o/forge/", with_state(row.form, state), with_state(row.query, state));
  BOOST_TEST(response.status == row.status);
  BOOST_TEST(w.why(response) == row.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
