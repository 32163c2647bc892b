// Who a uid is here: issuer and uid are the identity, for an imported row as for a login.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

const char* kProviders = R"([providers.github]
client_id = "c"
client_secret = "s"
[providers.forge]
kind = "oauth2"
client_id = "c"
client_secret = "s"
authorize = { url = "https://forge.example/authorize" }
token = { url = "https://forge.example/token" }
issuer = "https://forge.example"
map = { uid = "t:/id" }
[providers.twitter]
client_id = "c"
client_secret = "s"
[providers.corp]
kind = "oidc"
issuer = "https://op.example"
client_id = "c"
client_secret = "s"
[providers.oidc]
oidc_endpoint = "https://op.example/"
client_id = "c"
client_secret = "s"
[providers.down]
kind = "oidc"
issuer = "https://down.example"
client_id = "c"
client_secret = "s"
[providers.microsoft]
client_id = "c"
client_secret = "s"
[providers.steam]
enabled = true
[providers.google-oauth2]
client_id = "c"
client_secret = "s"
uid = "email"
[providers.google-onetap]
kind = "oidc"
issuer = "https://op.example"
client_id = "c"
client_secret = "s"
[providers.trello]
client_id = "c"
client_secret = "s"
[providers.saml]
sp_entity_id = "https://app.example/sp"
[providers.saml.enabled_idps.uni]
entity_id = "https://uni.example/idp"
url = "https://uni.example/sso"
)";

struct Row {
  const char *why, *provider, *uid, *expected;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"OAuth 2: the provider's name", "github", "1", "github"},
    {"OAuth 2 with an issuer (RFC 9207)", "forge", "1", "https://forge.example"},
    {"OAuth 1.0a", "twitter", "1", "twitter"},
    {"OpenID 2.0", "steam", "1", "steam"},
    {"OpenID Connect: the issuer, and it is the metadata's", "corp", "s", "https://op.example"},
    {"where only the metadata's place is configured, what it names", "oidc", "s", "https://op.example"},
    {"metadata that is not there is no reason to guess", "down", "s", "upstream"},
    {"an issuer for each tenant: the uid does not say which", "microsoft", "s", "denied"},
    {"SAML: the identity provider before the colon", "saml", "uni:7", "https://uni.example/idp"},
    {"SAML: none of that name", "saml", "other:7", "denied"},
    {"SAML: no name at all", "saml", "7", "denied"},
    {"not enabled", "gitlab", "1", "not_found"},
};

struct Set : world::World {
  Set() {
    const world::OpenIdProvider op{*this};
    net.answer("https://op.example/.well-known/openid-configuration", 200, op.metadata());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_naming)

BOOST_DATA_TEST_CASE(a_uid_belongs_to_an_issuer, boost::unit_test::data::make(rows), row) {
  Set w;
  auto broker = w.open(kProviders);
  if (!broker) BOOST_FAIL(broker.error().say);
  const auto naming = broker->naming(row.provider, row.uid);
  BOOST_TEST((naming ? naming->issuer : base::name_of(naming.error().code)) == row.expected);
  if (!naming && naming.error().code != base::Code::not_found) BOOST_TEST(!naming.error().say.empty());
}

BOOST_AUTO_TEST_CASE(how_both_programs_count_people) {
  Set w;
  auto broker = w.open(kProviders);
  BOOST_REQUIRE(broker);
  const auto words = [&](const char* provider) {
    const auto naming = broker->naming(provider, "x");
    return naming ? naming->uid + "/" + naming->psa_uid : naming.error().detail;
  };
  BOOST_TEST(words("github") == "/");
  BOOST_TEST(words("google-oauth2") == "email/email");
  BOOST_TEST(words("trello") == "/username");
  BOOST_TEST(words("google-onetap") == "/email");  // of the name, although another protocol speaks under it
}

BOOST_AUTO_TEST_SUITE_END()
