// The OpenID Connect engine against a provider that lies: every row of wire.md O, the OpenID Foundation's negative RP tests
// (oidcc-client-test-*), and the mistakes of others (CVE numbers stand at their rows).
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "unit/providers/world.h"

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
std::string number(std::int64_t n) { return std::to_string(n); }

struct Row {
  const char* why;
  world::Change change;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const std::string kBad = "bad_request Token error: ";

const Row claims[] = {
    {"O01 good", {}, "ok user-1"},
    {"O08 invalid-aud", world::set("aud", "\"other\""), kBad + "Invalid audience"},
    {"missing-aud", world::drop("aud"), kBad + "Invalid audience"},
    {"aud that is a prefix of ours", world::set("aud", "\"clien\""), kBad + "Invalid audience"},
    {"aud as a list of one", world::set("aud", R"(["client"])"), "ok user-1"},
    {"O09 FAPI2 invalid-secondary-aud: others beside us, no azp", world::set("aud", R"(["client","evil"])"),
     kBad + "Incorrect id_token: azp"},
    {"O10 others beside us, issued to us",
     [](std::map<std::string, std::string>& c) {
       c["aud"] = R"(["client","api"])";
       c["azp"] = "\"client\"";
     },
     "ok user-1"},
    {"O11 issued to somebody else", world::set("azp", "\"evil\""), kBad + "Incorrect id_token: azp"},
    {"azp of the wrong type", world::set("azp", "7"), kBad + "Incorrect id_token: azp"},
    {"O12 invalid-iss", world::set("iss", "\"https://evil.example\""), kBad + "Invalid issuer"},
    {"FAPI2 missing-iss", world::drop("iss"), kBad + "Invalid issuer"},
    {"empty iss", world::set("iss", "\"\""), kBad + "Invalid issuer"},
    {"iss with a slash more: compared byte for byte", world::set("iss", "\"https://op.example/\""), kBad + "Invalid issuer"},
    {"O13 O40 nonce-invalid: another flow's", world::set("nonce", "\"of another flow\""), kBad + "Incorrect id_token: nonce"},
    {"O14 missing nonce", world::drop("nonce"), kBad + "Incorrect id_token: nonce"},
    {"O15 expired", world::set("exp", number(kNow - 1)), kBad + "Signature has expired"},
    {"exp has no leeway", world::set("exp", number(kNow)), kBad + "Signature has expired"},
    {"one second left", world::set("exp", number(kNow + 1)), "ok user-1"},
    {"exp with a fraction, RFC 7519 2", world::set("exp", "1700000000.5"), "ok user-1"},
    {"O16 exp 0", world::set("exp", "0"), kBad + "Signature has expired"},
    {"O17 no exp", world::drop("exp"), kBad + "Incorrect id_token: exp"},
    {"exp as text", world::set("exp", "\"1800000000\""), kBad + "Incorrect id_token: exp"},
    {"O18 missing-iat", world::drop("iat"), kBad + "Incorrect id_token: iat"},
    {"O19 old: kept somewhere", world::set("iat", number(kNow - 601)), kBad + "Incorrect id_token: iat"},
    {"ten minutes old", world::set("iat", number(kNow - 600)), "ok user-1"},
    {"O20 of the future", world::set("iat", number(kNow + 61)), kBad + "The token is not yet valid (iat)"},
    {"a clock a minute ahead", world::set("iat", number(kNow + 60)), "ok user-1"},
    {"O21 nbf", world::set("nbf", number(kNow + 61)), kBad + "The token is not yet valid (nbf)"},
    {"nbf a minute ahead", world::set("nbf", number(kNow + 60)), "ok user-1"},
    {"nbf as text", world::set("nbf", "\"soon\""), kBad + "The token is not yet valid (nbf)"},
    {"O22 invalid-athash: the token was swapped", world::set("at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\""), kBad + "Invalid access token"},
    {"at_hash of the wrong type", world::set("at_hash", "1"), kBad + "Invalid access token"},
    {"c_hash of another code", world::set("c_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\""), kBad + "Incorrect id_token: c_hash"},
    {"c_hash of the wrong type", world::set("c_hash", "null"), kBad + "Incorrect id_token: c_hash"},
    {"c_hash of this code", world::set("c_hash", '"' + providers::at_hash(crypto::Alg::ES256, "c0de") + '"'), "ok user-1"},
    {"O23 no at_hash: optional in the code flow", world::drop("at_hash"), "ok user-1"},
    {"O24 missing-sub", world::drop("sub"), kBad + "Invalid UserInfo sub"},
    {"empty sub", world::set("sub", "\"\""), kBad + "Invalid UserInfo sub"},
    {"sub of 256 bytes", world::set("sub", '"' + std::string(256, 'x') + '"'), kBad + "Invalid UserInfo sub"},
    {"sub as a number", world::set("sub", "1"), kBad + "Invalid UserInfo sub"},
    {"a logout token is no id_token", world::set("events", "{}"), kBad + "Invalid id_token"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oidc, world::OidcWorld)

BOOST_DATA_TEST_CASE_F(world::OidcWorld, every_claim_is_checked, boost::unit_test::data::make(claims), row) {
  op.login(row.change);
  BOOST_TEST(login() == row.outcome);
}

BOOST_AUTO_TEST_CASE(the_identity_is_the_providers_word) {
  op.login();
  auto broker = open(toml);
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->provider == "op");
  BOOST_TEST(who->issuer == "https://op.example");
  BOOST_TEST(who->email == "u@op.example");
  BOOST_TEST(who->email_verified);
  BOOST_TEST(who->username == "u1");
  BOOST_TEST(who->first_name == "Ann");
  BOOST_TEST(who->last_name == "Example");
  BOOST_TEST(who->picture == "https://op.example/p.png");
  BOOST_TEST((last("https://op.example/userinfo").headers.at(0) == net::Header{"Authorization", "Bearer at"}));
}

BOOST_AUTO_TEST_CASE(the_authorization_url_has_djosers_order) {
  op.login();
  auto broker = open(toml);
  BOOST_TEST(broker->begin("op", start())->authorization_url ==
             "https://op.example/"
             "authorize?client_id=client&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1%26y%3Da%20b&state=a%20state&response_type=code"
             "&code_challenge_method=S256&code_challenge=" +
                 base::base64url(crypto::sha256(providers::code_verifier_of(seed))) + "&nonce=" + providers::nonce_of(seed) +
                 "&scope=openid%20profile%20email");
  BOOST_TEST(providers::nonce_of(seed).size() == 43u);
  BOOST_TEST(providers::nonce_of(seed) != providers::code_verifier_of(seed));
}

// ---- userinfo

BOOST_AUTO_TEST_CASE(userinfo_of_somebody_else_is_refused) {  // O30, userinfo-invalid-sub
  for (const auto* body : {R"({"sub":"user-2","email":"x@y.example"})", R"({"sub":null})", R"({"sub":1})"}) {
    op.serve(op.token_answer(op.id_token()), body);
    BOOST_TEST(login() == kBad + "Invalid UserInfo sub", body);
  }
}
BOOST_AUTO_TEST_CASE(userinfo_without_sub_is_taken_only_where_at_hash_ties_the_token_to_the_id_token) {
  for (const auto* body : {R"({"email":"x@y.example"})", "{}"}) {
    op.serve(op.token_answer(op.id_token()), body);
    BOOST_TEST(login() == "ok user-1", body);
    op.serve(op.token_answer(op.id_token(world::drop("at_hash"))), body);
    BOOST_TEST(login() == kBad + "Invalid UserInfo sub", body);
  }
}
BOOST_AUTO_TEST_CASE(faults_of_userinfo_have_their_texts) {
  const std::tuple<int, const char*, const char*> rows[] = {
      {401, "", "denied Your credentials aren't allowed"},                                                       // O31
      {500, "", "upstream Network error during authentication: the provider answered 500"},                      // O32
      {200, "<html>", "upstream Network error during authentication: the provider's answer could not be read"},  // O33
  };
  for (const auto& [status, body, outcome] : rows) {
    op.login();
    net.answers["https://op.example/userinfo"].clear();
    net.answer("https://op.example/userinfo", status, body);
    BOOST_TEST(login() == outcome);
  }
}
BOOST_AUTO_TEST_CASE(the_verified_flag_of_one_document_does_not_bless_the_address_of_another) {  // CVE-2026-14781
  op.serve(op.token_answer(op.id_token(world::set("email_verified", "true"))), R"({"sub":"user-1","email":"boss@corp.example"})");
  auto broker = open(toml);
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->email == "boss@corp.example");
  BOOST_TEST(!who->email_verified);
}

