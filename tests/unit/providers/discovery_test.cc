#include "providers/discovery.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/id_token.h"
#include "unit/providers/world.h"

namespace {

constexpr const char* kIssuer = "https://op.example/tenant";
/// A good document, `more` added, one member taken out.
std::string document(const std::string& more, std::string_view without = {}) {
  std::string out = R"({"issuer":"https://op.example/tenant")";
  for (const auto& [name, url] : {std::pair{"authorization_endpoint", "https://op.example/a"},
                                  {"token_endpoint", "https://op.example/t"},
                                  {"jwks_uri", "https://op.example/k"}}) {
    if (without != name) out += ",\"" + std::string{name} + "\":\"" + url + '"';
  }
  return out + more + "}";
}

struct Row {
  const char* why;
  std::string body;
  const char* told;  // "" = good
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"good", document(""), ""},
    {"no JSON", "<html>", "not a JSON object"},
    {"a list", "[]", "not a JSON object"},
    {"no issuer", R"({"authorization_endpoint":"https://op.example/a"})", "names the issuer \"\""},
    {"another issuer", R"({"issuer":"https://evil.example"})",
     "names the issuer \"https://evil.example\", configured is \"https://op.example/tenant\""},
    {"a slash more is another issuer", R"({"issuer":"https://op.example/tenant/"})", "names the issuer"},
    {"no authorization endpoint", document("", "authorization_endpoint"), "authorization_endpoint is missing"},
    {"no token endpoint", document("", "token_endpoint"), "token_endpoint is missing"},
    {"no keys", document("", "jwks_uri"), "jwks_uri is missing"},
    {"http userinfo", document(R"(,"userinfo_endpoint":"http://op.example/u")"), "userinfo_endpoint is no https URL"},
    {"a loopback address of a public issuer: SSRF", document(R"(,"userinfo_endpoint":"http://127.0.0.1:8080/u")"),
     "userinfo_endpoint is no https URL"},
    {"another scheme", document(R"(,"userinfo_endpoint":"file:///etc/passwd")"), "userinfo_endpoint is no https URL"},
    {"not a text", document(R"(,"userinfo_endpoint":["https://op.example/u"])"), "userinfo_endpoint is no https URL"},
    {"user name in the address", document(R"(,"userinfo_endpoint":"https://a@op.example/u")"), "userinfo_endpoint is no https URL"},
    {"a name twice", document(R"(,"issuer":"https://evil.example")"), "not a JSON object"},
};

/// Where only the document's address is configured: which issuers it may name.
struct LearnedRow {
  const char* why;
  const char* named;
  bool right;
};
std::ostream& operator<<(std::ostream& os, const LearnedRow& row) { return os << row.why; }
const LearnedRow learned[] = {
    {"the origin", "https://op.example", true},
    {"with a slash", "https://op.example/", true},
    {"a path of the same origin", "https://op.example/tenant/oidc", true},
    {"the default port is the same port", "https://op.example:443/tenant", true},
    {"another host", "https://evil.example", false},
    {"a host below it: a customer's", "https://tenant.op.example", false},
    {"the host above it", "https://example", false},
    {"another port: another program", "https://op.example:8443", false},
    {"http", "http://op.example", false},
    {"a query: OIDC Discovery 3", "https://op.example/?tenant=1", false},
    {"a fragment: OIDC Discovery 3", "https://op.example/#tenant", false},
    {"a user name", "https://ann@op.example/", false},
    {"another host behind a user name", "https://op.example@evil.example/", false},
    {"a backslash", "https://op.example\\\\@evil.example", false},
    {"no URL", "op.example", false},
    {"nothing", "", false},
};

/// Where the file says how the document may call its issuer.
struct NamedRow {
  const char* why;
  const char* issuers;  // the template
  const char* named;
  bool right;
};
std::ostream& operator<<(std::ostream& os, const NamedRow& row) { return os << row.why; }
const NamedRow named[] = {
    {"a placeholder, as it stands", "https://op.example/{'{tenantid}'}/v2.0", "https://op.example/{tenantid}/v2.0", true},
    {"a tenant in the place of the placeholder", "https://op.example/{'{tenantid}'}/v2.0", "https://op.example/evil/v2.0", false},
    {"a setting", "https://op.example/{tenant}/", "https://op.example/t1/", true},
    {"another one's", "https://op.example/{tenant}/", "https://op.example/t2/", false},
    {"a setting that has no value names nobody", "https://op.example/{nothing}/", "https://op.example//", false},
    {"bytes are compared", "https://op.example/{tenant}/", "https://OP.example/t1/", false},
    {"the same origin is not enough then", "https://op.example/{tenant}/", "https://op.example/", false},
    {"elsewhere, if the file says so", "https://sts.example/{tenant}/", "https://sts.example/t1/", true},
};

std::string issued_by(const char* issuer) {
  return R"({"issuer":")" + std::string{issuer} +
         R"(","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k"})";
}
const char* kDocument = "https://op.example/tenant/.well-known/openid-configuration";

providers::Spec spec() {
  providers::Spec out;
  out.protocol = "oidc";
  out.id_tokens = true;
  out.variables = {{"client_id", "c"}, {"scope", "openid"}};
  return out;
}

/// A provider of which only the address of the metadata is configured.
struct LearnedWorld : world::OidcWorld {
  LearnedWorld() {
    toml =
        "[providers.op]\nkind = 'oidc'\nclient_id = 'client'\nclient_secret = 'a secret of more than thirty-two bytes'\n"
        "discovery = { url = 'https://op.example/meta' }\n";
  }
  std::string outcome(const std::string& issuer, const std::string& iss) {
    op.login(world::set("iss", '"' + iss + '"'));
    auto body = op.metadata();
    body.replace(body.find("https://op.example"), 18, issuer);
    net.answer("https://op.example/meta", 200, body);
    cache.entries.clear();
    return login();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_discovery)
BOOST_FIXTURE_TEST_CASE(the_learned_issuer_is_the_tokens, LearnedWorld) {
  BOOST_TEST(outcome("https://op.example/t", "https://op.example/t") == "ok user-1");
  BOOST_TEST(outcome("https://op.example/t", "https://op.example/u") == "bad_request Token error: Invalid issuer");
  BOOST_TEST(outcome("https://evil.example", "https://evil.example") == "upstream The authentication provider could not be reached");
}
BOOST_DATA_TEST_CASE(a_document_is_believed_only_so_far, boost::unit_test::data::make(rows), row) {
  const auto metadata = providers::parse_metadata(row.body, spec(), kIssuer, kIssuer);
  const std::string say = metadata ? "" : metadata.error().say;
  BOOST_TEST((*row.told == '\0' ? say.empty() : say.find(row.told) != std::string::npos), say);
}
BOOST_DATA_TEST_CASE(without_an_issuer_it_is_what_the_document_names_at_home, boost::unit_test::data::make(learned), row) {
  const auto metadata = providers::parse_metadata(issued_by(row.named), spec(), "", kDocument);
  BOOST_REQUIRE_MESSAGE(bool{metadata} == row.right, (metadata ? "believed" : metadata.error().say));
  if (metadata) BOOST_TEST(metadata->issuer == row.named);
  if (metadata) BOOST_TEST(metadata->where == kDocument);
}
BOOST_DATA_TEST_CASE(a_file_may_say_how_the_document_calls_its_issuer, boost::unit_test::data::make(named), row) {
  auto from = spec();
  from.variables["tenant"] = "t1";
  from.discovery.issuers.push_back(*providers::Expression::parse_template(row.issuers));
  BOOST_TEST(bool{providers::parse_metadata(issued_by(row.named), from, "", kDocument)} == row.right);
  BOOST_TEST(bool{providers::parse_metadata(issued_by(row.named), from, "https://op.example/tenant", kDocument)} == row.right);
  BOOST_TEST(bool{providers::parse_metadata(issued_by(kIssuer), from, kIssuer, kDocument)}, "the configured issuer is right in any case");
}
BOOST_AUTO_TEST_CASE(an_issuer_for_each_tenant_is_not_learned) {  // its file says how the metadata calls it, or nothing does
  auto from = spec();
  from.issuer = *providers::Expression::parse_template("https://op.example/{i:/tid}");
  BOOST_TEST(!providers::parse_metadata(issued_by("https://op.example/t1"), from, "", kDocument));
}
BOOST_AUTO_TEST_CASE(on_this_machine_an_issuer_may_be_learned_over_http) {
  const std::string body = R"({"issuer":"http://localhost:9/x","authorization_endpoint":"http://localhost:9/a",)"
                           R"("token_endpoint":"http://localhost:9/t","jwks_uri":"http://localhost:9/k"})";
  BOOST_TEST(bool{providers::parse_metadata(body, spec(), "", "http://localhost:9/meta")});
  BOOST_TEST(!providers::parse_metadata(body, spec(), "", "http://localhost:8/meta"));
  BOOST_TEST(!providers::parse_metadata(body, spec(), "", "http://127.0.0.1:9/meta"));
}
BOOST_AUTO_TEST_CASE(a_loopback_issuer_may_use_http_on_loopback) {
  const std::string body = R"({"issuer":"http://localhost:9","authorization_endpoint":"http://localhost:9/a",)"
                           R"("token_endpoint":"http://localhost:9/t","jwks_uri":"http://localhost:9/k"})";
  BOOST_TEST(bool{providers::parse_metadata(body, spec(), "http://localhost:9", "http://localhost:9")});
}
BOOST_AUTO_TEST_CASE(only_asymmetric_algorithms_are_taken_from_a_document) {
  const auto metadata = providers::parse_metadata(document(R"(,"id_token_signing_alg_values_supported":["none","HS256","ES256","x",7])"),
                                                  spec(), kIssuer, kIssuer);
  BOOST_REQUIRE(bool{metadata});
  BOOST_REQUIRE(metadata->algs.size() == 1u);
  BOOST_TEST((metadata->algs[0] == crypto::Alg::ES256));
  BOOST_TEST((providers::parse_metadata(document(""), spec(), kIssuer, kIssuer)->algs == std::vector{crypto::Alg::RS256}));
}
BOOST_AUTO_TEST_CASE(pkce_is_left_out_only_where_the_provider_names_other_methods) {
  const auto pkce = [](const char* more) {
    return providers::parse_metadata(document(more), spec(), kIssuer, kIssuer)->authorize_url.pkce;
  };
  BOOST_TEST(pkce(""));
  BOOST_TEST(pkce(R"(,"code_challenge_methods_supported":["plain","S256"])"));
  BOOST_TEST(!pkce(R"(,"code_challenge_methods_supported":["plain"])"));
}
BOOST_AUTO_TEST_CASE(the_well_known_address_is_below_the_issuers_path) {
  BOOST_TEST(providers::metadata_url("https://op.example/t") == "https://op.example/t/.well-known/openid-configuration");
  BOOST_TEST(providers::metadata_url("https://op.example/") == "https://op.example/.well-known/openid-configuration");
}
BOOST_AUTO_TEST_CASE(private_addresses_are_for_the_operators_own_host_and_machine) {
  BOOST_TEST(providers::private_addresses_allowed("https://op.corp/k", "https://op.corp"));
  BOOST_TEST(providers::private_addresses_allowed("http://127.0.0.1:1/k", "http://localhost:2"));
  BOOST_TEST(!providers::private_addresses_allowed("https://keys.corp/k", "https://op.corp"));
  BOOST_TEST(!providers::private_addresses_allowed("https://localhost/k", "https://op.corp"));
}
BOOST_AUTO_TEST_CASE(at_hash_is_the_specs_example) {  // OpenID Connect Core 1.0, A.3
  BOOST_TEST(providers::at_hash(crypto::Alg::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ");
  BOOST_TEST(providers::at_hash(crypto::Alg::ES384, "x").size() == 32u);
  BOOST_TEST(providers::at_hash(crypto::Alg::EdDSA, "x").size() == 43u);
}
BOOST_AUTO_TEST_SUITE_END()
