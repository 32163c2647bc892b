// Logins of apps against everything that is not for us: tokens of other applications, other issuers, other people, forged and old ones
// (OIDC Core 3.1.3.7; GHSA-g5h5-m4hm-xjrr, GHSA-wcvh-g65p-v576, CVE-2026-28498, CVE-2022-29226: any token taken for a login).
#include "providers/native.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
std::string number(std::int64_t n) { return std::to_string(n); }
const std::string kBad = "bad_request Token error: ";
const std::string kNotOurs = kBad + "the access token was not issued to this application, or is no longer good";

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

struct NativeWorld : world::OidcWorld {
  std::string asked_nonce = "-";
  bool asked_required = false;
  NativeWorld() { toml = std::string{world::kOidc} + "client_ids = ['ios', 'android']\n"; }

  base::Result<providers::Identity> enter(const std::string& id_token, const std::string& access_token = {},
                                          const std::string& name = "op") {
    auto broker = open(toml);
    if (!broker) return broker.error();
    return broker->native(name, {id_token, access_token, [this](std::string_view nonce, bool required) -> base::Status {
                                   asked_nonce = nonce;
                                   asked_required = required;
                                   if (nonce == "of another login") return base::Error{base::Code::bad_request, "", "nonce"};
                                   return base::ok;
                                 }});
  }
  std::string outcome(const std::string& id_token, const std::string& access_token = {}, const std::string& name = "op") {
    return world::outcome(enter(id_token, access_token, name));
  }
  /// Everything served, one token changed.
  std::string with(const world::Change& change) {
    op.login();
    return outcome(op.id_token(change));
  }
};

/// A provider in Google's shape, one in Facebook's, one in GitHub's.
struct ProofWorld : NativeWorld {
  ProofWorld() {
    toml = R"([providers.google-oauth2]
client_id = "client"
client_secret = "s"
client_ids = ["ios"]
[providers.facebook]
client_id = "1001"
client_secret = "fs"
[providers.github]
client_id = "gh"
client_secret = "gs"
[providers.forge]
kind = "oauth2"
client_id = "c"
client_secret = "s"
authorize = { url = "https://forge.example/a" }
token = { url = "https://forge.example/t" }
user = [ { url = "https://forge.example/u" } ]
map = { uid = "u:/id" }
)";
    net.answer("https://www.googleapis.com/oauth2/v3/userinfo", 200, R"({"sub":"g-1","email":"a@x.example","email_verified":true})");
    net.answer("https://graph.facebook.com/v24.0/me", 200, R"({"id":"77","name":"Ann"})");
    net.answer("https://api.github.com/user", 200, R"({"id":7,"login":"ann"})");
    net.answer("https://api.github.com/user/emails", 404, "{}");
  }
  std::string google(int status, const std::string& body) {
    net.answers["https://oauth2.googleapis.com/tokeninfo"].clear();
    net.answer("https://oauth2.googleapis.com/tokeninfo", status, body);
    return outcome("", "at", "google-oauth2");
  }
  std::string facebook(const std::string& body, int status = 200) {
    net.answers["https://graph.facebook.com/v24.0/debug_token"].clear();
    net.answer("https://graph.facebook.com/v24.0/debug_token", status, body);
    return outcome("", "at", "facebook");
  }
  std::string github(int status, const std::string& body) {
    net.answers["https://api.github.com/applications/gh/token"].clear();
    net.answer("https://api.github.com/applications/gh/token", status, body);
    return outcome("", "at", "github");
  }
};

}  // namespace

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

BOOST_FIXTURE_TEST_SUITE(providers_access_token_proof, ProofWorld)

BOOST_AUTO_TEST_CASE(google_says_whom_it_was_issued_to) {
  const auto later = number(kNow + 3000);
  BOOST_TEST(google(200, R"({"aud":"client","sub":"g-1","exp":")" + later + "\"}") == "ok g-1");
  BOOST_TEST(google(200, R"({"aud":"ios","sub":"g-1","exp":")" + later + "\"}") == "ok g-1");
  const std::string refused[] = {
      R"({"aud":"other","sub":"g-1","exp":")" + later + "\"}",                 // of another application
      R"({"aud":"other","azp":"client","sub":"g-1","exp":")" + later + "\"}",  // aud counts
      R"({"sub":"g-1","exp":")" + later + "\"}",
      R"({"aud":["client"],"sub":"g-1","exp":")" + later + "\"}",
      R"({"aud":"client","sub":"g-1","exp":")" + number(kNow) + "\"}",  // expired
      R"({"aud":"client","sub":"g-1"})",
      R"({"aud":"client","exp":")" + later + "\"}",
      "{}",
  };
  for (const auto& body : refused) BOOST_TEST(google(200, body) == kNotOurs, body);
  BOOST_TEST(google(400, R"({"error":"invalid_token"})") == kNotOurs);
  BOOST_TEST(last("https://oauth2.googleapis.com/tokeninfo").url == "https://oauth2.googleapis.com/tokeninfo?access_token=at");
}

BOOST_AUTO_TEST_CASE(the_users_answer_must_be_about_the_proofs_subject) {
  BOOST_TEST(google(200, R"({"aud":"client","sub":"g-2","exp":")" + number(kNow + 3000) + "\"}") == kBad + "Invalid UserInfo sub");
}

