#include <boost/test/unit_test.hpp>

#include "base/encode.h"

#include "unit/flow/world.h"

namespace {

http::Response refresh(test::World& w, const std::string& token) {
  return w.post("/jwt/refresh/", R"({"refresh":")" + token + R"("})", "", "application/json");
}

BOOST_AUTO_TEST_SUITE(flow_tokens)

BOOST_AUTO_TEST_CASE(a_refresh_gives_a_new_pair) {
  test::World w;
  const auto login = w.finish(w.begin());
  const auto response = refresh(w, w.text(login, "refresh"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(w.text(response, "refresh") != w.text(login, "refresh"));
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "JWT " + w.text(response, "access")}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_retry_within_the_grace_window_gets_the_very_same_successor) {
  test::World w;
  const auto first = w.text(w.finish(w.begin()), "refresh");
  const auto once = refresh(w, first);
  w.clock.tick(std::chrono::seconds{9});
  const auto again = refresh(w, first);
  BOOST_TEST(again.status == 200);
  BOOST_TEST(w.text(once, "refresh") == w.text(again, "refresh"));
}

BOOST_AUTO_TEST_CASE(reuse_after_the_window_ends_the_session) {  // RFC 9700 4.14.2
  test::World w;
  const auto first = w.text(w.finish(w.begin()), "refresh");
  const auto second = w.text(refresh(w, first), "refresh");
  w.clock.tick(std::chrono::seconds{11});
  BOOST_TEST(refresh(w, first).status == 401);
  BOOST_TEST(refresh(w, second).status == 401);
}

BOOST_AUTO_TEST_CASE(wrong_tokens_are_named) {
  test::World w;
  const auto login = w.finish(w.begin());
  BOOST_TEST(refresh(w, w.text(login, "access")).body == R"({"detail":"Token has wrong type","code":"token_not_valid"})");
  BOOST_TEST(refresh(w, "garbage").body == R"({"detail":"Token is invalid","code":"token_not_valid"})");
  BOOST_TEST(w.post("/jwt/refresh/", "{}", "", "application/json").body == R"({"refresh":["This field is required."]})");
  BOOST_TEST(w.post("/jwt/verify/", "", "").body == R"({"token":["This field is required."]})");
}

BOOST_AUTO_TEST_CASE(verify_takes_both_kinds_json_or_form) {
  test::World w;
  const auto login = w.finish(w.begin());
  BOOST_TEST(w.post("/jwt/verify/", R"({"token":")" + w.text(login, "access") + R"("})", "", "application/json").body == "{}");
  BOOST_TEST(w.post("/jwt/verify", "token=" + w.text(login, "refresh")).status == 200);
}

BOOST_AUTO_TEST_CASE(tokens_end) {
  test::World w;
  const auto login = w.finish(w.begin());
  w.clock.tick(w.config.tokens.access_ttl);
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "JWT " + w.text(login, "access")}}).status == 401);
  w.clock.tick(w.config.tokens.refresh_ttl);
  BOOST_TEST(refresh(w, w.text(login, "refresh")).status == 401);
}

BOOST_AUTO_TEST_CASE(a_deleted_users_tokens_are_worth_nothing) {  // wire.md J22, J23
  test::World w;
  const auto login = w.finish(w.begin());
  http::Request request;
  request.method = "DELETE";
  request.path = "/users/me/";
  request.headers = {{"authorization", "Bearer " + w.text(login, "access")}};
  BOOST_TEST(w.send(request).status == 204);
  const auto me = w.get("/users/me/", "", {{"authorization", "Bearer " + w.text(login, "access")}});
  BOOST_TEST(me.status == 401);
  BOOST_TEST(w.text(me, "code") == "user_not_found");
  BOOST_TEST(refresh(w, w.text(login, "refresh")).status == 401);
}

BOOST_AUTO_TEST_CASE(keys_rotate_with_overlap) {
  test::World w;
  const auto login = w.finish(w.begin());
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  BOOST_REQUIRE(static_cast<bool>(
      w.store.add_key({"k2", "ES256", w.master.seal(key.pem().reveal(), "signing-key:k2", w.random), w.clock.now(), std::nullopt}, true)));
  w.clock.tick(std::chrono::seconds{31});
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "JWT " + w.text(login, "access")}}).status == 200);
  const auto jwks = w.get("/.well-known/jwks.json").body;
  BOOST_TEST(jwks.find("\"k1\"") != std::string::npos);
  BOOST_TEST(jwks.find("\"k2\"") != std::string::npos);
  const auto header = *base::base64url_decode(w.text(w.finish(w.begin()), "access").substr(0, w.text(w.finish(w.begin()), "access").find('.')));
  BOOST_TEST(header.find("\"k2\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_token_by_a_key_that_another_worker_has_read_is_good_here_too) {
  test::World w;
  const auto old_token = w.text(w.finish(w.begin()), "access");
  // In the very second in which the ring was read here: somebody who sends forged tokens makes that so, all the time.
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  BOOST_REQUIRE(static_cast<bool>(
      w.store.add_key({"k2", "ES256", w.master.seal(key.pem().reveal(), "signing-key:k2", w.random), w.clock.now(), std::nullopt}, true)));
  flow::Keys other{w.store, w.master, w.config, w.clock};  // has just started, so it signs with the new key
  const auto ring = *other.ring();
  const token::Claims claims{token::Type::access, 1, std::string(32, 'a'), w.clock.now(), w.clock.now() + std::chrono::minutes{1}, "", ""};
  const auto fresh = *token::issue(*ring, {w.config.public_url, w.config.tokens.audience}, claims);
  const auto forged = fresh.substr(0, fresh.rfind('.') + 1) + std::string(86, 'A');
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "Bearer " + forged}}).status == 401);
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "Bearer " + fresh}}).status == 200);
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "Bearer " + old_token}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_opened_here_makes_no_token_bad) {
  test::World w;
  const auto login = w.finish(w.begin());
  const auto text = token::Master::with_new_key(token::Master::make_text(w.random), w.random);
  const auto newer = *token::Master::from_text(*text);  // `keys master`, then `keys rotate`, while this worker still has its old one
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  BOOST_REQUIRE(static_cast<bool>(
      w.store.add_key({"k2", "ES256", newer.seal(key.pem().reveal(), "signing-key:k2", w.random), w.clock.now(), std::nullopt}, true)));
  const auto token = base::base64url(R"({"alg":"ES256","kid":"k2"})") + '.' + base::base64url("{}") + '.' + std::string(86, 'A');
  const auto answer = w.get("/users/me/", "", {{"authorization", "Bearer " + token}});
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(w.header(answer, "Retry-After") == "1");
  BOOST_TEST(refresh(w, token).status == 503);
  BOOST_TEST(w.get("/users/me/", "", {{"authorization", "Bearer " + w.text(login, "access")}}).status ==
             200);  // the old key is still there
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
