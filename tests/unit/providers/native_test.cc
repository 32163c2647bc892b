// Logins of apps against everything that is not for us: tokens of other applications, other issuers, other people, forged and old ones
// (OIDC Core 3.1.3.7; GHSA-g5h5-m4hm-xjrr, GHSA-wcvh-g65p-v576, CVE-2026-28498, CVE-2022-29226: any token taken for a login).
#include "providers/native.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/native_world.h"

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
std::string number(std::int64_t n) { return std::to_string(n); }
const std::string kBad = "bad_request Token error: ";

struct Row {
  const char* why;
  world::Change change;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

world::Change both(const char* aud, const char* azp) {
  return [aud, azp](std::map<std::string, std::string>& c) {
    c["aud"] = aud;
    c["azp"] = azp;
  };
}

const Row claims[] = {
    {"for client_id", {}, "ok user-1"},
    {"for an app of ours", world::set("aud", "\"ios\""), "ok user-1"},
    {"for two of ours", world::set("aud", R"(["client","android"])"), "ok user-1"},
    {"Google on Android: for the server's client, issued to the app's", both("\"client\"", "\"android\""), "ok user-1"},
    {"for another application", world::set("aud", "\"other\""), kBad + "Invalid audience"},
    {"no aud", world::drop("aud"), kBad + "Invalid audience"},
    {"aud that begins as ours", world::set("aud", "\"io\""), kBad + "Invalid audience"},
    {"an empty aud", world::set("aud", "\"\""), kBad + "Invalid audience"},
    {"for others beside us, no azp", world::set("aud", R"(["ios","evil"])"), kBad + "Incorrect id_token: azp"},
    {"for others beside us, issued to us", both(R"(["ios","api"])", "\"ios\""), "ok user-1"},
    {"issued to somebody else", both("\"client\"", "\"evil\""), kBad + "Incorrect id_token: azp"},
    {"azp of the wrong type", both("\"client\"", "7"), kBad + "Incorrect id_token: azp"},
    {"of another issuer", world::set("iss", "\"https://evil.example\""), kBad + "Invalid issuer"},
    {"no iss", world::drop("iss"), kBad + "Invalid issuer"},
    {"expired: no leeway", world::set("exp", number(kNow)), kBad + "Signature has expired"},
    {"no exp", world::drop("exp"), kBad + "Incorrect id_token: exp"},
    {"no iat", world::drop("iat"), kBad + "Incorrect id_token: iat"},
    {"eleven minutes old: kept somewhere", world::set("iat", number(kNow - 660)), kBad + "Incorrect id_token: iat"},
    {"of the future", world::set("iat", number(kNow + 61)), kBad + "The token is not yet valid (iat)"},
    {"no sub", world::drop("sub"), kBad + "Invalid UserInfo sub"},
    {"an empty sub", world::set("sub", "\"\""), kBad + "Invalid UserInfo sub"},
    {"a logout token", world::set("events", "{}"), kBad + "Invalid id_token"},
};

}  // namespace

using world::NativeWorld;

BOOST_FIXTURE_TEST_SUITE(providers_native, NativeWorld)

BOOST_DATA_TEST_CASE_F(NativeWorld, every_claim_is_checked, boost::unit_test::data::make(claims), row) {
  BOOST_TEST(with(row.change) == row.outcome);
}

BOOST_AUTO_TEST_CASE(the_identity_is_that_of_a_login_with_a_code) {
  op.login();
  const auto who = enter(op.id_token());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->provider == "op");
  BOOST_TEST(who->issuer == "https://op.example");
  BOOST_TEST(who->tokens.id_token.size() > 100u);
  BOOST_TEST(who->tokens.access == "");
  BOOST_TEST(asked("https://op.example/userinfo") == 0);  // there is nothing to ask with
}

BOOST_AUTO_TEST_CASE(a_forged_signature_is_none) {
  op.login();
  const auto good = op.id_token();
  const auto payload = good.substr(0, good.rfind('.'));
  const auto kSignature = kBad + "Signature verification failed";
  BOOST_TEST(outcome(payload + ".AAAA") == kSignature);
  BOOST_TEST(outcome(payload + '.') == kSignature);
  const auto body = payload.substr(payload.find('.'));
  BOOST_TEST(outcome(base::base64url(R"({"alg":"none"})") + body + '.') == kSignature);
  BOOST_TEST(outcome(base::base64url(R"({"alg":"none"})") + body + ".AAAA") == kSignature);
  // RFC 8725 2.1: HS256, keyed with what everybody can fetch.
  const auto hs = base::base64url(R"({"alg":"HS256","kid":"k1"})") + body;
  for (const auto& secret : {op.jwks(), std::string{"a secret of more than thirty-two bytes"}})
    BOOST_TEST(outcome(hs + '.' + base::base64url(crypto::hmac_sha256(secret, hs))) == kSignature);
  for (const auto* garbage : {"x", "x.y", "x.y.z", "..."}) BOOST_TEST(outcome(garbage) == kSignature, garbage);
}

