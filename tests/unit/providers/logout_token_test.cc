// Logout tokens: Back-Channel Logout 1.0 2.4 and 2.6, row by row. oidcc-client-test-rp-backchannel-* are the OpenID Foundation's.
#include "providers/logout_token.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

using world::Change;
const char* kEvents = R"({"http://schemas.openid.net/event/backchannel-logout":{}})";

/// The provider of world.h, asked what it thinks of a logout token.
struct LogoutWorld : world::OidcWorld {
  LogoutWorld() {
    op.typ = "logout+jwt";
    op.serve("");
  }
  std::string token(const Change& change = {}) {
    return op.id_token([&](std::map<std::string, std::string>& c) {
      c.erase("nonce");
      c.erase("at_hash");
      c["jti"] = "\"j1\"";
      c["sid"] = "\"s1\"";
      c["events"] = kEvents;
      c["exp"] = std::to_string(now() + 120);
      if (change) change(c);
    });
  }
  std::int64_t now() const { return clock.now().time_since_epoch().count(); }
  base::Result<providers::LogoutToken> read(const std::string& compact) {
    auto broker = open(toml);
    if (!broker) return broker.error();
    return broker->logout_token("op", compact);
  }
  std::string told(const std::string& compact) {
    const auto result = read(compact);
    return result ? "ok " + result->issuer + ' ' + result->uid + ' ' + result->sid : result.error().say;
  }
};

