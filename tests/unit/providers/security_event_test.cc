// Security events: RFC 8417, RFC 8935, RISC as Google sends it, CAEP, and Apple's notifications.
#include "providers/security_event.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/logout_token.h"
#include "unit/providers/world.h"

namespace {

using providers::Fact;
using world::Change;

#define RISC "https://schemas.openid.net/secevent/risc/event-type/"
#define CAEP "https://schemas.openid.net/secevent/caep/event-type/"

const char* kJwt = "application/secevent+jwt";

struct EventWorld : world::OidcWorld {
  EventWorld() {
    op.typ = "secevent+jwt";
    op.serve("");
  }
  static Change events(const std::string& value) {
    return [value](std::map<std::string, std::string>& c) {
      for (const auto* claim : {"nonce", "at_hash", "exp", "sub"}) c.erase(claim);
      c["jti"] = "\"j1\"";
      c["events"] = value;
    };
  }
  /// One event about user-1.
  static std::string about_user(const std::string& type, const std::string& more = {}) {
    return "{\"" + type + R"(":{"subject":{"subject_type":"iss-sub","iss":"https://op.example","sub":"user-1"})" + more + "}}";
  }
  std::string token(const std::string& what = about_user(RISC "sessions-revoked"), const Change& change = {}) {
    return op.id_token([&](std::map<std::string, std::string>& c) {
      events(what)(c);
      if (change) change(c);
    });
  }
  base::Result<providers::ReadEvent> read(const std::string& body, const std::string& type = kJwt) {
    auto broker = open(toml);
    if (!broker) return base::Error{base::Code::internal, broker.error().say};
    return broker->event("op", type, body);
  }
  providers::SecurityEvent believed(const std::string& body, const std::string& type = kJwt) {
    auto result = read(body, type);
    BOOST_REQUIRE_MESSAGE(result, (result ? "" : result.error().detail));
    const auto* refused = std::get_if<providers::RefusedEvent>(&*result);
    BOOST_REQUIRE_MESSAGE(refused == nullptr, (refused ? refused->why.detail : ""));
    return std::get<providers::SecurityEvent>(*result);
  }
  /// "invalid_issuer: iss is another issuer", "ok sessions_ended user-1 s1" ...
  std::string told(const std::string& body, const std::string& type = kJwt) {
    auto result = read(body, type);
    if (!result) return result.error().detail;
    if (const auto* refused = std::get_if<providers::RefusedEvent>(&*result)) return std::string{refused->err} + ": " + refused->why.say;
    std::string out = "ok";
    for (const auto& event : std::get<providers::SecurityEvent>(*result).events) {
      out += ' ' + std::string{providers::name_of(event.fact)};
      for (const auto& part : {event.uid, event.sid, event.email}) out += part.empty() ? "" : ' ' + part;
      if (event.hijacked) out += " hijacked";
    }
    return out;
  }
};

