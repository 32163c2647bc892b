// Calling tokens back (RFC 7009) and asking about them (RFC 7662).
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "unit/flow/world.h"

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

struct Tokens : test::World {
  http::Response login = finish(begin());
  std::string access = text(login, "access"), refresh = text(login, "refresh");
  Tokens() {
    cookie.clear();
    config.introspection.client_id = "api";
    config.introspection.client_secret = base::Secret{kSecret};
  }
  http::Response form(const std::string& path, const std::string& body, const std::string& authorization = "") {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.body = body;
    request.content_type = "application/x-www-form-urlencoded; charset=utf-8";
    if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
    return send(std::move(request));
  }
  http::Response ask(const std::string& body) { return form("/token/introspect/", body, "Basic " + base::base64("api:" + kSecret)); }
  bool active(const std::string& body) { return text(ask(body), "active") == "true"; }
  http::Response revoke(const std::string& token) {
    return post("/jwt/revoke/", R"({"refresh":")" + token + R"("})", "", "application/json");
  }
  int me() { return get("/users/me/", "", {{"authorization", "Bearer " + access}}).status; }
  std::string renew(const std::string& token) {
    return text(post("/jwt/refresh/", R"({"refresh":")" + token + R"("})", "", "application/json"), "refresh");
  }
};

BOOST_AUTO_TEST_SUITE(flow_revocation)

BOOST_AUTO_TEST_CASE(a_revoked_refresh_token_ends_the_session) {
  Tokens w;
  const auto response = w.revoke(w.refresh);
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == "{}");
  BOOST_TEST(w.me() == 401);
  BOOST_TEST(w.renew(w.refresh).empty());
  BOOST_TEST(w.revoke(w.refresh).status == 200);  // the first answer may have been lost
}

BOOST_AUTO_TEST_CASE(what_is_no_refresh_token_is_refused) {
  Tokens w;
  BOOST_TEST(w.revoke("x.y.z").body == R"({"detail":"Token is invalid","code":"token_not_valid"})");
  BOOST_TEST(w.revoke(w.access).body == R"({"detail":"Token has wrong type","code":"token_not_valid"})");
  BOOST_TEST(w.post("/jwt/revoke/", "{}", "", "application/json").body == R"({"refresh":["This field is required."]})");
  BOOST_TEST(w.me() == 200);
}

BOOST_AUTO_TEST_CASE(a_deleted_users_token_has_nothing_left_to_end) {
  Tokens w;
  BOOST_REQUIRE(w.store.delete_user(1));
  BOOST_TEST(w.revoke(w.refresh).status == 200);
  BOOST_TEST(w.form("/token/revoke/", "token=" + w.access).status == 200);
}

