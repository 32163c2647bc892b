// Calls as this client: DPoP proofs with the nonces that are asked for (RFC 9449), the certificate for mutual TLS at the addresses that are
// for it (RFC 8705), and tokens that are not of the kind that was asked for.
#include "providers/bound_call.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/crypto/client_certificates.h"
#include "unit/providers/fapi_world.h"

namespace {

struct World : world::FapiWorld {
  std::string with = stanza("", "token = { dpop = true }");
  std::string type = "DPoP";

  void serve_login() {
    auto answer = world::OpenIdProvider::token_answer(op.id_token());
    answer.replace(answer.find("Bearer"), 6, type);
    serve(answer);
  }
  std::string login() {
    serve_login();
    return finished();
  }
  std::string finished() {
    auto broker = open(with);
    return broker ? world::outcome(broker->finish("op", finish())) : broker.error().say;
  }
  static std::string header(const net::Request& request, std::string_view name) {
    for (const auto& [have, value] : request.headers) {
      if (have == name) return value;
    }
    return {};
  }
  json::Document proof(const net::Request& request) const {
    return *json::Document::parse(token::parse_jws(header(request, "DPoP"))->payload);
  }
  std::vector<const net::Request*> requests(std::string_view url) const {
    std::vector<const net::Request*> out;
    for (const auto& request : net.asked) {
      if (request.url == url) out.push_back(&request);
    }
    return out;
  }
  std::string nonce_in(const net::Request& request) const { return std::string{proof(request).root()["nonce"].string().value_or("")}; }
};

struct Type {
  const char* why;
  bool dpop;
  std::string type, outcome;
};
std::ostream& operator<<(std::ostream& os, const Type& row) { return os << row.why; }
const Type types[] = {
    {"asked for and given", true, "DPoP", "ok user-1"},
    {"[token-type-case-insensitivity]", true, "dPoP", "ok user-1"},
    {"asked for, and bound to nothing", true, "Bearer", "bad_request Token error: the token's type is not DPoP"},
    {"not asked for", false, "DPoP", "bad_request Token error: the token's type is not Bearer"},
    {"as ever", false, "bEARER", "ok user-1"},
};

const std::string kOwn =
    "client_certificate = '''" + client_certificates::kCertificate + "'''\nclient_key = '''" + client_certificates::kKey + "'''";
const std::string kAliases = R"(,"mtls_endpoint_aliases":{"token_endpoint":"https://mtls.op.example/token",
    "userinfo_endpoint":"https://mtls.op.example/userinfo","pushed_authorization_request_endpoint":"https://mtls.op.example/par",
    "authorization_endpoint":"https://mtls.op.example/authorize","jwks_uri":"https://mtls.op.example/jwks"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_bound_call, World)

BOOST_DATA_TEST_CASE_F(World, a_token_is_of_the_type_that_was_asked_for, boost::unit_test::data::make(types), row) {
  type = row.type;
  if (!row.dpop) with = stanza();
  BOOST_TEST(login() == row.outcome);
}

BOOST_AUTO_TEST_CASE(a_missing_type_is_not_dpop) {
  auto answer = world::OpenIdProvider::token_answer(op.id_token());
  answer.erase(answer.find(R"("token_type":"Bearer",)"), 22);
  serve(answer);
  BOOST_TEST(finished() == "bad_request Token error: the token's type is not DPoP");
  with = stanza();
  BOOST_TEST(finished() == "ok user-1");  // several providers leave it out
}

BOOST_AUTO_TEST_CASE(a_life_that_is_not_told_is_no_fault) {  // [token-endpoint-response-without-expires_in]
  auto answer = world::OpenIdProvider::token_answer(op.id_token());
  answer.replace(answer.find("Bearer"), 6, "DPoP");
  answer.erase(answer.find(R"("expires_in":300,)"), 17);
  serve(answer);
  BOOST_TEST(finished() == "ok user-1");
}