// ---- issuer of the answer (RFC 9207)

BOOST_AUTO_TEST_CASE(an_answer_of_another_issuer_goes_nowhere) {  // FAPI2 invalid-authorization-response-iss
  op.login();
  auto broker = open(toml);
  BOOST_TEST(world::outcome(broker->finish("op", finish({{"iss", "https://evil.example"}}))) ==
             "denied Authentication failed: the answer is another provider's");
  BOOST_TEST(asked("https://op.example/token") == 0);
  BOOST_TEST(world::outcome(broker->finish("op", finish({{"iss", "https://op.example"}}))) == "ok user-1");
}
BOOST_AUTO_TEST_CASE(an_error_of_another_issuer_is_not_this_ones_word) {  // RFC 9207 2.4
  auto broker = open(toml);
  const auto says = [&](const char* iss) {
    return broker->look("op", {{"error", "access_denied"}, {"error_description", "call 555"}, {"iss", iss}}).refused->say;
  };
  BOOST_TEST(says("https://evil.example") == "Authentication failed: the answer is another provider's");
  BOOST_TEST(says("https://op.example") == "Authentication process canceled: call 555");
  BOOST_TEST(says("") == "Authentication process canceled: call 555");
}
BOOST_AUTO_TEST_CASE(
    an_announced_issuer_is_required_where_the_answer_comes_straight_from_the_provider) {  // remove-authorization-response-iss
  op.metadata_more += R"(,"authorization_response_iss_parameter_supported":true)";
  op.login();
  auto broker = open(toml);
  auto direct = finish();
  direct.direct = true;
  BOOST_TEST(world::outcome(broker->finish("op", direct)) == "denied Authentication failed: the answer is another provider's");
  BOOST_TEST(asked("https://op.example/token") == 0);
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == "ok user-1");  // a front end need not pass it on
}