struct Row {
  const char* why;
  Change change;
  const char* told;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kRight = "ok https://op.example user-1 s1";
const char* kAnother = "iss is another issuer";
const char* kNoEvent = "events does not hold a back-channel logout";

Change ago(const char* claim, int seconds) {
  return [=](std::map<std::string, std::string>& c) { c[claim] = std::to_string(std::stoll(c["iat"]) - seconds); };
}
Change both(Change a, Change b) {
  return [=](std::map<std::string, std::string>& c) {
    a(c);
    b(c);
  };
}

const Row rows[] = {
    {"as it should be", {}, kRight.c_str()},
    {"sub alone", world::drop("sid"), "ok https://op.example user-1 "},
    {"sid alone", world::drop("sub"), "ok https://op.example  s1"},
    {"one of several audiences", world::set("aud", R"(["other","client"])"), kRight.c_str()},
    {"further events beside it", world::set("events", R"({"http://schemas.openid.net/event/backchannel-logout":{},"x":{}})"),
     kRight.c_str()},
    {"without exp, just made", world::drop("exp"), kRight.c_str()},
    {"wrong-aud", world::set("aud", R"("another")"), "aud does not name this client"},
    {"no aud", world::drop("aud"), "aud does not name this client"},
    {"wrong-iss", world::set("iss", R"("https://evil.example")"), kAnother},
    {"the issuer with a slash is another", world::set("iss", R"("https://op.example/")"), kAnother},
    {"no iss", world::drop("iss"), kAnother},
    {"no-event", world::drop("events"), kNoEvent},
    {"events without a member", world::set("events", "{}"), kNoEvent},
    {"wrong-event", world::set("events", R"({"http://schemas.openid.net/event/other":{}})"), kNoEvent},
    {"the event's value is no object", world::set("events", R"({"http://schemas.openid.net/event/backchannel-logout":true})"), kNoEvent},
    {"events as a list", world::set("events", R"(["http://schemas.openid.net/event/backchannel-logout"])"), kNoEvent},
    {"events as a text", world::set("events", R"("http://schemas.openid.net/event/backchannel-logout")"), kNoEvent},
    {"with-nonce", world::set("nonce", "\"n\""), "a logout token has no nonce"},
    {"with a nonce of null", world::set("nonce", "null"), "a logout token has no nonce"},
    {"no iat", world::drop("iat"), "iat is missing"},
    {"iat as a text", world::set("iat", "\"1700000000\""), "iat is missing"},
    {"iat in the future", both(ago("exp", -1000), ago("iat", -61)), "iat is in the future"},
    {"the provider's clock may be a minute ahead", both(ago("exp", -1000), ago("iat", -60)), kRight.c_str()},
    {"no jti", world::drop("jti"), "jti is missing"},
    {"an empty jti", world::set("jti", "\"\""), "jti is no text of 1 to 255 bytes"},
    {"a jti that is a number", world::set("jti", "7"), "jti is no text of 1 to 255 bytes"},
    {"neither sub nor sid", both(world::drop("sub"), world::drop("sid")), "sub or sid is needed"},
    {"a sub that is a list", world::set("sub", "[\"user-1\"]"), "sub is no text of 1 to 255 bytes"},
    {"a sid that is too long", world::set("sid", '"' + std::string(256, 's') + '"'), "sid is no text of 1 to 255 bytes"},
    {"expired this second", ago("exp", 0), "the token has expired"},
    {"exp as a text", world::set("exp", "\"9999999999\""), "exp is no number"},
    {"without exp, of ten minutes ago", both(world::drop("exp"), ago("iat", 600)), "the token has expired"},
    {"exp of next year, made an hour ago", both(ago("exp", -31'000'000), ago("iat", 3600)), "the token has expired"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_logout_token, LogoutWorld)

BOOST_DATA_TEST_CASE(claims_are_checked, boost::unit_test::data::make(rows), row) { BOOST_TEST(told(token(row.change)) == row.told); }

BOOST_AUTO_TEST_CASE(it_is_good_until_it_need_not_be_remembered) {
  BOOST_TEST((read(token())->good_until == clock.now() + std::chrono::seconds{121}));
  const auto until = read(token(world::drop("exp")))->good_until;
  BOOST_TEST((until == clock.now() + providers::kLogoutTokenAge + std::chrono::seconds{1}));
  const auto text = token(world::drop("exp"));
  clock.tick(std::chrono::seconds{30});
  BOOST_TEST((read(text)->good_until == until));  // the same at any time: it is the key of the row
}

BOOST_AUTO_TEST_CASE(typ_may_be_left_out_and_names_no_other_kind) {  // 2.4; RFC 8725 3.11
  for (const auto* typ : {"logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "JWT", ""}) {
    op.typ = typ;
    BOOST_TEST(told(token()) == kRight, typ);
  }
  for (const auto* typ : {"at+jwt", "secevent+jwt", "logout", "dpop+jwt"}) {
    op.typ = typ;
    BOOST_TEST(told(token()) == "typ names another kind of token", typ);
  }
}

BOOST_AUTO_TEST_CASE(who_signed_it) {
  const auto good = token();
  auto changed = good;
  changed.back() = changed.back() == 'A' ? 'Q' : 'A';
  BOOST_TEST(told(changed) == "signature: bad signature");
  const auto jwks = op.jwks();
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  const auto with_another_key = token();
  net.answers["https://op.example/jwks"].clear();
  net.answer("https://op.example/jwks", 200, jwks);
  BOOST_TEST(told(with_another_key) == "signature: bad signature");
  op.kid = "k9";
  BOOST_TEST(told(token()) == "signature: unknown key");
  BOOST_TEST(told(good) == kRight);
}

BOOST_AUTO_TEST_CASE(alg_none_and_wrong_alg_are_refused) {
  const auto good = token();
  const auto payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"NONE"})", R"({})"}) {
    for (const auto* signature : {"", "AAAA"}) {
      BOOST_TEST(told(base::base64url(header) + payload + '.' + signature).starts_with("it is no signed JWT"), header);
    }
  }
  // HS256 with what everybody can read, and with the client's secret (RFC 8725 2.1).
  const auto text = base::base64url(R"({"alg":"HS256","typ":"logout+jwt","kid":"k1"})") + payload;
  for (const auto& secret :
       {op.jwks(), token::write_jwk({"k1", std::nullopt, op.key.verify_key()}), std::string{"a secret of more than thirty-two bytes"}}) {
    BOOST_TEST(told(text + '.' + base::base64url(crypto::hmac_sha256(secret, text))) == "signature: algorithm not allowed");
  }
  op.metadata_more = R"(,"id_token_signing_alg_values_supported":["RS256"])";
  op.serve("");
  cache.entries.clear();
  BOOST_TEST(told(good) == "signature: algorithm not allowed");
}

BOOST_AUTO_TEST_CASE(hs256_only_where_the_file_names_it) {
  toml += "id_token = { algs = [\"HS256\"] }\n";
  op.key = *crypto::SignKey::shared(base::Secret{"a secret of more than thirty-two bytes"});
  op.alg = crypto::Alg::HS256;
  BOOST_TEST(told(token()) == kRight);
}

BOOST_AUTO_TEST_CASE(no_token_of_another_kind_passes_for_it_nor_it_for_one) {
  op.typ = "JWT";
  BOOST_TEST(told(op.id_token()) == kNoEvent);
  // The same with every claim that a logout token needs, and the nonce that an id_token has.
  const auto hybrid = [](std::map<std::string, std::string>& c) {
    c["events"] = kEvents;
    c["jti"] = "\"j\"";
  };
  BOOST_TEST(told(op.id_token(hybrid)) == "a logout token has no nonce");
  op.login(hybrid);
  BOOST_TEST(login() == "bad_request Token error: Invalid id_token");
  for (const auto* typ : {"JWT", "", "logout+jwt"}) {
    op.typ = typ;
    op.serve(op.token_answer(token()));
    BOOST_TEST(login() == "bad_request Token error: Invalid id_token", typ);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_token_at_all) {
  for (const auto& text : std::vector<std::string>{"", "a", "a.b.c", "....", std::string(20'000, 'a')})
    BOOST_TEST(told(text).starts_with("it is no signed JWT"), text.substr(0, 10));
}

BOOST_AUTO_TEST_CASE(a_provider_that_is_down_is_no_refusal) {  // it tries again
  net.answers.clear();
  BOOST_TEST((read(token()).error().code == base::Code::upstream));
}

BOOST_AUTO_TEST_CASE(only_openid_providers_have_them) {
  toml = "[providers.op]\nkind = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
  BOOST_TEST((read(token()).error().code == base::Code::not_found));
}

BOOST_AUTO_TEST_CASE(a_login_keeps_what_a_logout_names_it_by) {
  op.typ = "JWT";
  op.login(world::set("sid", "\"s1\""));
  auto broker = open(toml);
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->sid == "s1");
  BOOST_TEST(token::parse_jws(who->tokens.id_token)->payload.find("\"sid\":\"s1\"") != std::string::npos);
  op.login(world::set("sid", "[\"s1\"]"));
  BOOST_TEST(broker->finish("op", finish())->sid == "");
}

BOOST_AUTO_TEST_SUITE_END()
