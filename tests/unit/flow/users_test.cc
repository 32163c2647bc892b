// /users/me/: what a user sees and changes, in DRF's words, and what goes with the account.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "token/session_cookie.h"
#include "unit/flow/people.h"

namespace {

const char* kAda = R"({"id":7,"login":"ada","email":"ada@forge.example","verified":true,"full_name":"Ada L"})";

struct One : test::People {
  One() { config.accounts.change_username = true; }
  std::string access = enter("forge", kAda);
  http::Response patch(const std::string& body, const std::string& type = "application/json") {
    return ask("PATCH", "/users/me/", access, "", body, type);
  }
  std::string me() { return ask("GET", "/users/me/", access).body; }
};

BOOST_AUTO_TEST_SUITE(flow_users)

BOOST_AUTO_TEST_CASE(a_user_sees_djosers_fields_and_names) {
  One w;
  BOOST_TEST(w.me() ==
             R"({"email":"ada@forge.example","id":1,"username":"ada","name":"Ada L","first_name":"Ada","last_name":"L","picture":""})");
}

BOOST_AUTO_TEST_CASE(a_change_is_answered_with_the_user_as_changed) {
  One w;
  const auto changed = w.patch(R"({"name":"Ada Lovelace","last_name":"Lovelace","username":"countess"})");
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.body == w.me());
  BOOST_TEST(changed.body == R"({"email":"ada@forge.example","id":1,"username":"countess","name":"Ada Lovelace","first_name":"Ada",)"
                             R"("last_name":"Lovelace","picture":""})");
  BOOST_TEST(w.patch("first_name=Augusta", "application/x-www-form-urlencoded").status == 200);
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", w.access), "first_name") == "Augusta");
  BOOST_TEST(w.id(w.enter("forge", kAda)) == "1");  // the identity is the provider's uid, not the name
}

BOOST_AUTO_TEST_CASE(what_was_set_outlives_the_next_login_and_what_was_emptied_comes_back) {
  One w;
  BOOST_TEST(w.patch(R"({"name":"Me","first_name":""})").status == 200);
  w.enter("forge", kAda);
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", w.access), "name") == "Me");
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", w.access), "first_name") == "Ada");
}

struct Row {
  const char* why;
  std::string body;
  int status;
  std::string answer;  // "" = not looked at
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kBadName =
    R"({"username":["Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z )"
    R"(letters, numbers, and @/./+/-/_ characters."]})";
const std::string kTooLong = "Ensure this field has no more than 150 characters.";
const Row rows[] = {
    {"nothing", "", 200, ""},
    {"nothing in it", "{}", 200, ""},
    {"an e-mail address is not for the user to say", R"({"email":"victim@corp.example"})", 200, ""},
    {"nor whether it is verified", R"({"email_verified":true,"email_match":"victim@corp.example"})", 200, ""},
    {"nor a number, a picture, or whether one is switched off", R"({"id":9,"picture":"https://x.example/","active":false})", 200, ""},
    {"unknown fields", R"({"is_staff":true,"colour":"red"})", 200, ""},
    {"not an object", "[]", 400, R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
    {"not JSON", "{", 400, ""},
    {"blank username", R"({"username":""})", 400, R"({"username":["This field may not be blank."]})"},
    {"blank after trimming", R"({"username":"  "})", 400, R"({"username":["This field may not be blank."]})"},
    {"null", R"({"username":null})", 400, R"({"username":["This field may not be null."]})"},
    {"a list", R"({"name":["x"]})", 400, R"({"name":["Not a valid string."]})"},
    {"an object", R"({"name":{}})", 400, R"({"name":["Not a valid string."]})"},
    {"a boolean", R"({"name":true})", 400, R"({"name":["Not a valid string."]})"},
    {"a zero byte", R"({"name":"a\u0000b"})", 400, R"({"name":["Null characters are not allowed."]})"},
    {"a space in the username", R"({"username":"ada lovelace"})", 400, kBadName},
    {"look-alikes",
     "{\"username\":\"\xd0\xb0"
     "da\"}",
     400, kBadName},
    {"151 characters", R"({"username":")" + std::string(151, 'x') + "\"}", 400, R"({"username":[")" + kTooLong + "\"]}"},
    {"a megabyte of a name", R"({"name":")" + std::string(50'000, 'x') + "\"}", 400, R"({"name":[")" + kTooLong + "\"]}"},
    {"two fields are wrong", R"({"username":"","last_name":null})", 400,
     R"({"username":["This field may not be blank."],"last_name":["This field may not be null."]})"},
};
BOOST_DATA_TEST_CASE(fields_are_refused_in_drfs_words, boost::unit_test::data::make(rows), row) {
  One w;
  const auto before = w.me();
  const auto response = w.patch(row.body);
  BOOST_TEST(response.status == row.status);
  if (!row.answer.empty()) BOOST_TEST(response.body == row.answer);
  BOOST_TEST(w.me() == before);  // none of these changes anything
}

BOOST_AUTO_TEST_CASE(what_fits_is_taken) {
  One w;
  BOOST_TEST(w.patch(R"({"name":7})").status == 200);  // DRF takes numbers
  BOOST_TEST(w.text(w.ask("GET", "/users/me/", w.access), "name") == "7");
  std::string longest;
  for (int i = 0; i < 150; ++i) longest += "\xc3\xa4";
  BOOST_TEST(w.text(w.patch("{\"name\":\"" + longest + "\"}"), "name") == longest);
  BOOST_TEST(w.text(w.patch(R"({"name":" Ada\u202e\r\n  L. "})"), "name") ==
             "Ada L.");  // as a provider's: nothing that turns or hides text
  BOOST_TEST(w.text(w.patch(R"({"username":"a@b.+-_9"})"), "username") == "a@b.+-_9");
  BOOST_TEST(w.patch(R"({"username":"x"})", "text/plain").status == 415);
}

