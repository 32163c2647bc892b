// Whom an access token was issued to, as Google, Facebook and GitHub tell it: tokens of other applications, expired ones, other people's,
// and a proof that cannot be had.
#include <boost/test/unit_test.hpp>

#include "unit/providers/native_world.h"

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
std::string number(std::int64_t n) { return std::to_string(n); }
const std::string kBad = "bad_request Token error: ";
const std::string kNotOurs = kBad + "the access token was not issued to this application, or is no longer good";

/// A provider in Google's shape, one in Facebook's, one in GitHub's.
struct ProofWorld : world::NativeWorld {
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
  BOOST_TEST(asked_with.ends_with("?access_token=1001%7Cfs&input_token=at"));
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
