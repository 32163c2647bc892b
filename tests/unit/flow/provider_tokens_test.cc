// GET /users/me/identities/{id}/token/, through the whole program: whose tokens, how fresh, and what happens when the provider says no.
#include "flow/provider_tokens.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "unit/flow/world.h"

namespace {

using namespace std::chrono_literals;
const char* kToken = "https://forge.example/token";

struct KeptWorld : test::World {
  std::string access;
  KeptWorld() {
    config.accounts.keep_provider_tokens = true;
    config.upstream.timeout = 1s;
    config.tokens.access_ttl = 1h;
    provider("forge", R"(kind = "oauth2"
client_id = "id"
client_secret = "s3cr3t-of-the-forge"
authorize = { url = "https://forge.example/authorize" }
token = { url = "https://forge.example/token" }
user = [ { url = "https://forge.example/user", headers = { Authorization = "Bearer {access_token}" } } ]
map = { uid = "u:/id", username = "u:/login" }
revoke = { url = "https://forge.example/revoke", params = { token = "{refresh_token | access_token}" } })");
    open();
  }
  void answers(int status, const std::string& body) {
    net.answers[kToken].clear();
    net.answer(kToken, status, body);
  }
  /// Signs in with what the token endpoint says; the identity's id.
  std::int64_t enter(const std::string& tokens) {
    answers(200, tokens);
    cookie.clear();
    const auto done = finish(begin());
    BOOST_REQUIRE_MESSAGE(done.status == 201, done.body);
    access = text(done, "access");
    const auto list = get("/users/me/identities/", "", {{"authorization", "Bearer " + access}});
    return *json::Document::parse(list.body)->root().at(0)["id"].integer();
  }
  http::Response ask(std::int64_t identity) {
    return get("/users/me/identities/" + std::to_string(identity) + "/token/", "", {{"authorization", "Bearer " + access}});
  }
  int redeemed(std::string_view what) const {
    int n = 0;
    for (const auto& request : net.asked) n += request.url == kToken && request.body.find(what) != std::string::npos ? 1 : 0;
    return n;
  }
};

const char* kFirst = R"({"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-1","scope":"read"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(flow_provider_tokens, KeptWorld)

BOOST_AUTO_TEST_CASE(a_fresh_one_is_given_as_it_is) {
  const auto id = enter(kFirst);
  const auto response = ask(id);
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == R"({"access_token":"at-1","token_type":"Bearer","expires_in":3600,"scope":"read"})");
  BOOST_TEST(header(response, "Cache-Control") == "no-store");
  BOOST_TEST(redeemed("grant_type=refresh_token") == 0);
}

BOOST_AUTO_TEST_CASE(a_stale_one_is_refreshed_and_what_was_rotated_is_kept) {
  const auto id = enter(R"({"access_token":"at-1","token_type":"Bearer","expires_in":300,"refresh_token":"rt-1","scope":"read"})");
  clock.tick(239s);
  BOOST_TEST(text(ask(id), "access_token") == "at-1");
  clock.tick(1s);  // a minute is left
  answers(200, R"({"access_token":"at-2","expires_in":90,"refresh_token":"rt-2"})");
  const auto second = ask(id);
  BOOST_TEST(second.body == R"({"access_token":"at-2","token_type":"bearer","expires_in":90,"scope":"read"})");
  BOOST_TEST(redeemed("refresh_token=rt-1") == 1);
  clock.tick(30s);
  answers(200, R"({"access_token":"at-3","expires_in":3600})");
  BOOST_TEST(text(ask(id), "access_token") == "at-3");
  BOOST_TEST(redeemed("refresh_token=rt-2") == 1);
  clock.tick(20s);
  BOOST_TEST(text(ask(id), "access_token") == "at-3");
}

BOOST_AUTO_TEST_CASE(tokens_that_never_live_for_a_minute_are_refreshed_once_a_call) {
  for (const auto* life : {"30", "0"}) {
    const auto id = enter(R"({"access_token":"at-1","expires_in":30,"refresh_token":"rt-1"})");
    answers(200, R"({"access_token":"at-2","expires_in":)" + std::string{life} + "}");
    const auto before = redeemed("grant_type=refresh_token");
    BOOST_TEST(text(ask(id), "access_token") == "at-2");
    BOOST_TEST(redeemed("grant_type=refresh_token") - before == 1);
  }
}

BOOST_AUTO_TEST_CASE(nobody_elses) {
  const auto id = enter(kFirst);
  net.answers["https://forge.example/user"].clear();
  net.answer("https://forge.example/user", 200, R"({"id":8,"login":"bob"})");
  const auto other = enter(kFirst);
  BOOST_TEST(other != id);
  BOOST_TEST(ask(other).status == 200);
  BOOST_TEST(ask(id).status == 404);
  BOOST_TEST(ask(other + 1).status == 404);
  for (const auto* name : {"x", "1x", "-1", "99999999999999999999"})
    BOOST_TEST(get(std::string{"/users/me/identities/"} + name + "/token/", "", {{"authorization", "Bearer " + access}}).status == 404,
               name);
  BOOST_TEST(get("/users/me/identities/" + std::to_string(other) + "/token/").status == 401);
}

BOOST_AUTO_TEST_CASE(switched_off_there_are_none) {
  config.accounts.keep_provider_tokens = false;
  const auto id = enter(kFirst);
  BOOST_TEST(ask(id).status == 404);
  config.accounts.keep_provider_tokens = true;
  BOOST_TEST(ask(id).status == 404);  // nothing was kept
}

