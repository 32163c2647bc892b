// Who signed the id_token: bad signatures, algorithms that nobody allowed, keys that change. oidcc-client-test-* are the OpenID
// Foundation's.
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

const std::string kBad = "bad_request Token error: ";

/// A token that says what it likes in its header.
std::string forged(const std::string& header, const std::string& id_token, const std::string& signature) {
  const auto payload = id_token.substr(id_token.find('.') + 1, id_token.rfind('.') - id_token.find('.') - 1);
  return base::base64url(header) + '.' + payload + '.' + signature;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oidc_keys, world::OidcWorld)

BOOST_AUTO_TEST_CASE(a_bad_signature_is_refused) {  // O03, invalid-sig-es256
  auto token = op.id_token();
  token.back() = token.back() == 'A' ? 'Q' : 'A';
  op.serve(op.token_answer(token));
  BOOST_TEST(login() == kBad + "Signature verification failed");
}
BOOST_AUTO_TEST_CASE(a_changed_payload_is_refused) {
  const auto good = op.id_token();
  const auto other = op.id_token(world::set("sub", "\"admin\""));
  op.serve(op.token_answer(good.substr(0, good.find('.')) + other.substr(other.find('.'), other.rfind('.') - other.find('.')) +
                           good.substr(good.rfind('.'))));
  BOOST_TEST(login() == kBad + "Signature verification failed");
}
BOOST_AUTO_TEST_CASE(none_is_refused_in_any_spelling) {  // O04, idtoken-sig-none; FAPI2 null-alg
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE","kid":"k1"})", R"({"alg":null})", R"({})"}) {
    op.serve(op.token_answer(forged(header, op.id_token(), "")));
    BOOST_TEST(login() == kBad + "Signature verification failed", header);
  }
}
BOOST_AUTO_TEST_CASE(a_public_key_is_no_shared_secret) {  // O05; RFC 8725 2.1
  const auto good = op.id_token();
  const std::string header = R"({"alg":"HS256","kid":"k1"})";
  const auto unsigned_part = forged(header, good, "");
  for (const auto& secret :
       {op.jwks(), token::write_jwk({"k1", std::nullopt, op.key.verify_key()}), std::string{"a secret of more than thirty-two bytes"}}) {
    const auto mac = crypto::hmac_sha256(secret, unsigned_part.substr(0, unsigned_part.size() - 1));
    op.serve(op.token_answer(unsigned_part + base::base64url(mac)));
    BOOST_TEST(login() == kBad + "Signature verification failed");
  }
}
BOOST_AUTO_TEST_CASE(hs256_with_the_client_secret_only_where_the_operator_asks) {
  const auto key = crypto::SignKey::shared(base::Secret{"a secret of more than thirty-two bytes"});
  op.key = *key;
  op.alg = crypto::Alg::HS256;
  const auto token = op.id_token();
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  op.serve(op.token_answer(token));
  BOOST_TEST(login() == kBad + "Signature verification failed");  // though the metadata lists HS256
  toml += "id_token = { algs = [\"HS256\"] }\n";
  BOOST_TEST(login() == "ok user-1");
}
BOOST_AUTO_TEST_CASE(an_algorithm_that_the_provider_does_not_name_is_refused) {  // FAPI2 alternate-alg
  op.metadata_more = R"(,"id_token_signing_alg_values_supported":["RS256"])";
  op.login();
  BOOST_TEST(login() == kBad + "Signature verification failed");
}
BOOST_AUTO_TEST_CASE(rs256_is_what_every_provider_has) {  // idtoken-sig-rs256; OIDC Discovery 3
  op.metadata_more = "";
  op.key = *crypto::SignKey::generate(crypto::Kind::rsa);
  op.alg = crypto::Alg::RS256;
  op.login();
  BOOST_TEST(login() == "ok user-1");
}
BOOST_AUTO_TEST_CASE(the_operators_algorithm_wins) {
  op.login();
  toml += "id_token = { algs = [\"RS256\"] }\n";
  BOOST_TEST(login() == kBad + "Signature verification failed");
}
BOOST_AUTO_TEST_CASE(a_token_without_kid_is_tried_with_the_keys_there_are) {  // O07, kid-absent-single-jwks
  const auto kid = op.kid;
  op.kid = "";
  const auto token = op.id_token();
  op.kid = kid;
  op.serve(op.token_answer(token));
  BOOST_TEST(login() == "ok user-1");
}
BOOST_AUTO_TEST_CASE(a_token_of_another_kind_is_refused) {  // RFC 8725 3.11
  for (const auto* typ : {"at+jwt", "logout+jwt", "AT+JWT"}) {
    op.typ = typ;
    op.login();
    BOOST_TEST(login() == kBad + "Invalid id_token", typ);
  }
}
BOOST_AUTO_TEST_CASE(garbage_is_no_server_error) {  // O27-O29; PocketBase #7762
  const std::pair<const char*, const char*> rows[] = {
      {R"({"access_token":"at"})", "Missing id_token in OpenID Connect token response"},
      {R"({"access_token":"at","id_token":null})", "Missing id_token in OpenID Connect token response"},
      {R"({"access_token":"at","id_token":{"a":1}})", "Missing id_token in OpenID Connect token response"},
      {R"({"access_token":"at","id_token":"garbage"})", "Signature verification failed"},
      {R"({"access_token":"at","id_token":"a.b.c"})", "Signature verification failed"},
      {R"({"access_token":"at","id_token":"...."})", "Signature verification failed"},
      {R"({"id_token":"a.b.c"})", "Missing access_token in token response"},
  };
  for (const auto& [answer, text] : rows) {
    op.serve(answer);
    BOOST_TEST(login() == kBad + text, answer);
  }
}