BOOST_AUTO_TEST_CASE(the_key_is_proven_at_token_endpoint_and_userinfo) {
  BOOST_REQUIRE(login() == "ok user-1");  // [happy-path-no-dpop-nonce]
  const auto& token = last("https://op.example/token");
  BOOST_TEST(proof(token).root()["htu"].string().value_or("") == "https://op.example/token");
  BOOST_TEST(!proof(token).root()["ath"].exists());
  const auto& user = last("https://op.example/userinfo");
  BOOST_TEST(header(user, "Authorization") == "DPoP at");
  BOOST_TEST(proof(user).root()["htm"].string().value_or("") == "GET");
  BOOST_TEST(proof(user).root()["ath"].string().value_or("") == base::base64url(crypto::sha256("at")));
  BOOST_TEST(header(last("https://op.example/jwks"), "DPoP") == "");
  with = stanza();
  type = "Bearer";
  BOOST_REQUIRE(login() == "ok user-1");  // the twin
  BOOST_TEST(header(last("https://op.example/userinfo"), "Authorization") == "Bearer at");
  BOOST_TEST(header(last("https://op.example/token"), "DPoP") == "");
}

BOOST_AUTO_TEST_CASE(a_nonce_that_is_asked_for_is_given) {  // RFC 9449 8, 9
  serve_login();
  auto& tokens = net.answers["https://op.example/token"];
  tokens.insert(tokens.begin(), net::Response{400, {{"dpop-nonce", "of-the-as"}}, R"({"error":"use_dpop_nonce"})"});
  auto& users = net.answers["https://op.example/userinfo"];
  users.insert(users.begin(), net::Response{401, {{"dpop-nonce", "of-the-rs"}, {"www-authenticate", "dpop error=\"use_dpop_nonce\""}}, ""});
  BOOST_TEST(finished() == "ok user-1");
  const auto asked_token = requests("https://op.example/token"), asked_user = requests("https://op.example/userinfo");
  BOOST_REQUIRE(asked_token.size() == 2U);
  BOOST_REQUIRE(asked_user.size() == 2U);
  BOOST_TEST(nonce_in(*asked_token[0]) == "");
  BOOST_TEST(nonce_in(*asked_token[1]) == "of-the-as");
  BOOST_TEST(nonce_in(*asked_user[1]) == "of-the-rs");
  // What is for one use is made anew: a provider that remembers the first assertion would refuse the second request.
  const auto assertion = [](const net::Request& r) { return std::string{providers::last(world::params_of(r.body), "client_assertion")}; };
  BOOST_TEST(assertion(*asked_token[0]) != assertion(*asked_token[1]));
  BOOST_TEST(!assertion(*asked_token[1]).empty());
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_for_ever) {
  serve_login();
  int n = 0;
  net.answers.erase("https://op.example/token");
  net.live = [&n](const net::Request&) -> base::Result<net::Response> {
    return net::Response{400, {{"dpop-nonce", "n" + std::to_string(++n)}}, R"({"error":"use_dpop_nonce"})"};
  };
  BOOST_TEST(finished() == "denied Authentication process canceled");
  BOOST_TEST(n == 2);
  n = 0;
  net.live = [&n](const net::Request&) -> base::Result<net::Response> {
    ++n;
    return net::Response{400, {}, R"({"error":"use_dpop_nonce"})"};  // and gives none
  };
  BOOST_TEST(finished() == "denied Authentication process canceled");
  BOOST_TEST(n == 1);
}

BOOST_AUTO_TEST_CASE(a_nonce_that_came_with_a_success_is_used_next) {  // RFC 9449 8.2
  serve_login();
  for (auto& answer : net.answers["https://op.example/token"]) answer->headers.emplace_back("dpop-nonce", "next");
  auto broker = *open(with);
  BOOST_TEST(world::outcome(broker.finish("op", finish())) == "ok user-1");
  BOOST_TEST(world::outcome(broker.finish("op", finish())) == "ok user-1");
  const auto asked_token = requests("https://op.example/token");
  BOOST_REQUIRE(asked_token.size() == 2U);
  BOOST_TEST(nonce_in(*asked_token[1]) == "next");
}

