// A provider's tokens after the login: refreshed (RFC 6749 6, OIDC Core 12), revoked (RFC 7009), in the standard's way or the file's.
#include "providers/later.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

struct LaterWorld : world::OidcWorld {
  providers::Kept kept{"user-1", "https://op.example", "user-1", {.access = "old", .refresh = "r1", .type = "Bearer", .scope = "a b"}};
  std::string name = "op";

  base::Result<providers::ProviderTokens> refresh() {
    auto broker = open(toml);
    if (!broker) throw std::runtime_error{broker.error().say};
    return broker->refresh(name, kept);
  }
  /// "ok ACCESS REFRESH", or the code.
  std::string outcome(int status, const std::string& answer) {
    net.answers.clear();
    op.serve(answer);
    net.answers[op.issuer + "/token"].clear();
    net.answer(op.issuer + "/token", status, answer);
    const auto fresh = refresh();
    return fresh ? "ok " + fresh->access + ' ' + fresh->refresh : base::name_of(fresh.error().code);
  }
  std::string with_id_token(const world::Change& change) {
    return outcome(200, R"({"access_token":"at","expires_in":60,"id_token":")" + op.id_token(change) + "\"}");
  }
};

struct Answer {
  const char* why;
  int status;
  const char* body;
  const char* outcome;
};
std::ostream& operator<<(std::ostream& os, const Answer& row) { return os << row.why; }
const Answer answers[] = {
    {"the old refresh token stays where no new one comes", 200, R"({"access_token":"new","expires_in":60})", "ok new r1"},
    {"a rotated one takes its place", 200, R"({"access_token":"new","refresh_token":"r2"})", "ok new r2"},
    {"RFC 6749 5.2: the grant is gone", 400, R"({"error":"invalid_grant"})", "denied"},
    {"the same with a status of its own", 401, R"({"error":"invalid_grant"})", "denied"},
    {"the same with 200", 200, R"({"error":"invalid_grant"})", "denied"},
    {"our own mistake drops nobody's tokens", 401, R"({"error":"invalid_client"})", "upstream"},
    {"neither does a bad request", 400, R"({"error":"invalid_request"})", "upstream"},
    {"nor a proxy's page", 400, "<html>", "upstream"},
    {"nor trouble there", 503, "", "upstream"},
    {"an answer without a token", 200, "{}", "bad_request"},
    {"a token of another type", 200, R"({"access_token":"x","token_type":"DPoP"})", "bad_request"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_later, LaterWorld)

BOOST_DATA_TEST_CASE_F(LaterWorld, each_answer_says_whether_there_is_something_left_to_try, boost::unit_test::data::make(answers), row) {
  BOOST_TEST(outcome(row.status, row.body) == row.outcome);
}

BOOST_AUTO_TEST_CASE(the_request_is_the_standards) {
  op.serve(R"({"access_token":"new"})");
  const auto fresh = refresh();
  BOOST_REQUIRE(bool{fresh});
  const auto& request = last("https://op.example/token");
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.body == "grant_type=refresh_token&refresh_token=r1");
  BOOST_TEST(request.headers.at(0).first == "Authorization");
  BOOST_TEST(fresh->scope == "a b");  // what is not told is as it was
}

BOOST_AUTO_TEST_CASE(a_refreshed_id_token_is_about_the_same_person) {  // oidcc-client-test-refresh-token-invalid-issuer, -invalid-sub
  BOOST_TEST(with_id_token({}) == "ok at r1");
  BOOST_TEST(with_id_token(world::drop("nonce")) == "ok at r1");  // Core 12.2: it need not have one
  BOOST_TEST(with_id_token(world::set("sub", "\"user-2\"")) == "denied");
  BOOST_TEST(with_id_token(world::set("iss", "\"https://evil.example\"")) == "bad_request");
  BOOST_TEST(with_id_token(world::set("aud", "\"other\"")) == "bad_request");
  BOOST_TEST(with_id_token(world::set("at_hash", "\"AAAA\"")) == "bad_request");
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  const auto forged = op.id_token();
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  cache.entries.clear();
  BOOST_TEST(outcome(200, R"({"access_token":"at","id_token":")" + forged + "\"}") == "bad_request");
}