BOOST_AUTO_TEST_CASE(a_proof_that_cannot_be_had_is_none) {
  BOOST_TEST(google(500, "") == "upstream Network error during authentication: the provider answered 500");
  BOOST_TEST(google(429, "") == "upstream Network error during authentication: the provider answered 429");
  BOOST_TEST(google(302, "") == "upstream Network error during authentication: the provider answered 302");
  BOOST_TEST(google(200, "<html>") == "upstream Network error during authentication: the provider's answer could not be read");
  net.answers["https://oauth2.googleapis.com/tokeninfo"].clear();
  net.fail("https://oauth2.googleapis.com/tokeninfo", "connect: refused");
  BOOST_TEST(outcome("", "at", "google-oauth2") == "upstream Connection error: the provider could not be reached");
  BOOST_TEST(asked("https://www.googleapis.com/oauth2/v3/userinfo") == 0);
}

BOOST_AUTO_TEST_CASE(facebook_says_whom_it_was_issued_to) {
  const auto data = [](const std::string& more) { return "{\"data\":{" + more + "}}"; };
  const std::string good = R"("app_id":"1001","type":"USER","is_valid":true,"user_id":"77")";
  BOOST_TEST(facebook(data(good + ",\"expires_at\":0")) == "ok 77");
  BOOST_TEST(facebook(data(good + ",\"expires_at\":" + number(kNow + 9))) == "ok 77");
  const auto asked_with = last("https://graph.facebook.com/v24.0/debug_token").url;
  BOOST_TEST(asked_with.ends_with("?input_token=at&access_token=1001%7Cfs"));
  BOOST_TEST(facebook(data(good + ",\"expires_at\":" + number(kNow - 9))) == kNotOurs);
  for (const auto* body : {R"("app_id":"2","type":"USER","is_valid":true,"user_id":"77","expires_at":0)",
                           R"("app_id":"1001","type":"USER","is_valid":false,"user_id":"77","expires_at":0)",
                           R"("app_id":"1001","type":"PAGE","is_valid":true,"user_id":"77","expires_at":0)",
                           R"("app_id":"1001","type":"USER","user_id":"77","expires_at":0)",
                           R"("app_id":"1001","type":"USER","is_valid":true,"expires_at":0)"})
    BOOST_TEST(facebook(data(body)) == kNotOurs, body);
  BOOST_TEST(facebook(data(R"("app_id":"1001","type":"USER","is_valid":true,"user_id":"78","expires_at":0)")) ==
             kBad + "Invalid UserInfo sub");
}

BOOST_AUTO_TEST_CASE(github_knows_its_own_applications_tokens) {
  BOOST_TEST(github(200, R"({"app":{"client_id":"gh"},"user":{"id":7,"login":"ann"},"expires_at":null})") == "ok 7");
  const auto& request = last("https://api.github.com/applications/gh/token");
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.body == R"({"access_token":"at"})");
  bool basic = false;
  for (const auto& [name, value] : request.headers) basic = basic || (name == "Authorization" && value == "Basic " + base::base64("gh:gs"));
  BOOST_TEST(basic);
  BOOST_TEST(github(404, R"({"message":"Not Found"})") == kNotOurs);
  BOOST_TEST(github(422, "{}") == kNotOurs);
  BOOST_TEST(github(200, R"({"app":{"client_id":"another"},"user":{"id":7}})") == kNotOurs);
  BOOST_TEST(github(200, R"({"app":{"client_id":"gh"},"user":{"id":8}})") == kBad + "Invalid UserInfo sub");
}

BOOST_AUTO_TEST_CASE(without_a_table_there_is_no_proof) {
  BOOST_TEST(outcome("", "at", "forge") ==
             "bad_request An access token of this provider does not prove whom it was issued to: send an id_token, or begin with GET.");
  BOOST_TEST(outcome("x.y.z", "", "forge") == "bad_request This provider has no id_tokens: begin with GET.");
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_nonce_takes_no_access_token) {
  toml.replace(toml.find("client_ids"), 0, "native_nonce = 'required'\n");
  BOOST_TEST(outcome("", "at", "google-oauth2") ==
             "bad_request This provider takes an id_token with a nonce of ours, and no access token.");
}

BOOST_AUTO_TEST_CASE(an_oauth2_file_can_say_whose_id_tokens_it_takes) {
  op.issuer = "https://accounts.google.com";
  op.key = *crypto::SignKey::generate(crypto::Kind::rsa);
  op.alg = crypto::Alg::RS256;
  net.answer("https://www.googleapis.com/oauth2/v3/certs", 200, op.jwks());
  const auto mail = [](std::map<std::string, std::string>& c) {
    c["email"] = "\"a@x.example\"";
    c["email_verified"] = "true";
    c["name"] = "\"Ann Example\"";
    c["aud"] = "\"ios\"";
  };
  const auto who = enter(op.id_token(mail), "", "google-oauth2");
  BOOST_REQUIRE_MESSAGE(bool{who}, (who ? "" : who.error().detail));
  BOOST_TEST(who->issuer == "google-oauth2");  // the same person as with a code
  BOOST_TEST(who->uid == "user-1");
  BOOST_TEST(who->email == "a@x.example");
  BOOST_TEST(who->email_verified);
  BOOST_TEST(who->username == "a");
  op.issuer = "accounts.google.com";  // Google's other form
  BOOST_TEST(outcome(op.id_token(), "", "google-oauth2") == "ok user-1");
  op.issuer = "https://evil.example";
  BOOST_TEST(outcome(op.id_token(), "", "google-oauth2") == kBad + "Invalid issuer");
  op.issuer = "https://accounts.google.com";
  BOOST_TEST(outcome(op.id_token(world::set("aud", "\"other\"")), "", "google-oauth2") == kBad + "Invalid audience");
  // With an access token userinfo is asked, and must be about the same person.
  BOOST_TEST(outcome(op.id_token(), "at", "google-oauth2") == kBad + "Invalid UserInfo sub");
  BOOST_TEST(outcome(op.id_token(world::set("sub", "\"g-1\"")), "at", "google-oauth2") == "ok g-1");
}

BOOST_AUTO_TEST_SUITE_END()