BOOST_AUTO_TEST_CASE(a_refresh_is_made_with_the_same_key) {
  serve(R"({"access_token":"new","token_type":"DPoP","refresh_token":"r2"})");
  const providers::Kept kept{"user-1", "https://op.example", "user-1", {.access = "old", .refresh = "r1", .type = "DPoP"}};
  auto broker = *open(with);
  const auto fresh = broker.refresh("op", kept);
  BOOST_REQUIRE(bool{fresh});
  BOOST_TEST(fresh->type == "DPoP");
  const auto text = header(last("https://op.example/token"), "DPoP");
  const auto head = json::Document::parse(*base::base64url_decode(text.substr(0, text.find('.'))));
  BOOST_TEST(head->root()["jwk"].dump() == token::bare_jwk(own.verify_key()));
  serve(R"({"access_token":"new","token_type":"Bearer"})");
  BOOST_TEST(!broker.refresh("op", kept));
}

BOOST_AUTO_TEST_CASE(the_certificate_goes_to_the_providers_own_endpoints) {
  with = stanza(kOwn, "token = { client_auth = \"self_signed_tls_client_auth\" }");
  more = R"(,"require_pushed_authorization_requests":true)";
  type = "Bearer";
  BOOST_REQUIRE(login() == "ok user-1");
  BOOST_REQUIRE(begin(with).find("request_uri=") != std::string::npos);
  for (const auto* url : {"https://op.example/token", "https://op.example/userinfo", "https://op.example/par"}) {
    const auto& shown = last(url).certificate;
    BOOST_REQUIRE(bool{shown});
    BOOST_TEST(shown->certificate.reveal() == client_certificates::kCertificate, url);
  }
  for (const auto* url : {"https://op.example/.well-known/openid-configuration", "https://op.example/jwks"})
    BOOST_TEST(!last(url).certificate);
  // RFC 8705 2: who we are stands in the form, and no secret does.
  BOOST_TEST(world::names_of(world::params_of(last("https://op.example/token").body)) ==
             "grant_type code redirect_uri code_verifier client_id");
}

BOOST_AUTO_TEST_CASE(who_shows_a_certificate_goes_to_the_aliases) {  // RFC 8705 5; oidcc-client-test-mtls-endpoint-aliases
  more = kAliases + R"(,"require_pushed_authorization_requests":true)";
  type = "Bearer";
  const auto serve_aliases = [&] {
    for (const auto* path : {"/token", "/userinfo", "/par"})
      net.answers["https://mtls.op.example" + std::string{path}] = net.answers["https://op.example" + std::string{path}];
  };
  with = stanza(kOwn);
  serve_login();
  serve_aliases();
  BOOST_TEST(finished() == "ok user-1");
  auto broker = *open(with);
  const auto begun = broker.begin("op", start());
  BOOST_REQUIRE(bool{begun});
  BOOST_TEST(begun->authorization_url.starts_with("https://op.example/"));  // the browser has no certificate of ours
  BOOST_TEST(asked("https://mtls.op.example/jwks") == 0);
  for (const auto* path : {"/token", "/userinfo", "/par"}) {
    BOOST_TEST(asked("https://mtls.op.example" + std::string{path}) == 1, path);
    BOOST_TEST(asked("https://op.example" + std::string{path}) == 0, path);
  }
  // The host is another than the operator named: no private addresses there.
  BOOST_TEST(!last("https://mtls.op.example/token").private_addresses);
  with = stanza();
  BOOST_TEST(finished() == "ok user-1");  // the twin: without a certificate there is nothing to go there for
  BOOST_TEST(asked("https://op.example/token") == 1);
}

BOOST_AUTO_TEST_CASE(an_alias_is_held_to_the_rules_for_addresses) {
  more = R"(,"mtls_endpoint_aliases":{"token_endpoint":"http://op.example/token"})";
  with = stanza(kOwn);
  BOOST_TEST(login() == "upstream The authentication provider could not be reached");
  with = stanza();
  type = "Bearer";
  BOOST_TEST(login() == "ok user-1");
}

BOOST_AUTO_TEST_SUITE_END()