BOOST_AUTO_TEST_CASE(a_grant_that_is_gone_is_dropped) {
  const auto id = enter(R"({"access_token":"at-1","expires_in":30,"refresh_token":"rt-1"})");
  answers(400, R"({"error":"invalid_grant"})");
  const auto response = ask(id);
  BOOST_TEST(response.status == 409);
  BOOST_TEST(text(response, "code") == "provider_token_expired");
  BOOST_TEST(text(response, "detail").find("Sign in") != std::string::npos);
  BOOST_TEST(ask(id).status == 404);
  BOOST_TEST(ask(enter(kFirst)).status == 200);
}

BOOST_AUTO_TEST_CASE(trouble_at_the_provider_drops_nothing) {
  const auto id = enter(R"({"access_token":"at-1","expires_in":30,"refresh_token":"rt-1"})");
  answers(503, "");
  BOOST_TEST(text(ask(id), "access_token") == "at-1");  // it still lives for half a minute
  clock.tick(31s);
  BOOST_TEST(ask(id).status == 503);
  clock.tick(3s);
  answers(200, R"({"access_token":"at-2","expires_in":3600})");
  BOOST_TEST(text(ask(id), "access_token") == "at-2");
  BOOST_TEST(redeemed("refresh_token=rt-1") == 3);
}

BOOST_AUTO_TEST_CASE(without_a_refresh_token_it_is_good_until_it_ends) {
  const auto id = enter(R"({"access_token":"at-1","expires_in":30})");
  BOOST_TEST(text(ask(id), "access_token") == "at-1");
  clock.tick(30s);
  BOOST_TEST(ask(id).status == 409);
  BOOST_TEST(ask(id).status == 404);
  BOOST_TEST(text(ask(enter(R"({"access_token":"for-ever"})")), "access_token") == "for-ever");
}

BOOST_AUTO_TEST_CASE(a_login_without_a_refresh_token_keeps_the_one_that_is_there) {  // Google gives it once
  enter(kFirst);
  const auto id = enter(R"({"access_token":"at-2","expires_in":30})");
  answers(200, R"({"access_token":"at-3","expires_in":3600})");
  BOOST_TEST(text(ask(id), "access_token") == "at-3");
  BOOST_TEST(redeemed("refresh_token=rt-1") == 1);
}

BOOST_AUTO_TEST_CASE(a_refresher_that_died_is_succeeded) {
  const auto id = enter(R"({"access_token":"at-1","expires_in":30,"refresh_token":"rt-1"})");
  const auto row = **store.provider_tokens(id);
  config.upstream.timeout = 0s;                                                 // nobody waits for long here
  BOOST_TEST(*store.lease_provider_tokens(id, row.version, clock.now() + 8s));  // and then its process was killed
  clock.tick(7s);
  answers(200, R"({"access_token":"at-2","expires_in":3600})");
  BOOST_TEST(text(ask(id), "access_token") == "at-1");  // waited as long as it may; what lives is better than nothing
  BOOST_TEST(redeemed("grant_type=refresh_token") == 0);
  clock.tick(1s);
  BOOST_TEST(text(ask(id), "access_token") == "at-2");
}

BOOST_AUTO_TEST_CASE(of_many_one_refreshes) {
  const auto id = enter(R"({"access_token":"at-1","expires_in":30,"refresh_token":"rt-1"})");
  answers(200, R"({"access_token":"at-2","expires_in":3600,"refresh_token":"rt-2"})");
  std::vector<std::thread> callers;
  std::vector<std::string> got(16);
  for (auto& one : got) callers.emplace_back([this, id, &one] { one = text(ask(id), "access_token"); });
  for (auto& caller : callers) caller.join();
  for (const auto& one : got) BOOST_TEST(one == "at-2");
  BOOST_TEST(redeemed("grant_type=refresh_token") == 1);
  BOOST_TEST((**store.provider_tokens(id)).version == 2);
}

BOOST_AUTO_TEST_CASE(no_file_holds_a_token_in_clear) {
  enter(R"({"access_token":"clear-access-token","expires_in":30,"refresh_token":"clear-refresh-token"})");
  for (const auto* end : {"", "-wal", "-flows", "-flows-wal"}) {
    std::ifstream file{folder + "/t.db" + end, std::ios::binary};
    std::stringstream content;
    content << file.rdbuf();
    BOOST_TEST(content.str().find("clear-") == std::string::npos, end);
  }
}

BOOST_AUTO_TEST_CASE(a_row_is_bound_to_its_identity) {  // who can write the database cannot give one user another's tokens
  const auto id = enter(kFirst);
  net.answers["https://forge.example/user"].clear();
  net.answer("https://forge.example/user", 200, R"({"id":8,"login":"bob"})");
  const auto other = enter(kFirst);
  BOOST_REQUIRE(bool{store.reseal_provider_tokens(other, 1, (**store.provider_tokens(id)).sealed)});
  BOOST_TEST(ask(other).status == 500);
}

BOOST_AUTO_TEST_CASE(what_goes_is_revoked_and_deletion_never_fails_for_it) {
  const auto id = enter(kFirst);
  const auto identity = store.identities((**store.provider_tokens(id)).user)->front();
  const http::Request request;
  flow::Call call{request, *deps, {}, {}, {}, {}, false};
  net.answer("https://forge.example/revoke", 200, "");
  flow::forget_provider_tokens(call, identity);
  BOOST_TEST(net.asked.back().url == "https://forge.example/revoke");
  BOOST_TEST(net.asked.back().body == "token=rt-1");
  BOOST_TEST(!store.provider_tokens(id)->has_value());
  const auto count = net.asked.size();
  flow::forget_provider_tokens(call, identity);  // there are none
  BOOST_TEST(net.asked.size() == count);
  enter(kFirst);
  net.answers.clear();
  net.fail("https://forge.example/revoke", "connect: refused");
  flow::forget_provider_tokens(call, identity);
  BOOST_TEST(!store.provider_tokens(id)->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