// ---- client authentication

BOOST_AUTO_TEST_CASE(client_authentication_is_what_the_metadata_says) {
  struct Case {
    const char* methods;
    bool basic;
  };
  for (const auto& c : {Case{"", true}, Case{R"(,"token_endpoint_auth_methods_supported":["client_secret_post"])", false},
                        Case{R"(,"token_endpoint_auth_methods_supported":["client_secret_post","client_secret_basic"])", true}}) {
    op.metadata_more = std::string{R"(,"id_token_signing_alg_values_supported":["ES256"])"} + c.methods;
    op.login();
    cache.entries.clear();
    BOOST_TEST(login() == "ok user-1");
    BOOST_TEST((last("https://op.example/token").body.find("client_secret=") == std::string::npos) == c.basic);
    BOOST_TEST((last("https://op.example/token").headers.at(0).first == "Authorization") == c.basic);
  }
}
BOOST_AUTO_TEST_CASE(private_key_jwt_is_signed_for_the_issuer_once) {  // RFC 7523 3
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  op.login();
  toml =
      "[providers.op]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"client\"\nclient_auth = \"private_key_jwt\"\nkey_id "
      "= \"mine\"\n"
      "private_key = '''" +
      std::string{key.pem().reveal()} + "'''\n";
  BOOST_TEST(login() == "ok user-1");
  const auto body = last("https://op.example/token").body;
  BOOST_TEST(body.find("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer") != std::string::npos);
  const auto at = body.find("client_assertion=") + 17;
  const auto jws = token::parse_jws(body.substr(at, body.find('&', at) - at));
  BOOST_REQUIRE(bool{jws});
  BOOST_TEST(jws->kid == "mine");
  BOOST_TEST(key.verify_key().verify(crypto::Alg::ES256, jws->signed_part, jws->signature));
  const auto claims_of = *json::Document::parse(jws->payload);
  BOOST_TEST((claims_of.root()["aud"].string() == "https://op.example"));
  BOOST_TEST((claims_of.root()["sub"].string() == "client"));
  BOOST_TEST(*claims_of.root()["exp"].integer() == kNow + 60);
  BOOST_TEST(claims_of.root()["jti"].string()->size() == 22u);
  BOOST_TEST(login() == "ok user-1");
  BOOST_TEST(last("https://op.example/token").body != body);  // a new jti
}