BOOST_AUTO_TEST_CASE(rfc_7009_takes_both_kinds_and_any_hint) {
  for (const auto* hint : {"", "&token_type_hint=access_token", "&token_type_hint=refresh_token", "&token_type_hint=saml2"}) {
    for (const bool access : {true, false}) {
      Tokens w;
      BOOST_TEST(w.form("/token/revoke/", "token=" + (access ? w.access : w.refresh) + hint).status == 200);
      BOOST_TEST(w.me() == 401);
      BOOST_TEST(w.renew(w.refresh).empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_token_is_answered_as_if_it_had_been_one) {  // RFC 7009 2.2
  Tokens w;
  for (const auto* token : {"x", "x.y.z", "%00"}) BOOST_TEST(w.form("/token/revoke", std::string{"token="} + token).status == 200);
  w.clock.tick(w.config.tokens.access_ttl);
  BOOST_TEST(w.form("/token/revoke/", "token=" + w.access).status == 200);  // expired: it opens nothing, and ends nothing
  BOOST_TEST(!w.renew(w.refresh).empty());
}

struct Bad {
  const char* why;
  std::string body, type, error;
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const Bad kBad[] = {
    {"no token", "token_type_hint=access_token", "application/x-www-form-urlencoded", "invalid_request"},
    {"an empty token", "token=", "application/x-www-form-urlencoded", "invalid_request"},
    {"two tokens (RFC 6749 3.2)", "token=a&token=b", "application/x-www-form-urlencoded", "invalid_request"},
    {"JSON", R"({"token":"a"})", "application/json", "invalid_request"},
    {"no body", "", "", "invalid_request"},
};
BOOST_DATA_TEST_CASE(a_bad_form_is_named, boost::unit_test::data::make(kBad), row) {
  Tokens w;
  for (const auto* path : {"/token/revoke/", "/token/introspect/"}) {
    const auto response = w.post(path, row.body, "", row.type);
    BOOST_TEST(response.status == 400);
    BOOST_TEST(w.text(response, "error") == row.error);
  }
  BOOST_TEST(w.get("/token/revoke/", "token=" + w.access).status == 405);  // never in an address: logs keep those
}

struct Asker {
  const char* why;
  std::string authorization, form;
  int status;
};
std::ostream& operator<<(std::ostream& os, const Asker& r) { return os << r.why; }
const Asker kAskers[] = {
    {"Basic", "Basic " + base::base64("api:" + kSecret), "", 200},
    {"Basic in another case (RFC 7235 2.1)", "basic " + base::base64("api:" + kSecret), "", 200},
    {"encoded within (RFC 6749 2.3.1)", "Basic " + base::base64("%61pi:" + kSecret), "", 200},
    {"in the form", "", "&client_id=api&client_secret=" + kSecret, 200},
    {"both ways", "Basic " + base::base64("api:" + kSecret), "&client_id=api&client_secret=" + kSecret, 400},
    {"nobody", "", "", 401},
    {"a wrong secret", "Basic " + base::base64("api:" + kSecret + "x"), "", 401},
    {"a wrong id", "Basic " + base::base64("ap:" + kSecret), "", 401},
    {"an id alone", "", "&client_id=api", 401},
    {"no base64", "Basic api:secret", "", 401},
    {"no colon", "Basic " + base::base64("api"), "", 401},
    {"a secret twice", "", "&client_id=api&client_secret=a&client_secret=" + kSecret, 400},
};
BOOST_DATA_TEST_CASE(only_the_configured_client_may_ask, boost::unit_test::data::make(kAskers), row) {
  Tokens w;
  const auto response = w.form("/token/introspect/", "token=" + w.access + row.form, row.authorization);
  BOOST_TEST(response.status == row.status);
  if (row.status != 401) return;
  BOOST_TEST(w.text(response, "error") == "invalid_client");
  BOOST_TEST(w.header(response, "WWW-Authenticate") == "Basic realm=\"introspection\"");
}

BOOST_AUTO_TEST_CASE(where_no_client_is_configured_nobody_may_ask) {
  Tokens w;
  w.config.introspection.client_id.clear();
  w.config.introspection.client_secret = base::Secret{};
  for (const auto& authorization : {std::string{}, "Basic " + base::base64(":"), "Bearer " + w.access})
    BOOST_TEST(w.form("/token/introspect/", "token=" + w.access, authorization).status == 401);
  BOOST_TEST(w.form("/token/introspect/", "token=" + w.access + "&client_id=&client_secret=").status == 401);
}

BOOST_AUTO_TEST_CASE(a_good_access_token_is_described) {  // RFC 7662 2.2
  Tokens w;
  const auto response = w.ask("token=" + w.access);
  BOOST_TEST(w.header(response, "Cache-Control") == "no-store");
  const auto document = *json::Document::parse(response.body);
  const auto said = document.root();
  const auto now = w.clock.now().time_since_epoch().count();
  BOOST_TEST(*said["active"].boolean());
  BOOST_TEST(*said["token_type"].string() == "Bearer");
  BOOST_TEST(*said["exp"].integer() == now + 300);
  BOOST_TEST(*said["iat"].integer() == now);
  BOOST_TEST(*said["iss"].string() == "https://app.example/auth");
  BOOST_TEST(*said["aud"].string() == "https://app.example");
  BOOST_TEST(*said["sub"].string() == "1");
  BOOST_TEST(*said["user_id"].string() == "1");
  BOOST_TEST(*said["username"].string() == "ada");
  BOOST_TEST(*said["email"].string() == "ada@forge.example");
  BOOST_TEST(*said["provider"].string() == "forge");
  BOOST_TEST(*said["sid"].string() == "1");
  BOOST_TEST(said["jti"].string()->size() == 32);
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_active_only_where_it_is_asked_for_by_name) {
  Tokens w;
  BOOST_TEST(!w.active("token=" + w.refresh));
  BOOST_TEST(!w.active("token=" + w.refresh + "&token_type_hint=access_token"));
  const auto response = w.ask("token=" + w.refresh + "&token_type_hint=refresh_token");
  BOOST_TEST(w.text(response, "active") == "true");
  BOOST_TEST(w.text(response, "token_type") == "N_A");
  BOOST_TEST(w.active("token=" + w.access + "&token_type_hint=refresh_token"));  // RFC 7662 2.1: a wrong hint makes one look further
  BOOST_REQUIRE(!w.renew(w.refresh).empty());
  BOOST_TEST(!w.active("token=" + w.refresh + "&token_type_hint=refresh_token"));  // exchanged
}

BOOST_AUTO_TEST_CASE(what_is_over_is_not_active_and_nothing_else_is_said) {
  const std::function<void(Tokens&)> kOver[] = {
      [](Tokens& w) { w.clock.tick(w.config.tokens.access_ttl); },
      [](Tokens& w) { static_cast<void>(static_cast<bool>(w.store.end_session(1))); },
      [](Tokens& w) { static_cast<void>(static_cast<bool>(w.store.set_active(1, false))); },
      [](Tokens& w) { static_cast<void>(static_cast<bool>(w.store.delete_user(1))); },
      [](Tokens& w) { w.config.tokens.audience = "https://another.example"; },
      [](Tokens& w) { w.access = "x.y.z"; },
  };
  for (const auto& over : kOver) {
    Tokens w;
    BOOST_TEST(w.active("token=" + w.access));
    over(w);
    BOOST_TEST(w.ask("token=" + w.access).body == R"({"active":false})");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