struct Row {
  const char* why;
  std::string events;
  Change change;
  std::string told;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

std::string subject(const std::string& type, const std::string& what) { return "{\"" + type + "\":{\"subject\":" + what + "}}"; }
const std::string kRevoked = CAEP "session-revoked";
Change sub_id(const std::string& value) { return world::set("sub_id", value); }
const std::string kBare = "{\"" CAEP "session-revoked\":{\"event_timestamp\":1700000000}}";

const Row types[] = {
    {"sessions", EventWorld::about_user(RISC "sessions-revoked"), {}, "ok sessions_ended user-1"},
    {"tokens, RISC", EventWorld::about_user(RISC "tokens-revoked"), {}, "ok tokens_revoked user-1"},
    {"a token, RISC", EventWorld::about_user(RISC "token-revoked"), {}, "ok tokens_revoked user-1"},
    {"tokens, as Google calls it",
     EventWorld::about_user("https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked"),
     {},
     "ok tokens_revoked user-1"},
    {"disabled", EventWorld::about_user(RISC "account-disabled", R"(,"reason":"bulk-account")"), {}, "ok disabled user-1"},
    {"hijacked", EventWorld::about_user(RISC "account-disabled", R"(,"reason":"hijacking")"), {}, "ok disabled user-1 hijacked"},
    {"enabled", EventWorld::about_user(RISC "account-enabled"), {}, "ok enabled user-1"},
    {"purged", EventWorld::about_user(RISC "account-purged"), {}, "ok gone user-1"},
    {"credential in danger", EventWorld::about_user(RISC "account-credential-change-required"), {}, "ok credential_in_danger user-1"},
    {"address changed", EventWorld::about_user(RISC "identifier-changed", R"(,"new-value":"x@y.example")"), {}, "ok address_gone user-1"},
    {"address recycled", EventWorld::about_user(RISC "identifier-recycled"), {}, "ok address_gone user-1"},
    {"verification, RISC", "{\"" RISC "verification\":{\"state\":\"some\"}}", {}, "ok verification"},
    {"verification, SSF", R"({"https://schemas.openid.net/secevent/ssf/event-type/verification":{"state":"x"}})", {}, "ok verification"},
    {"session revoked, CAEP", EventWorld::about_user(CAEP "session-revoked"), {}, "ok sessions_ended user-1"},
    {"credential revoked, CAEP",
     EventWorld::about_user(CAEP "credential-change", R"(,"change_type":"revoke")"),
     {},
     "ok credential_revoked user-1"},
    {"a passkey added ends nothing", EventWorld::about_user(CAEP "credential-change", R"(,"change_type":"create")"), {}, "ok noted user-1"},
    {"claims changed, CAEP", EventWorld::about_user(CAEP "token-claims-change"), {}, "ok noted user-1"},
    {"a type that nobody knows", EventWorld::about_user("https://x.example/y"), {}, "ok unknown user-1"},
    {"nearly the right type", EventWorld::about_user(RISC "Sessions-Revoked"), {}, "ok unknown user-1"},
    {"two at once",
     "{\"" RISC R"(account-enabled":{"subject":{"format":"iss_sub","iss":"https://op.example","sub":"a"}},")" RISC R"(verification":{}})",
     {},
     "ok enabled a verification"},
};