// ---- keys that change

BOOST_AUTO_TEST_CASE(an_unknown_kid_fetches_the_keys_again_in_the_same_login) {  // signing-key-rotation-just-before-signing
  auto broker = open(toml);
  op.login();
  BOOST_REQUIRE(bool{broker->finish("op", finish())});
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  op.kid = "k2";
  op.login();
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == "ok user-1");
  BOOST_TEST(asked("https://op.example/jwks") == 2);
}
BOOST_AUTO_TEST_CASE(a_key_without_kid_may_have_changed_too) {
  auto broker = open(toml);
  op.kid = "";
  op.login();
  BOOST_REQUIRE(bool{broker->finish("op", finish())});
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  op.login();
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == "ok user-1");
  BOOST_TEST(asked("https://op.example/jwks") == 2);
  const auto real = op.jwks();
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);  // a forger's: refused, and no flood of requests either
  op.login();
  net.answers["https://op.example/jwks"].clear();
  net.answer("https://op.example/jwks", 200, real);
  for (int i = 0; i < 20; ++i) BOOST_TEST(world::outcome(broker->finish("op", finish())) == kBad + "Signature verification failed");
  BOOST_TEST(asked("https://op.example/jwks") == 3);  // one in vain: the one before had what was missing
}
BOOST_AUTO_TEST_CASE(a_bad_signature_by_a_key_that_has_a_name_asks_for_nothing) {
  auto broker = open(toml);
  op.login();
  BOOST_REQUIRE(bool{broker->finish("op", finish())});
  op.key = *crypto::SignKey::generate(crypto::Kind::p256);
  op.login();
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == kBad + "Signature verification failed");
  BOOST_TEST(asked("https://op.example/jwks") == 1);
}
BOOST_AUTO_TEST_CASE(a_flood_of_unknown_kids_is_not_a_flood_of_requests) {  // O06; mod_auth_openidc 2026-08-12
  auto broker = open(toml);
  op.login();
  BOOST_REQUIRE(bool{broker->finish("op", finish())});
  const auto real = op.jwks();
  op.kid = "nobody's";
  op.login();
  net.answers["https://op.example/jwks"].clear();
  net.answer("https://op.example/jwks", 200, real);
  for (int i = 0; i < 20; ++i) BOOST_TEST(world::outcome(broker->finish("op", finish())) == kBad + "Signature verification failed");
  BOOST_TEST(asked("https://op.example/jwks") == 2);
  clock.tick(std::chrono::seconds{61});
  op.login();
  net.answers["https://op.example/jwks"].clear();
  net.answer("https://op.example/jwks", 200, real);
  BOOST_TEST(world::outcome(broker->finish("op", finish())) == kBad + "Signature verification failed");
  BOOST_TEST(asked("https://op.example/jwks") == 3);
}
BOOST_AUTO_TEST_CASE(keys_that_cannot_be_fetched_fail_closed) {  // CVE-2025-64527
  op.login();
  net.answers["https://op.example/jwks"].clear();
  for (const auto& [status, body] : {std::pair{500, ""}, {200, "<html>"}, {200, "[]"}, {200, R"({"keys":[]})"}}) {
    net.answer("https://op.example/jwks", status, body);
    const auto got = login();
    BOOST_TEST(!got.starts_with("ok"), body);
    net.answers["https://op.example/jwks"].clear();
    cache.entries.clear();
  }
}

BOOST_AUTO_TEST_SUITE_END()