BOOST_AUTO_TEST_CASE(without_a_refresh_token_there_is_nothing_to_try) {
  kept.tokens.refresh.clear();
  auto broker = open(toml);
  BOOST_TEST(!broker->can_refresh("op", kept));
  BOOST_TEST(base::name_of(broker->refresh("op", kept).error().code) == "denied");
  BOOST_TEST(net.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_file_can_have_a_way_of_its_own) {
  toml = "[providers.facebook]\nclient_id = '1'\nclient_secret = 's'\n";
  name = "facebook";
  kept.tokens.refresh.clear();
  const std::string url = "https://graph.facebook.com/v24.0/oauth/access_token";
  BOOST_TEST(open(toml)->can_refresh(name, kept));  // the access token itself is exchanged
  net.answer(url, 200, R"({"access_token":"long","expires_in":5184000})");
  const auto fresh = refresh();
  BOOST_REQUIRE(bool{fresh});
  BOOST_TEST(fresh->access == "long");
  BOOST_TEST(last(url).url == url + "?client_id=1&client_secret=s&fb_exchange_token=old&grant_type=fb_exchange_token");
  net.answers.clear();
  net.answer(url, 400, R"({"error":{"type":"OAuthException","code":190}})");
  BOOST_TEST(base::name_of(refresh().error().code) == "denied");
  net.answers.clear();
  net.answer(url, 400, R"({"error":{"type":"OAuthException","code":4}})");
  BOOST_TEST(base::name_of(refresh().error().code) == "upstream");
}

BOOST_AUTO_TEST_CASE(parameters_of_a_file_come_besides) {
  toml = "[providers.yahoo-oauth2]\nclient_id = 'c'\nclient_secret = 's'\n";
  name = "yahoo-oauth2";
  net.live = [](const net::Request&) { return net::Response{200, {}, R"({"access_token":"new"})"}; };
  BOOST_REQUIRE(bool{refresh()});
  BOOST_TEST(net.asked.back().body.find("redirect_uri=oob") != std::string::npos);
  BOOST_TEST(net.asked.back().body.find("refresh_token=r1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(revocation_is_the_metadatas) {  // RFC 7009 2.1
  op.metadata_more += R"(,"revocation_endpoint":"https://op.example/revoke")";
  op.login();
  net.answer("https://op.example/revoke", 200, "");
  auto broker = open(toml);
  BOOST_TEST(bool{broker->revoke("op", kept)});
  BOOST_TEST(last("https://op.example/revoke").body == "token=r1&token_type_hint=refresh_token");
  BOOST_TEST(last("https://op.example/revoke").headers.at(0).first == "Authorization");
  kept.tokens.refresh.clear();
  BOOST_TEST(bool{broker->revoke("op", kept)});
  BOOST_TEST(last("https://op.example/revoke").body == "token=old&token_type_hint=access_token");
  net.answers["https://op.example/revoke"].clear();
  net.answer("https://op.example/revoke", 503, "");
  BOOST_TEST(!broker->revoke("op", kept));
}

BOOST_AUTO_TEST_CASE(or_the_files) {
  toml = "[providers.google-oauth2]\nclient_id = '1'\nclient_secret = 's'\n";
  name = "google-oauth2";
  net.answer("https://accounts.google.com/o/oauth2/revoke", 200, "{}");
  auto broker = open(toml);
  BOOST_TEST(bool{broker->revoke(name, kept)});
  BOOST_TEST(net.asked.back().url == "https://accounts.google.com/o/oauth2/revoke?token=r1");
  kept.tokens.refresh.clear();
  BOOST_TEST(bool{broker->revoke(name, kept)});
  BOOST_TEST(net.asked.back().url == "https://accounts.google.com/o/oauth2/revoke?token=old");
}

BOOST_AUTO_TEST_CASE(who_cannot_be_told_is_not_told) {
  op.login();
  auto broker = open(toml);
  BOOST_TEST(bool{broker->revoke("op", kept)});
  BOOST_TEST(asked("https://op.example/revoke") == 0);
}

BOOST_AUTO_TEST_CASE(a_login_gives_what_it_was_given) {
  op.serve(R"({"access_token":"at","token_type":"Bearer","expires_in":"300","refresh_token":"r","scope":"openid x","id_token":")" +
           op.id_token() + "\"}");
  auto broker = open(toml);
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->tokens.access == "at");
  BOOST_TEST(who->tokens.refresh == "r");
  BOOST_TEST(who->tokens.type == "Bearer");
  BOOST_TEST(who->tokens.scope == "openid x");
  BOOST_TEST((who->tokens.expires_in == std::chrono::seconds{300}));
}

BOOST_AUTO_TEST_SUITE_END()