const Row subjects[] = {
    {"iss_sub", subject(kRevoked, R"({"subject_type":"iss_sub","iss":"https://op.example","sub":"u"})"), {}, "ok sessions_ended u"},
    {"iss_sub of RFC 9493", subject(kRevoked, R"({"format":"iss_sub","iss":"https://op.example","sub":"u"})"), {}, "ok sessions_ended u"},
    {"id_token_claims",
     subject(kRevoked, R"({"subject_type":"id_token_claims","iss":"https://op.example","sub":"u"})"),
     {},
     "ok sessions_ended u"},
    {"of another issuer: not theirs to tell",
     subject(kRevoked, R"({"format":"iss_sub","iss":"https://evil.example","sub":"u"})"),
     {},
     "ok sessions_ended"},
    {"of no issuer", subject(kRevoked, R"({"format":"iss_sub","sub":"u"})"), {}, "ok sessions_ended"},
    {"sub_id of the token", kBare, sub_id(R"({"format":"iss_sub","iss":"https://op.example","sub":"u"})"), "ok sessions_ended u"},
    {"opaque", kBare, sub_id(R"({"format":"opaque","id":"u"})"), "ok sessions_ended u"},
    {"email", kBare, sub_id(R"({"format":"email","email":"u@op.example"})"), "ok sessions_ended u@op.example"},
    {"email that is none", kBare, sub_id(R"({"format":"email","email":"u@op.example, v@op.example"})"), "ok sessions_ended"},
    {"complex: user and session", kBare,
     sub_id(
         R"({"format":"complex","user":{"format":"iss_sub","iss":"https://op.example","sub":"u"},"session":{"format":"opaque","id":"s9"}})"),
     "ok sessions_ended u s9"},
    {"complex without a format: the drafts",
     subject(kRevoked, R"({"user":{"format":"opaque","id":"u"},"tenant":{"format":"opaque","id":"t"}})"),
     {},
     "ok sessions_ended u"},
    {"a session alone", kBare, sub_id(R"({"session":{"format":"opaque","id":"s9"}})"), "ok sessions_ended s9"},
    {"aliases", kBare,
     sub_id(R"({"format":"aliases","identifiers":[{"format":"phone_number","phone_number":"+1"},{"format":"opaque","id":"u"}]})"),
     "ok sessions_ended u"},
    {"sub of the token", kBare, world::set("sub", "\"u\""), "ok sessions_ended u"},
    {"a format that nobody knows", kBare, sub_id(R"({"format":"did","url":"did:example:1"})"), "ok sessions_ended"},
    {"a device", kBare, sub_id(R"({"format":"complex","device":{"format":"opaque","id":"d"}})"), "ok sessions_ended"},
    {"a sub that is none", kBare, sub_id(R"({"format":"iss_sub","iss":"https://op.example","sub":7})"), "ok sessions_ended"},
    {"a token's identifier (Google's token-revoked)",
     subject(RISC "token-revoked", R"({"subject_type":"oauth_token","token_type":"refresh_token","token":"x"})"),
     {},
     "ok tokens_revoked"},
    {"depth ends somewhere", kBare, sub_id(R"({"user":{"user":{"user":{"user":{"format":"opaque","id":"u"}}}}})"), "ok sessions_ended"},
};

Change iat(int seconds) {
  return [=](std::map<std::string, std::string>& c) { c["iat"] = std::to_string(std::stoll(c["iat"]) + seconds); };
}
const auto kGood = EventWorld::about_user(RISC "sessions-revoked");
const Row refusals[] = {
    {"another issuer", kGood, world::set("iss", R"("https://evil.example")"), "invalid_issuer: iss is another issuer"},
    {"no issuer", kGood, world::drop("iss"), "invalid_issuer: iss is another issuer"},
    {"another audience", kGood, world::set("aud", R"(["other"])"), "invalid_audience: aud does not name this client"},
    {"no audience", kGood, world::drop("aud"), "invalid_audience: aud does not name this client"},
    {"no iat", kGood, world::drop("iat"), "invalid_request: iat is missing"},
    {"of tomorrow", kGood, iat(86400), "invalid_request: iat is in the future"},
    {"of last month", kGood, iat(-30 * 86400), "invalid_request: iat is more than a week ago"},
    {"exp need not be there, and counts where it is", kGood, world::set("exp", "1000"), "invalid_request: the token has expired"},
    {"no jti", kGood, world::drop("jti"), "invalid_request: jti is missing"},
    {"a nonce: an id_token", kGood, world::set("nonce", "\"n\""), "invalid_request: nonce has no place in a security event"},
    {"at_hash: an id_token", kGood, world::set("at_hash", "\"n\""), "invalid_request: at_hash has no place in a security event"},
    {"scope: an access token", kGood, world::set("scope", "\"openid\""), "invalid_request: scope has no place in a security event"},
    {"no events", kGood, world::drop("events"), "invalid_request: events is missing"},
    {"an empty object", "{}", {}, "invalid_request: events is missing"},
    {"a list", "[]", {}, "invalid_request: events is missing"},
    {"a text", "\"x\"", {}, "invalid_request: events is missing"},
    {"an event that is no object", "{\"a\":true}", {}, "invalid_request: events holds something that is no object"},
    {"too many",
     R"({"a":{},"b":{},"c":{},"d":{},"e":{},"f":{},"g":{},"h":{},"i":{},"j":{},"k":{},"l":{},"m":{},"n":{},"o":{},"p":{},"q":{}})",
     {},
     "invalid_request: events holds too many"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_security_event, EventWorld)

BOOST_DATA_TEST_CASE(every_type_has_its_meaning, boost::unit_test::data::make(types), row) {
  BOOST_TEST(told(token(row.events, row.change)) == row.told);
}
BOOST_DATA_TEST_CASE(whose_account_it_is, boost::unit_test::data::make(subjects), row) {
  BOOST_TEST(told(token(row.events, row.change)) == row.told);
}
BOOST_DATA_TEST_CASE(claims_are_checked, boost::unit_test::data::make(refusals), row) {
  BOOST_TEST(told(token(row.events, row.change)) == row.told);
}

BOOST_AUTO_TEST_CASE(what_is_told_with_it) {
  const auto event = believed(token());
  BOOST_TEST(event.issuer == "https://op.example");
  BOOST_TEST(event.jti == "j1");
  BOOST_TEST((event.good_until == clock.now() + providers::kEventAge + std::chrono::seconds{1}));
  BOOST_TEST(event.events.at(0).type == RISC "sessions-revoked");
}

BOOST_AUTO_TEST_CASE(typ_must_name_the_kind) {  // RFC 8417 2.3
  const std::string wrong = "invalid_request: typ is not secevent+jwt";
  for (const auto* typ : {"secevent+jwt", "SECEVENT+JWT", "application/secevent+jwt"}) {
    op.typ = typ;
    BOOST_TEST(told(token()).starts_with("ok"), typ);
  }
  for (const auto* typ : {"", "JWT", "at+jwt", "logout+jwt"}) {
    op.typ = typ;
    BOOST_TEST(told(token()) == wrong, typ);
  }
  toml += "events = { typ = \"optional\" }\n";
  for (const auto* typ : {"", "JWT", "secevent+jwt"}) {
    op.typ = typ;
    BOOST_TEST(told(token()).starts_with("ok"), typ);
  }
  for (const auto* typ : {"at+jwt", "logout+jwt"}) {
    op.typ = typ;
    BOOST_TEST(told(token()) == wrong, typ);
  }
}

BOOST_AUTO_TEST_CASE(tokens_of_other_kinds_are_no_events_and_events_are_none_of_them) {
  toml += "events = { typ = \"optional\" }\n";
  op.typ = "JWT";
  BOOST_TEST(told(op.id_token()) == "invalid_request: nonce has no place in a security event");
  BOOST_TEST(told(op.id_token([](auto& c) {
               c.erase("nonce");
               c.erase("at_hash");
               c["jti"] = "\"j\"";
             })) == "invalid_request: events is missing");
  auto broker = open(toml);
  BOOST_TEST(broker->logout_token("op", token()).error().say == "events does not hold a back-channel logout");
  op.serve(op.token_answer(token()));
  BOOST_TEST(login() == "bad_request Token error: Invalid id_token");
}

BOOST_AUTO_TEST_CASE(who_signed_it) {
  auto changed = token();
  changed.back() = changed.back() == 'A' ? 'Q' : 'A';
  BOOST_TEST(told(changed) == "authentication_failed: bad signature");
  const auto good = token();
  const auto payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  BOOST_TEST(
      told(base::base64url(R"({"alg":"none","typ":"secevent+jwt"})") + payload + '.').starts_with("invalid_request: it is no signed JWT"));
  const auto text = base::base64url(R"({"alg":"HS256","typ":"secevent+jwt"})") + payload;
  const auto mac = base::base64url(crypto::hmac_sha256("a secret of more than thirty-two bytes", text));
  BOOST_TEST(told(text + '.' + mac) == "invalid_key: signature: algorithm not allowed");
  toml += "id_token = { algs = [\"HS256\", \"ES256\"] }\n";  // for id_tokens; never for events
  BOOST_TEST(told(text + '.' + mac) == "invalid_key: signature: algorithm not allowed");
  BOOST_TEST(told(good).starts_with("ok"));
  op.kid = "k9";
  BOOST_TEST(told(token()) == "invalid_key: signature: unknown key");
}

BOOST_AUTO_TEST_CASE(how_it_is_sent) {  // RFC 8935 2.1
  BOOST_TEST(told(token(), "application/secevent+jwt; charset=utf-8").starts_with("ok"));
  BOOST_TEST(told(token() + "\r\n").starts_with("ok"));
  for (const auto* type : {"application/json", "application/x-www-form-urlencoded", ""})
    BOOST_TEST(told(token(), type) == "invalid_request: want Content-Type: application/secevent+jwt", type);
  BOOST_TEST(told(std::string(40'000, 'a')) == "invalid_request: the body is too long");
  BOOST_TEST(told("") == "invalid_request: want Content-Type: application/secevent+jwt");
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_down_is_no_refusal) {
  const auto text = token();
  net.answers.clear();
  const auto result = read(text);
  BOOST_TEST((std::get<providers::RefusedEvent>(*result).why.code == base::Code::upstream));
}

BOOST_AUTO_TEST_CASE(only_who_can_be_verified_tells_anything) {
  toml = "[providers.op]\nkind = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
  BOOST_TEST((read(token()).error().code == base::Code::not_found));
  toml += "events = { issuer = \"https://op.example\" }\n";
  BOOST_TEST(told(token()).find("issuer and keys are needed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(audiences_besides_the_client) {
  const auto text = token(kGood, world::set("aud", R"("https://app.example/events")"));
  BOOST_TEST(told(text).starts_with("invalid_audience"));
  toml += "events = { audiences = [\"https://app.example/events\"] }\n";
  BOOST_TEST(told(text).starts_with("ok"));
}

BOOST_AUTO_TEST_CASE(google_as_the_catalogue_has_it) {
  net.answer("https://www.googleapis.com/oauth2/v3/certs", 200, "{}");
  op.key = *crypto::SignKey::generate(crypto::Kind::rsa);
  op.alg = crypto::Alg::RS256;
  op.issuer = "https://accounts.google.com/";
  op.typ = "";
  net.answers["https://www.googleapis.com/oauth2/v3/certs"].clear();
  net.answer("https://www.googleapis.com/oauth2/v3/certs", 200, op.jwks());
  const auto text = token("{\"" RISC R"(account-disabled":{"subject":{"subject_type":"iss-sub","iss":"https://accounts.google.com/",)"
                          R"("sub":"7375"},"reason":"hijacking"}})");
  for (const auto* kind : {"google-oauth2", "google-openidconnect", "google-onetap"}) {
    toml = std::string{"[providers.op]\nkind = \""} + kind + "\"\nclient_id = \"client\"\nclient_secret = \"s\"\n";
    BOOST_TEST(told(text) == "ok disabled 7375 hijacked", kind);
    const std::string issuer = kind == std::string{"google-oauth2"} ? "op" : "https://accounts.google.com";
    BOOST_TEST(believed(text).issuer == issuer, kind);  // as its identities have it
  }
  op.issuer = "https://accounts.google.com";  // that of its id_tokens, without the slash
  BOOST_TEST(told(token(kGood)) == "invalid_issuer: iss is another issuer");
}

BOOST_AUTO_TEST_CASE(apple_as_the_catalogue_has_it) {
  op.key = *crypto::SignKey::generate(crypto::Kind::rsa);
  op.alg = crypto::Alg::RS256;
  op.issuer = "https://appleid.apple.com";
  op.typ = "";
  net.answer("https://appleid.apple.com/auth/keys", 200, op.jwks());
  const auto pem = crypto::SignKey::generate(crypto::Kind::p256)->pem();
  toml = "[providers.op]\nkind = \"apple-id\"\nclient_id = \"client\"\nteam = \"T\"\nkey_id = \"K\"\nclient_secret = \"\"\"" +
         std::string{pem.reveal()} + "\"\"\"\n";
  const auto body = [&](const std::string& type, bool as_text = true) {
    const auto event = R"({"type":")" + type + R"(","sub":"820417.faa3","event_time":1508184845})";
    json::Writer quoted;
    quoted.value(event);
    return R"({"payload":")" + token(as_text ? quoted.take() : event) + "\"}";
  };
  const std::pair<const char*, const char*> kTypes[] = {
      {"consent-revoked", "consent_revoked"}, {"account-delete", "gone"}, {"account-deleted", "gone"},
      {"email-disabled", "address_gone"},     {"email-enabled", "noted"}, {"something-new", "unknown"}};
  for (const auto& [type, fact] : kTypes) {
    BOOST_TEST(told(body(type), "application/json") == "ok " + std::string{fact} + " 820417.faa3", type);
    BOOST_TEST(told(body(type, false), "") == "ok " + std::string{fact} + " 820417.faa3", type);
  }
  BOOST_TEST(believed(body("consent-revoked")).issuer == "https://appleid.apple.com");
  const std::string want = "invalid_request: want a JSON object with the token in \"payload\"";
  for (const auto& text : {token(), std::string{"{}"}, std::string{"[]"}, std::string{R"({"payload":7})"}, std::string{}})
    BOOST_TEST(told(text, "application/json") == want, text);
  BOOST_TEST(told(R"({"payload":")" + token("\"not JSON\"") + "\"}") == "invalid_request: events is no JSON");
  BOOST_TEST(told(R"({"payload":")" + token("\"[]\"") + "\"}") == "invalid_request: events has no type");
  BOOST_TEST(told(R"({"payload":")" + token(kGood) + "\"}") == "invalid_request: events has no type");
}

BOOST_AUTO_TEST_SUITE_END()
