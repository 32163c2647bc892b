// Account events over the whole program without sockets: what follows from each, and how a provider is answered.
#include <boost/test/unit_test.hpp>

#include "unit/flow/openid_world.h"

namespace {

#define RISC "https://schemas.openid.net/secevent/risc/event-type/"

struct EventsWorld : test::OpenIdWorld {
  int told = 0;
  static std::string about(const std::string& type, const std::string& sub, const std::string& rest = {}) {
    return "{\"" + type + R"(":{"subject":{"format":"iss_sub","iss":"https://op.example","sub":")" + sub + "\"}" + rest + "}}";
  }
  std::string event(const std::string& events, Claims claims = {}) {
    claims["events"] = events;
    claims.emplace("jti", "\"j" + std::to_string(++told) + '"');
    return sign(claims, "secevent+jwt");
  }
  http::Response tell(const std::string& token, const std::string& name = "op") {
    return post("/o/" + name + "/events", token, "", "application/secevent+jwt");
  }
  void happens(const std::string& type, const std::string& sub, const std::string& rest = {}) {
    const auto answer = tell(event(about(type, sub, rest)));
    BOOST_TEST(answer.status == 202, type);
    BOOST_TEST(answer.body.empty(), type);
  }
  std::int64_t count(std::string_view sql) {
    std::int64_t n = -1;
    const auto done = main->read([&](store::Tx& tx) -> base::Status {
      const auto rows = tx.run(sql, {});
      if (!rows) return rows.error();
      n = rows->rows.at(0).integer(0);
      return base::ok;
    });
    BOOST_REQUIRE(bool{done});
    return n;
  }
  static Claims verified(const std::string& email) { return {{"email", '"' + email + '"'}, {"email_verified", "true"}}; }
  /// One user with an identity at both providers.
  std::pair<http::Response, http::Response> linked() {
    config.accounts.link_by_email = "verified";
    open();
    auto first = log_in("ann", "s1", "op", verified("ann@op.example"));
    auto second = log_in("ann2", "t1", "second", verified("ann@op.example"));
    BOOST_REQUIRE(count("SELECT count(*) FROM users") == 1);
    return {std::move(first), std::move(second)};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(flow_account_events, EventsWorld)

BOOST_AUTO_TEST_CASE(what_ends_sessions_ends_those_that_the_identity_began) {
  for (const std::string type : {RISC "sessions-revoked", RISC "tokens-revoked", RISC "account-credential-change-required",
                                 "https://schemas.openid.net/secevent/caep/event-type/session-revoked", "consent-revoked"}) {
    const auto [mine, elsewhere] = linked();
    const auto bob = log_in("bob");
    happens(type, "ann");
    BOOST_TEST(me(mine) == 401, type);
    BOOST_TEST(refresh(mine) == 401, type);
    BOOST_TEST(me(elsewhere) == 200, type);
    BOOST_TEST(me(bob) == 200, type);
    BOOST_TEST(log_in("ann").status == 201, type);
    BOOST_TEST(count("SELECT count(*) FROM audit WHERE event = 'told_account'") > 0, type);
    BOOST_REQUIRE(count("SELECT count(*) FROM users") == 2);
    BOOST_REQUIRE(bool{store.delete_user(keys->check(text(bob, "access"))->user_id)});
  }
}

BOOST_AUTO_TEST_CASE(a_session_there_ends_that_session_here) {
  const auto one = log_in("ann", "s1"), two = log_in("ann", "s2");
  const auto caep = R"({"https://schemas.openid.net/secevent/caep/event-type/session-revoked":{"event_timestamp":1700000000}})";
  BOOST_TEST(tell(event(caep, {{"sub_id", R"({"format":"complex","session":{"format":"opaque","id":"s1"}})"}})).status == 202);
  BOOST_TEST(me(one) == 401);
  BOOST_TEST(me(two) == 200);
}

BOOST_AUTO_TEST_CASE(a_disabled_account_is_kept_out_until_it_is_enabled) {
  const auto [mine, elsewhere] = linked();
  happens(RISC "account-disabled", "ann", R"(,"reason":"bulk-account")");
  BOOST_TEST(me(mine) == 401);
  BOOST_TEST(me(elsewhere) == 200);
  const auto refused = log_in("ann");
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(why(refused).starts_with("The provider has disabled this account."));
  happens(RISC "account-enabled", "ann");
  BOOST_TEST(log_in("ann").status == 201);
}

BOOST_AUTO_TEST_CASE(a_hijacked_account_ends_all_sessions_of_the_user) {
  const auto [mine, elsewhere] = linked();
  happens(RISC "account-disabled", "ann", R"(,"reason":"hijacking")");
  BOOST_TEST(me(mine) == 401);
  BOOST_TEST(me(elsewhere) == 401);
  BOOST_TEST(log_in("ann2", "", "second").status == 201);
}

BOOST_AUTO_TEST_CASE(an_account_that_is_gone_takes_its_identity_along_and_never_the_user) {
  const auto [mine, elsewhere] = linked();
  happens(RISC "account-purged", "ann");
  BOOST_TEST(me(mine) == 401);
  BOOST_TEST(count("SELECT count(*) FROM identities") == 1);
  BOOST_TEST(me(elsewhere) == 200);
  const auto alone = log_in("bob");
  happens("account-delete", "bob");
  BOOST_TEST(me(alone) == 401);
  BOOST_TEST(log_in("bob").status == 400);
  BOOST_TEST(count("SELECT count(*) FROM users") == 2);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_gone_is_no_longer_verified) {
  for (const std::string type : {"email-disabled", RISC "identifier-changed", RISC "identifier-recycled"}) {
    const auto mine = log_in("ann", "", "op", verified("ann@op.example"));
    BOOST_TEST(count("SELECT count(*) FROM users WHERE email_match <> ''") == 1, type);
    happens(type, "ann");
    BOOST_TEST(count("SELECT count(*) FROM users WHERE email_match <> '' OR email_verified = 1") == 0, type);
    BOOST_TEST(me(mine) == 200, type);
  }
}

BOOST_AUTO_TEST_CASE(what_nothing_follows_from_is_accepted) {
  const auto mine = log_in("ann");
  happens("https://schemas.openid.net/secevent/caep/event-type/token-claims-change", "ann");
  happens("https://x.example/unheard-of", "ann");
  happens(RISC "sessions-revoked", "nobody");
  happens("email-enabled", "ann");
  BOOST_TEST(tell(event("{\"" RISC "verification\":{\"state\":\"x\"}}")).status == 202);
  BOOST_TEST(tell(event("{\"" RISC "sessions-revoked\":{}}")).status == 202);  // of nobody that we understand
  BOOST_TEST(tell(event(R"({")" RISC R"(sessions-revoked":{"subject":{"format":"iss_sub","iss":"https://second.example","sub":"ann"}}})"))
                 .status == 202);  // of an account that is not theirs
  BOOST_TEST(me(mine) == 200);
}

BOOST_AUTO_TEST_CASE(a_repeated_event_is_accepted_and_does_nothing) {
  log_in("ann");
  const auto token = event(about(RISC "sessions-revoked", "ann"));
  BOOST_TEST(tell(token).status == 202);
  const auto later = log_in("ann");
  BOOST_TEST(tell(token).status == 202);
  BOOST_TEST(me(later) == 200);
}

BOOST_AUTO_TEST_CASE(refusals_are_told_as_rfc_8935_has_it) {
  const auto mine = log_in("ann");
  const auto revoked = about(RISC "sessions-revoked", "ann");
  struct Row {
    const char* why;
    std::string token;
    const char* err;
  };
  auto changed = event(revoked);
  changed.back() = changed.back() == 'A' ? 'Q' : 'A';
  const Row rows[] = {
      {"nothing", "", "invalid_request"},
      {"garbage", "a.b.c", "invalid_request"},
      {"another issuer", event(revoked, {{"iss", "\"https://second.example\""}}), "invalid_issuer"},
      {"another audience", event(revoked, {{"aud", "\"x\""}}), "invalid_audience"},
      {"changed", changed, "authentication_failed"},
      {"our own access token", text(mine, "access"), "invalid_request"},
      {"an id_token", sign({{"sub", "\"ann\""}, {"nonce", "\"n\""}, {"exp", "9999999999"}}, "JWT"), "invalid_request"},
  };
  for (const auto& row : rows) {
    const auto answer = tell(row.token);
    BOOST_TEST(answer.status == 400, row.why);
    BOOST_TEST(text(answer, "err") == row.err, row.why);
    BOOST_TEST(!text(answer, "description").empty(), row.why);
    BOOST_TEST(header(answer, "Content-Language") == "en", row.why);
    BOOST_TEST(header(answer, "Content-Type").starts_with("application/json"), row.why);
  }
  const auto other_key = *crypto::SignKey::generate(crypto::Kind::p256);
  BOOST_TEST(text(tell(*token::sign(other_key, crypto::Alg::ES256, "k2", "secevent+jwt", "{}")), "err") == "invalid_key");
  BOOST_TEST(post("/o/op/events", event(revoked), "", "application/json").status == 400);
  BOOST_TEST(me(mine) == 200);
  BOOST_TEST(tell(event(revoked), "second").status == 400);
  BOOST_TEST(tell(event(revoked), "nobody").status == 404);
  BOOST_TEST(tell(event(revoked), "forge").status == 404);
  BOOST_TEST(get("/o/op/events").status == 405);
  BOOST_TEST(tell(event(revoked)).status == 202);
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_down_is_asked_to_try_again) {
  const auto token = event(about(RISC "sessions-revoked", "ann"));
  net.answers.clear();
  open();
  BOOST_TEST(tell(token).status == 503);
}

BOOST_AUTO_TEST_SUITE_END()
