// POST /o/{provider}/ with a token of an app's SDK, through the whole program: which requests mean it, and what becomes of the nonce.
#include "flow/native.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "token/jws.h"
#include "unit/flow/world.h"

namespace {

using namespace std::chrono_literals;

const std::string kNonce = "Token error: Incorrect id_token: nonce";

struct AppWorld : test::World {
  crypto::SignKey key = *crypto::SignKey::generate(crypto::Kind::p256);
  AppWorld() {
    for (const auto* name : {"op", "strict"}) {
      const std::string issuer = std::string{"https://"} + name + ".example";
      provider(name, "kind = \"oidc\"\nissuer = \"" + issuer + "\"\nclient_id = \"web\"\nclient_secret = \"s\"\nclient_ids = [\"ios\"]\n" +
                         (std::string{name} == "strict" ? "native_nonce = \"required\"\n" : ""));
      net.answer(issuer + "/.well-known/openid-configuration", 200,
                 R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer + R"(/a","token_endpoint":")" + issuer +
                     R"(/t","jwks_uri":")" + issuer + R"(/jwks","id_token_signing_alg_values_supported":["ES256"]})");
      net.answer(issuer + "/jwks", 200, token::write_jwks({token::Jwk{"k", std::nullopt, key.verify_key()}}));
    }
    open();
  }
  std::string id_token(const std::string& nonce, const std::string& provider = "op") {
    const auto now = clock.now().time_since_epoch().count();
    json::Writer w;
    w.object().member("iss", "https://" + provider + ".example").member("aud", "ios").member("sub", "ann");
    w.member("iat", now).member("exp", now + 3600);
    if (!nonce.empty()) w.member("nonce", nonce);
    return *token::sign(key, crypto::Alg::ES256, "k", "JWT", w.end_object().take());
  }
  std::string nonce(const std::string& provider = "op") {
    const auto made = post("/o/" + provider + "/nonce/", "");
    BOOST_TEST(made.status == 201);
    return text(made, "nonce");
  }
  /// "ok", or the reason.
  std::string login(const std::string& token, const std::string& more = "", const std::string& provider = "op") {
    const auto response = post("/o/" + provider + "/", "id_token=" + token + more);
    if (response.status == 201) return "ok";
    BOOST_TEST(response.status == 400);
    return why(response);
  }
};