BOOST_AUTO_TEST_CASE(a_username_stays_unless_the_operator_lets_it_change) {
  One w;
  w.config.accounts.change_username = false;
  const auto answer = w.patch(R"({"username":"admin","name":"A"})");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(w.text(answer, "username") == "ada");
  BOOST_TEST(w.text(answer, "name") == "A");
}

BOOST_AUTO_TEST_CASE(a_username_is_one_users) {
  One w;
  w.enter("forge", R"({"id":8,"login":"bob"})");
  const auto taken = w.patch(R"({"username":"bob"})");
  BOOST_TEST(w.body_of(taken) == R"(400 {"username":["A user with that username already exists."]})");
  BOOST_TEST(w.patch(R"({"username":"ada"})").status == 200);
}

BOOST_AUTO_TEST_CASE(an_address_that_a_user_writes_opens_no_account) {
  One w;  // were it taken, the next verified login with it would join this account
  w.add("hub");
  w.config.accounts.link_by_email = "verified";
  w.open();
  BOOST_TEST(w.patch(R"({"email":"victim@corp.example","email_verified":true})").status == 200);
  BOOST_TEST(w.id(w.enter("hub", R"({"id":1,"login":"victim","email":"victim@corp.example","verified":true})")) != "1");
}

BOOST_AUTO_TEST_CASE(an_account_is_deleted_with_all_data) {
  One w;
  w.add("hub");
  BOOST_TEST(w.link("hub", w.access, R"({"id":70})").status == 201);
  BOOST_TEST(w.ask("DELETE", "/users/me/", w.access).status == 204);
  BOOST_TEST(w.ask("GET", "/users/me/", w.access).body == R"({"detail":"User not found","code":"user_not_found"})");  // wire.md J22
  BOOST_TEST(w.store.identities(1)->empty());
  BOOST_TEST(w.id(w.enter("forge", kAda)) == "2");
  BOOST_TEST(w.id(w.enter("hub", R"({"id":70})")) == "3");
}

/// A browser that redirect mode has signed in.
struct Browser : test::People {
  token::SessionSecret secret = token::make_session_secret(random);
  std::string session;
  Browser() {
    store::LoginRecord record;
    record.profile.provider = record.profile.issuer = "forge";
    record.profile.uid = "7";
    record.profile.username = "ada";
    record.session = {.cookie_hash = secret.hash, .expires = clock.now() + std::chrono::hours{1}};
    session = "__Host-latchstring=" + token::session_cookie(store.sign_in(record)->session, secret);
  }
  http::Response send_from(const std::string& method, const std::string& path, const std::string& origin, const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    if (!body.empty()) request.content_type = "application/json";
    request.headers = {{"cookie", session}};
    if (!origin.empty()) request.headers.emplace_back("origin", origin);
    return send(std::move(request));
  }
};

BOOST_AUTO_TEST_CASE(by_cookie_a_page_of_ours_changes_and_deletes_and_no_other) {
  Browser w;
  for (const auto* origin : {"https://evil.example", "null", ""}) {
    BOOST_TEST(w.send_from("PATCH", "/users/me/", origin, R"({"name":"x"})").status == 403, origin);
    BOOST_TEST(w.send_from("DELETE", "/users/me/", origin).status == 403, origin);
    BOOST_TEST(w.send_from("DELETE", "/users/me/identities/1/", origin).status == 403, origin);
    BOOST_TEST(w.send_from("POST", "/o/forge/link/", origin).status == 403, origin);
  }
  BOOST_TEST(w.text(w.send_from("PATCH", "/users/me/", "https://app.example", R"({"name":"x"})"), "name") == "x");
  const auto gone = w.send_from("DELETE", "/users/me/", "https://app.example");
  BOOST_TEST(gone.status == 204);
  BOOST_TEST(w.header(gone, "Set-Cookie").starts_with("__Host-latchstring=; "));
  BOOST_TEST(w.header(gone, "Set-Cookie").find("Max-Age=0") != std::string::npos);
  BOOST_TEST(w.send_from("GET", "/users/me/", "").status == 401);
}

BOOST_AUTO_TEST_CASE(a_blocked_user_is_out_everywhere) {
  One w;
  w.add("hub");
  w.config.accounts.link_by_email = "verified";
  w.open();
  const auto refresh = w.text(w.login("forge", kAda), "refresh");
  BOOST_REQUIRE(bool{w.store.set_active(1, false)});
  BOOST_TEST(w.why(w.login("forge", kAda)) == "User account is disabled.");
  BOOST_TEST(w.why(w.login("hub", R"({"id":70,"email":"ada@forge.example","verified":true})")) == "User account is disabled.");
  BOOST_TEST(w.post("/jwt/refresh/", R"({"refresh":")" + refresh + "\"}", "", "application/json").status == 401);
  for (const auto* path : {"/users/me/", "/users/me/identities/"}) BOOST_TEST(w.ask("GET", path, w.access).status == 401, path);
  BOOST_TEST(w.ask("GET", "/o/hub/link/", w.access, w.kBack).status == 401);
  BOOST_REQUIRE(bool{w.store.set_active(1, true)});
  BOOST_TEST(w.login("forge", kAda).status == 201);
  BOOST_TEST(w.ask("GET", "/users/me/", w.access).status == 401);  // what had ended stays ended
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