BOOST_AUTO_TEST_CASE(no_app_is_let_in_by_a_shared_secret) {  // even where the operator allows HS256 for codes
  toml += "id_token = { algs = ['HS256', 'ES256'] }\n";
  op.login();
  const auto good = op.id_token();
  const auto hs = base::base64url(R"({"alg":"HS256"})") + good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  BOOST_TEST(outcome(hs + '.' + base::base64url(crypto::hmac_sha256("a secret of more than thirty-two bytes", hs))) ==
             kBad + "Signature verification failed");
  BOOST_TEST(outcome(good) == "ok user-1");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_looked_for_once) {  // Core 10.1.1
  op.login();
  auto broker = open(toml);
  const providers::Native first{op.id_token(), {}, [](std::string_view, bool) -> base::Status { return base::ok; }};
  BOOST_TEST(world::outcome(broker->native("op", first)) == "ok user-1");
  op.kid = "k2";
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  const providers::Native rotated{op.id_token(), {}, first.accept_nonce};
  op.login();
  BOOST_TEST(world::outcome(broker->native("op", rotated)) == "ok user-1");
  op.kid = "k3";  // published nowhere
  const providers::Native unknown{op.id_token(), {}, first.accept_nonce};
  BOOST_TEST(world::outcome(broker->native("op", unknown)) == kBad + "Signature verification failed");
}

BOOST_AUTO_TEST_CASE(the_nonce_is_asked_about_when_the_token_is_believed_and_before_anybody_else_is) {
  BOOST_TEST(with(world::set("aud", "\"other\"")) != "ok user-1");
  BOOST_TEST(asked_nonce == "-");
  op.login();
  const auto change = [](std::map<std::string, std::string>& c) { c["nonce"] = "\"of another login\""; };
  BOOST_TEST(outcome(op.id_token(change), "at") == "bad_request nonce");
  BOOST_TEST(asked("https://op.example/userinfo") == 0);
  BOOST_TEST(with(world::drop("nonce")) == "ok user-1");
  BOOST_TEST(asked_nonce == "");
  BOOST_TEST(!asked_required);
  toml += "native_nonce = 'required'\n";
  BOOST_TEST(with({}) == "ok user-1");
  BOOST_TEST(asked_required);
}

BOOST_AUTO_TEST_CASE(an_access_token_beside_it_must_belong_to_it) {
  op.login();
  BOOST_TEST(outcome(op.id_token(), "at") == "ok user-1");
  BOOST_TEST(asked("https://op.example/userinfo") == 1);
  BOOST_TEST(outcome(op.id_token(), "another") == kBad + "Invalid access token");
  BOOST_TEST(outcome(op.id_token(world::set("at_hash", "1")), "at") == kBad + "Invalid access token");
  // Without at_hash it could be anybody's, and is left alone.
  const auto who = enter(op.id_token(world::drop("at_hash")), "at");
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->tokens.access == "");
  BOOST_TEST(asked("https://op.example/userinfo") == 1);
}

BOOST_AUTO_TEST_CASE(userinfo_of_somebody_else_is_refused) {
  op.serve(op.token_answer(op.id_token()), R"({"sub":"user-2"})");
  BOOST_TEST(outcome(op.id_token(), "at") == kBad + "Invalid UserInfo sub");
}

BOOST_AUTO_TEST_CASE(it_can_be_switched_off) {
  toml += "native = false\n";
  BOOST_TEST(with({}) == "bad_request This provider does not take tokens of apps: begin with GET.");
}

BOOST_AUTO_TEST_CASE(a_gate_is_not_walked_around) {
  toml += "user = [ { url = 'https://op.example/member', gate = 204, headers = { Authorization = 'Bearer {access_token}' } } ]\n";
  BOOST_TEST(with({}) == "bad_request This provider's conditions need an access token that belongs to the id_token (at_hash).");
  op.login();
  net.answer("https://op.example/member", 404, "");
  BOOST_TEST(outcome(op.id_token(), "at") == "denied Your credentials aren't allowed");
}

BOOST_AUTO_TEST_CASE(what_the_operator_asks_of_people_holds_for_apps_too) {
  toml += "allowed_domains = ['corp.example']\n";
  const auto mail = [](const char* address) {
    return [address](std::map<std::string, std::string>& c) {
      c["email"] = '"' + std::string{address} + '"';
      c["email_verified"] = "true";
    };
  };
  BOOST_TEST(with(mail("a@corp.example")) == "ok user-1");
  BOOST_TEST(with(mail("a@evil.example")) == "denied Your credentials aren't allowed");
}

BOOST_AUTO_TEST_CASE(an_access_token_alone_proves_nothing) {  // CVE-2022-29226
  op.login();
  BOOST_TEST(outcome("", "at") ==
             "bad_request An access token of this provider does not prove whom it was issued to: send an id_token, or begin with GET.");
  BOOST_TEST(asked("https://op.example/userinfo") == 0);
}

BOOST_AUTO_TEST_CASE(protocols_without_tokens_take_none) {
  toml = "[providers.op]\nkind = 'cas'\nurl = 'https://cas.example'\n";
  BOOST_TEST(outcome("x.y.z") == "bad_request This provider does not take tokens of apps: begin with GET.");
}

BOOST_AUTO_TEST_SUITE_END()