std::string hex(const std::string& nonce) { return base::hex(crypto::sha256(nonce)); }
std::string base64(const std::string& nonce) { return base::base64url(crypto::sha256(nonce)); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(flow_native, AppWorld)

BOOST_AUTO_TEST_CASE(a_token_is_answered_like_every_login) {
  const auto response = post("/o/op/", "id_token=" + id_token(""));
  BOOST_TEST(response.status == 201);
  for (const auto* member : {"access", "refresh", "token", "user"}) BOOST_TEST(!text(response, member).empty(), member);
  const auto json = post("/o/op/", "{\"id_token\":\"" + id_token("") + "\"}", "", "application/json");
  BOOST_TEST(json.status == 201);
  BOOST_TEST(text(json, "user") == text(response, "user"));
}

BOOST_AUTO_TEST_CASE(a_nonce_of_ours_is_good_once) {
  const auto made = post("/o/op/nonce", "");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(text(made, "expires_in") == "600");
  const auto one = text(made, "nonce");
  BOOST_TEST(login(id_token(one)) == "ok");
  BOOST_TEST(login(id_token(one)) == kNonce);
  const auto two = nonce();
  BOOST_TEST(login(id_token(two), "&nonce=" + two) == "ok");
  BOOST_TEST(login(id_token(two), "&nonce=" + two) == kNonce);
}

BOOST_AUTO_TEST_CASE(a_refused_token_uses_no_nonce_up) {
  const auto one = nonce();
  auto forged = id_token(one);
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  forged[forged.size() - 9] = forged[forged.size() - 9] == 'A' ? 'B' : 'A';
  BOOST_TEST(login(forged) != "ok");
  BOOST_TEST(login(id_token(one)) == "ok");
}

BOOST_AUTO_TEST_CASE(a_hashed_nonce_needs_the_nonce_itself) {
  for (const auto hash : {hex, base64}) {
    const auto one = nonce();
    const auto token = id_token(hash(one));
    BOOST_TEST(login(token) == kNonce);                         // whoever has the token alone
    BOOST_TEST(login(token, "&nonce=" + hash(one)) == kNonce);  // and says what stands in it
    BOOST_TEST(login(token, "&nonce=" + nonce()) == kNonce);
    BOOST_TEST(login(token, "&nonce=" + one) == "ok");
    BOOST_TEST(login(token, "&nonce=" + one) == kNonce);
    BOOST_TEST(login(token) == kNonce);
  }
}

BOOST_AUTO_TEST_CASE(it_expires_and_is_not_forgotten_while_a_token_could_still_be_taken) {
  const auto one = nonce(), two = nonce();
  clock.tick(599s);
  const auto late = id_token(hex(two));
  clock.tick(1s);
  BOOST_TEST(login(id_token(one)) == kNonce);
  clock.tick(598s);
  BOOST_REQUIRE(bool{store.sweep_flows()});
  BOOST_TEST(login(late) == kNonce);  // iat is within ten minutes: without the row it would pass for somebody else's nonce
  BOOST_TEST(login(late, "&nonce=" + two) == kNonce);
}

BOOST_AUTO_TEST_CASE(it_belongs_to_one_provider) {
  const auto one = nonce("strict");
  BOOST_TEST(login(id_token(one)) == kNonce);
  BOOST_TEST(login(id_token(hex(one)), "&nonce=" + one) == kNonce);
  BOOST_TEST(login(id_token(hex(one))) == kNonce);
  BOOST_TEST(login(id_token(one, "strict"), "", "strict") == "ok");
}

BOOST_AUTO_TEST_CASE(a_state_of_a_login_is_no_nonce_and_a_nonce_no_state) {
  const auto state = begin("forge");
  BOOST_TEST(login(id_token(state)) == kNonce);
  BOOST_TEST(finish(state).status == 201);
  const auto one = nonce("forge");
  BOOST_TEST(finish(one).status == 400);
}

BOOST_AUTO_TEST_CASE(what_has_the_form_of_ours_and_is_not_is_refused) {
  BOOST_TEST(login(id_token(token::make_state(clock, random, master).text)) == kNonce);
}

BOOST_AUTO_TEST_CASE(somebody_elses_nonce_passes_unless_the_operator_wants_ours) {
  for (const auto& foreign : {std::string{"made-by-the-sdk"}, hex("of the app"), std::string{}}) {
    BOOST_TEST(login(id_token(foreign)) == "ok", foreign);
    BOOST_TEST(login(id_token(foreign, "strict"), "", "strict") == kNonce, foreign);
  }
  BOOST_TEST(login(id_token(hex("of the app")), "&nonce=of+the+app") == "ok");  // it may still say so, and must then be right
  BOOST_TEST(login(id_token(hex("of the app"), "strict"), "&nonce=of+the+app", "strict") == kNonce);
  BOOST_TEST(login(id_token(hex("of the app")), "&nonce=of+another") == kNonce);
  BOOST_TEST(login(id_token(""), "&nonce=of+the+app") == kNonce);
  BOOST_TEST(why(post("/o/op/", "access_token=at&nonce=x")) == kNonce);
}

BOOST_AUTO_TEST_CASE(an_unknown_provider_has_no_nonces) { BOOST_TEST(post("/o/nobody/nonce/", "").status == 404); }

BOOST_AUTO_TEST_CASE(what_belongs_to_a_login_with_a_code_stays_one) {
  const auto token = id_token("");
  for (const auto& [body, query] : {std::pair<std::string, std::string>{"&state=x", ""},
                                    {"&code=c", ""},
                                    {"", "state=x"},
                                    {"", "code=c"},
                                    {"&redirect_state=x", ""},
                                    {"&code=", ""}}) {
    const auto response = post("/o/op/", "id_token=" + token + body, query);
    BOOST_TEST(response.status == 400, body + query);
    BOOST_TEST(why(response).find("tate") != std::string::npos, body + query);
  }
  // Not in a query, which servers log; and neither of them: djoser's answer.
  BOOST_TEST(why(post("/o/op/", "", "id_token=" + token)) == "Missing needed parameter state");
  BOOST_TEST(why(post("/o/op/", "id_token=")) == "Missing needed parameter state");
  BOOST_TEST(why(post("/o/op/", "{\"id_token\":7}", "", "application/json")) == "Missing needed parameter state");
}

BOOST_AUTO_TEST_CASE(what_could_end_a_header_is_no_token) {
  for (const auto* bad : {"a%0d%0aX:y", "a%20b", "%c3%a4"})
    BOOST_TEST(why(post("/o/op/", std::string{"access_token="} + bad)) == "Token error: this has not the form of a token", bad);
  BOOST_TEST(why(post("/o/op/", "access_token=" + std::string(16 * 1024 + 1, 'x'))) == "Token error: this has not the form of a token");
}

BOOST_AUTO_TEST_SUITE_END()
