// Logouts that a provider tells us of, over the whole program without sockets.
#include <boost/test/unit_test.hpp>

#include "unit/flow/openid_world.h"

namespace {

const char* kEvents = R"({"http://schemas.openid.net/event/backchannel-logout":{}})";

struct ToldWorld : test::OpenIdWorld {
  int told = 0;
  std::string logout_token(Claims claims) {
    claims["events"] = kEvents;
    claims.emplace("jti", "\"j" + std::to_string(++told) + '"');
    return sign(claims, "logout+jwt");
  }
  http::Response tell(const std::string& token, const std::string& name = "op") {
    return post("/o/" + name + "/backchannel-logout", "logout_token=" + token);
  }
  http::Response frame(const std::string& query, const std::string& browser = "", const std::string& purpose = "iframe") {
    std::vector<std::pair<std::string, std::string>> headers{{"sec-fetch-dest", purpose}};
    if (!browser.empty()) headers.emplace_back("cookie", browser);
    return get("/o/op/frontchannel-logout", query, std::move(headers));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(flow_logout_told, ToldWorld)

BOOST_AUTO_TEST_CASE(by_user_all_of_that_identitys_sessions_end) {
  const auto one = log_in("ann", "s1"), two = log_in("ann", "s2"), bob = log_in("bob", "s3");
  const auto browser = browser_session("ann", "s4");
  BOOST_TEST(me(one) == 200);
  BOOST_TEST(me_by(browser) == 200);
  const auto answer = tell(logout_token({{"sub", "\"ann\""}}));
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body.empty());
  BOOST_TEST(header(answer, "Cache-Control") == "no-store");
  for (const auto* login : {&one, &two}) {
    BOOST_TEST(me(*login) == 401);
    BOOST_TEST(refresh(*login) == 401);
  }
  BOOST_TEST(me_by(browser) == 401);
  BOOST_TEST(me(bob) == 200);
  BOOST_TEST(refresh(bob) == 200);
}

BOOST_AUTO_TEST_CASE(by_session_that_one_ends) {
  const auto one = log_in("ann", "s1"), two = log_in("ann", "s2");
  BOOST_TEST(tell(logout_token({{"sid", "\"s1\""}})).status == 200);
  BOOST_TEST(me(one) == 401);
  BOOST_TEST(me(two) == 200);
  BOOST_TEST(tell(logout_token({{"sid", "\"s2\""}, {"sub", "\"bob\""}})).status == 200);  // not bob's
  BOOST_TEST(me(two) == 200);
  BOOST_TEST(tell(logout_token({{"sid", "\"s2\""}, {"sub", "\"ann\""}})).status == 200);
  BOOST_TEST(refresh(two) == 401);
}

BOOST_AUTO_TEST_CASE(another_provider_speaks_for_its_own_people_only) {
  const auto mine = log_in("ann", "s1"), theirs = log_in("ann", "s1", "second");
  const auto token = logout_token({{"sub", "\"ann\""}, {"sid", "\"s1\""}});
  BOOST_TEST(tell(token, "second").status == 400);
  BOOST_TEST(me(theirs) == 200);
  BOOST_TEST(tell(token).status == 200);
  BOOST_TEST(me(mine) == 401);
  BOOST_TEST(me(theirs) == 200);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_no_error) {
  BOOST_TEST(tell(logout_token({{"sub", "\"nobody\""}})).status == 200);
  BOOST_TEST(tell(logout_token({{"sid", "\"nothing\""}})).status == 200);
}

BOOST_AUTO_TEST_CASE(a_token_works_once) {
  const auto token = logout_token({{"sub", "\"ann\""}});
  BOOST_TEST(tell(token).status == 200);
  const auto later = log_in("ann");
  const auto answer = tell(token);
  BOOST_TEST(answer.status == 400);
  BOOST_TEST(answer.body == R"({"error":"invalid_request","error_description":"this jti was used before"})");
  BOOST_TEST(me(later) == 200);
  // Another token with the same jti, a new signature.
  BOOST_TEST(tell(logout_token({{"sub", "\"ann\""}, {"jti", "\"j1\""}})).status == 400);
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto token = logout_token({{"sub", "\"ann\""}});
  const auto login = log_in("ann");
  const auto id_token = sign({{"sub", "\"ann\""}, {"exp", "9999999999"}, {"nonce", "\"n\""}, {"jti", "\"i\""}}, "JWT");
  struct Row {
    const char* why;
    std::string body, type;
    const char* told;
  };
  const std::string form = "application/x-www-form-urlencoded";
  const Row rows[] = {
      {"nothing", "", form, "want one logout_token"},
      {"another parameter", "token=" + token, form, "want one logout_token"},
      {"twice", "logout_token=" + token + "&logout_token=" + token, form, "want one logout_token"},
      {"as JSON", R"({"logout_token":")" + token + "\"}", "application/json", "want Content-Type: application/x-www-form-urlencoded"},
      {"bare", token, "application/jwt", "want Content-Type: application/x-www-form-urlencoded"},
      {"garbage", "logout_token=a.b.c", form, "it is no signed JWT (jws: not base64url)"},
      {"an id_token", "logout_token=" + id_token, form, "events does not hold a back-channel logout"},
      {"our own access token", "logout_token=" + text(login, "access"), form, "signature: bad signature"},  // it has a kid of the same name
      {"too long", "logout_token=" + std::string(20'000, 'a'), form, "it is no signed JWT (jws: more than 16 KiB)"},
  };
  for (const auto& row : rows) {
    const auto answer = post("/o/op/backchannel-logout", row.body, "", row.type);
    BOOST_TEST(answer.status == 400, row.why);
    BOOST_TEST(text(answer, "error") == "invalid_request", row.why);
    BOOST_TEST(text(answer, "error_description") == row.told, row.why << ": " << text(answer, "error_description"));
    BOOST_TEST(header(answer, "Cache-Control") == "no-store", row.why);
  }
  BOOST_TEST(me(login) == 200);
  BOOST_TEST(post("/o/op/backchannel-logout", "", "logout_token=" + token).status == 400);  // in the query: it would be logged
  BOOST_TEST(get("/o/op/backchannel-logout", "logout_token=" + token).status == 405);
  BOOST_TEST(tell(token, "nobody").status == 404);
  BOOST_TEST(tell(token, "forge").status == 404);  // speaks no OpenID Connect
  BOOST_TEST(post("/o/op/backchannel-logout/", "logout_token=" + token).status == 200);
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_down_is_asked_to_try_again) {
  const auto token = logout_token({{"sub", "\"ann\""}});
  net.answers.clear();
  open();
  const auto answer = tell(token);
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(header(answer, "Retry-After") == "1");
}

// ---- in a frame of the provider's

BOOST_AUTO_TEST_CASE(a_frame_names_the_session) {
  const auto one = log_in("ann", "s1"), two = log_in("ann", "s2");
  const auto browser = browser_session("ann", "s1");
  const auto answer = frame("iss=https%3A%2F%2Fop.example&sid=s1", browser);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(me(one) == 401);
  BOOST_TEST(me(two) == 200);
  BOOST_TEST(me_by(browser) == 401);
  BOOST_TEST(header(answer, "Set-Cookie").starts_with("__Host-latchstring=;"));
  BOOST_TEST(header(answer, "Set-Cookie").find("Max-Age=0") != std::string::npos);
  BOOST_TEST(header(answer, "Cache-Control") == "no-store");
  BOOST_TEST(header(answer, "Content-Security-Policy") == "default-src 'none'; frame-ancestors https://op.example");
  BOOST_TEST(!answer.has("X-Frame-Options"));
  BOOST_TEST(header(answer, "Content-Type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(a_cookie_of_another_session_stays) {
  log_in("ann", "s1");
  const auto browser = browser_session("bob", "s2");
  const auto answer = frame("iss=https%3A%2F%2Fop.example&sid=s1", browser);
  BOOST_TEST(!answer.has("Set-Cookie"));
  BOOST_TEST(me_by(browser) == 200);
}

BOOST_AUTO_TEST_CASE(a_frame_without_names_means_the_browsers_own_session) {
  const auto api = log_in("ann", "s1");
  const auto browser = browser_session("ann", "s1"), elsewhere = browser_session("ann", "s1", "second");
  BOOST_TEST(frame("").status == 200);
  BOOST_TEST(!frame("", elsewhere).has("Set-Cookie"));  // another provider's
  BOOST_TEST(me_by(elsewhere) == 200);
  frame("", browser, "document");  // somebody's link: no frame
  BOOST_TEST(me_by(browser) == 200);
  BOOST_TEST(frame("", browser).has("Set-Cookie"));
  BOOST_TEST(me_by(browser) == 401);
  BOOST_TEST(me(api) == 200);
}

BOOST_AUTO_TEST_CASE(frames_that_are_refused) {
  const auto one = log_in("ann", "s1");
  for (const auto* query : {"iss=https%3A%2F%2Fevil.example&sid=s1", "iss=https%3A%2F%2Fop.example%2F&sid=s1", "sid=s1",
                            "iss=https%3A%2F%2Fop.example", "iss=https%3A%2F%2Fop.example&sid=", "iss=&sid=s1"}) {
    BOOST_TEST(frame(query).status == 400, query);
    BOOST_TEST(header(frame(query), "X-Frame-Options") == "DENY", query);
  }
  BOOST_TEST(get("/o/nobody/frontchannel-logout").status == 404);
  BOOST_TEST(post("/o/op/frontchannel-logout", "iss=https%3A%2F%2Fop.example&sid=s1").status == 405);
  BOOST_TEST(me(one) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