// ---- discovery

BOOST_AUTO_TEST_CASE(metadata_of_another_issuer_stops_everything) {  // discovery-issuer-mismatch; OIDC Discovery 4.3
  op.login();
  net.answers["https://op.example/.well-known/openid-configuration"].clear();
  auto lie = op.metadata();
  lie.replace(lie.find("https://op.example"), 18, "https://evil.example");
  net.answer("https://op.example/.well-known/openid-configuration", 200, lie);
  auto broker = open(toml);
  const auto begun = broker->begin("op", start());
  BOOST_REQUIRE(!begun);
  BOOST_TEST(begun.error().say == "The authentication provider could not be reached");
  BOOST_TEST((begun.error().code == base::Code::upstream));
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == "upstream The authentication provider could not be reached");
  BOOST_TEST(asked("https://op.example/token") == 0);
  const auto told = broker->check("op");
  BOOST_REQUIRE(!told);
  BOOST_TEST(told.error().say.find("names the issuer \"https://evil.example\", configured is \"https://op.example\"") != std::string::npos);
}
BOOST_AUTO_TEST_CASE(a_document_cannot_make_us_call_private_addresses) {  // CWE-918; GHSA-5rr4-8452-hf4v
  op.login();
  auto elsewhere = op.metadata();
  elsewhere.replace(elsewhere.find("https://op.example/token"), 24, "https://tk.example/token");
  net.answers["https://op.example/.well-known/openid-configuration"].clear();
  net.answer("https://op.example/.well-known/openid-configuration", 200, elsewhere);
  net.answer("https://tk.example/token", 200, op.token_answer(op.id_token()));
  BOOST_TEST(login() == "ok user-1");
  BOOST_TEST(last("https://op.example/.well-known/openid-configuration").private_addresses);  // the operator wrote it
  BOOST_TEST(!last("https://tk.example/token").private_addresses);
  BOOST_TEST(last("https://op.example/jwks").private_addresses);  // the host that the operator named
}
BOOST_AUTO_TEST_CASE(begin_fetches_once_and_then_nothing) {
  op.login();
  auto broker = open(toml);
  for (int i = 0; i < 5; ++i) BOOST_REQUIRE(bool{broker->begin("op", start())});
  BOOST_TEST(net.asked.size() == 1u);
  auto next_process = open(toml);
  BOOST_REQUIRE(bool{next_process->begin("op", start())});
  BOOST_TEST(net.asked.size() == 1u);  // from the Cache
}
BOOST_AUTO_TEST_CASE(check_fetches_metadata_and_keys) {
  op.login();
  BOOST_TEST(bool{open(toml)->check("op")});
  BOOST_TEST(asked("https://op.example/jwks") == 1);
  net.answers.clear();
  cache.entries.clear();
  const auto down = open(toml)->check("op");
  BOOST_REQUIRE(!down);
  BOOST_TEST(!down.error().say.empty());
}
BOOST_AUTO_TEST_CASE(many_threads_may_ask_at_once) {
  op.login();
  auto broker = open(toml);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 20; ++n) good += broker->begin("op", start()) && broker->finish("op", finish()) ? 1 : 0;
      });
    }
  }
  BOOST_TEST(good == 160);
  BOOST_TEST(asked("https://op.example/.well-known/openid-configuration") == 1);
  BOOST_TEST(asked("https://op.example/jwks") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
