// What a stanza may say, and what the operator is told where it is wrong: one line with place, finding and the nearest right key.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

struct Row {
  const char* why;
  std::string toml;
  const char* told;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const std::string kOwn = R"([providers.forge]
kind = "oauth2"
client_id = "c"
client_secret = "s"
authorize = { url = "https://forge.example/authorize" }
token = { url = "https://forge.example/token" }
user = [ { url = "https://forge.example/user" } ]
)";
const std::string kMap = "map = { uid = \"u:/id\" }\n";

const Row wrong[] = {
    {"no such provider", "[providers.githup]\nclient_id = \"c\"\n",
     "latchstring.toml:1: providers.githup: \"githup\" is not in the catalogue; did you mean github?"},
    {"no such kind", "[providers.x]\nkind = \"oauth9\"\n", "latchstring.toml:2: providers.x: \"oauth9\" is not in the catalogue"},
    {"no client", "[providers.github]\ntitle = \"x\"\n", "latchstring.toml:1: providers.github.client_id: is missing"},
    {"no secret", "[providers.github]\nclient_id = \"x\"\n",
     "providers.github.client_secret: is missing (client_secret or client_secret_file"},
    {"unknown key", kOwn + kMap + "tittle = \"x\"\n", "latchstring.toml:9: providers.forge.tittle: no such key; did you mean title?"},
    {"unknown key inside", kOwn + "map = { uid = \"u:/id\", emial = \"u:/e\" }\n",
     "latchstring.toml:8: providers.forge.map.emial: no such key; did you mean email?"},
    {"unknown key in a user request", kOwn + kMap + "[[providers.forge.users]]\n",
     "providers.forge.users: no such key; did you mean user?"},
    {"wrong type", kOwn + kMap + "pkce = [1]\n", "latchstring.toml:9: providers.forge.pkce: want a text"},
    {"wrong word", kOwn + kMap + "pkce = \"plain\"\n",
     "latchstring.toml:9: providers.forge.pkce: \"plain\" is not known; allowed: S256, none"},
    {"no uid", kOwn, "providers.forge.map.uid: is missing"},
    {"broken expression", kOwn + "map = { uid = \"u:id\" }\n", "latchstring.toml:8: providers.forge.map.uid: character 3 of \"u:id\""},
    {"http: a code and a secret in the clear",
     kOwn + kMap +
         "[providers.b]\nkind = \"oauth2\"\nclient_id = \"c\"\nclient_secret = \"s\"\n"
         "authorize = { url = \"http://forge.example/a\" }\ntoken = { url = \"https://x.example/t\" }\nmap = { uid = \"t:/id\" }\n",
     "providers.b.authorize.url: \"http://forge.example/a\" must be https"},
    {"password in a URL",
     "[providers.b]\nkind = \"oauth2\"\nclient_id = \"c\"\nclient_secret = \"s\"\nauthorize = { url = \"https://a:b@x.example/\" }\n"
     "token = { url = \"https://x.example/t\" }\nmap = { uid = \"t:/id\" }\n",
     "no user name, password or #"},
    {"an answer cannot name the host",
     kOwn + "map = { uid = \"u:/id\" }\n[providers.b]\nkind = \"oauth2\"\nclient_id = \"c\"\nclient_secret = \"s\"\n"
            "authorize = { url = \"https://x.example/a\" }\ntoken = { url = \"https://x.example/t\" }\nuser = [{ url = "
            "\"https://api{t:/host}/me\" }]\n"
            "map = { uid = \"u:/id\" }\n",
     "providers.b.user.url: a value from an answer cannot stand in the host"},
    {"a secret in the browser's address",
     kOwn + kMap +
         "[providers.b]\nkind = \"discord\"\nclient_id = \"c\"\nclient_secret = \"s\"\nauthorize = { params = { x = \"{client_secret}\" } "
         "}\n",
     "providers.b.authorize.params: client_secret would be seen by everyone"},
    {"unknown setting in a template", kOwn + "map = { uid = \"u:/id\" }\nid_token = { keys = \"{api_ulr}/keys\" }\n",
     "there is no setting \"api_ulr\""},
    {"i: without an id_token", kOwn + "map = { uid = \"i:/sub\" }\n", "nothing is verified here that i: could read"},
    {"u2: without a second request", kOwn + "map = { uid = \"u2:/id\" }\n", "a [[user]] request that is not there"},
    {"user data before there is a user", kOwn + kMap + "derived = { team = \"u:/id\" }\n",
     "providers.forge.derived: u: is not known yet"},
    {"an issuer that is no URL", kOwn + kMap + "issuer = \"x\"\n", "providers.forge.issuer: \"x\" is no URL"},
    {"oidc without issuer", "[providers.x]\nkind = \"oidc\"\nclient_id = \"c\"\nclient_secret = \"s\"\n", "providers.x.issuer: is missing"},
    {"issuer that is no URL", "[providers.x]\nkind = \"oidc\"\nissuer = \"op.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "\"op.example\" is no URL"},
    {"HS256 with a short secret: RFC 7518 3.2",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"c\"\nclient_secret = \"short\"\n"
     "id_token = { algs = [\"HS256\"] }\n",
     "HS256 needs a client_secret of 32 bytes"},
    {"none is no algorithm",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\n"
     "id_token = { algs = [\"none\"] }\n",
     "\"none\" is no signature algorithm"},
    {"a required setting", "[providers.apple-id]\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "providers.apple-id.team: is missing: your Team ID"},
    {"private_key_jwt without key",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"c\"\nclient_auth = \"private_key_jwt\"\n",
     "providers.x.private_key_file: is missing"},
    {"a key that is none",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"c\"\nclient_auth = \"private_key_jwt\"\nprivate_key = "
     "\"x\"\n",
     "its private key is no PEM"},
    {"a tenant's issuer without addresses",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://op.example/{i:/tid}\"\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "without one issuer authorize.url, token.url and id_token.keys are needed"},
};

struct GoodRow {
  const char* why;
  std::string toml, provider, begins;
};
std::ostream& operator<<(std::ostream& os, const GoodRow& row) { return os << row.why; }
const GoodRow good[] = {
    {"a setting's default", "[providers.gitlab]\nclient_id = \"c\"\nclient_secret = \"s\"\n", "gitlab",
     "https://gitlab.com/oauth/authorize?client_id=c&"},
    {"a setting, its last slash taken off",
     "[providers.gitlab]\napi_url = \"https://git.example/\"\nclient_id = \"c\"\nclient_secret = \"s\"\n", "gitlab",
     "https://git.example/oauth/authorize?client_id=c&"},
    {"another name for a catalogue entry",
     "[providers.forge]\nkind = \"gitlab\"\napi_url = \"https://git.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\n", "forge",
     "https://git.example/oauth/authorize?client_id=c&"},
    {"a file that stands on another",
     "[providers.github-enterprise]\nurl = \"https://gh.example\"\napi_url = \"https://gh.example/api/v3\"\nclient_id = "
     "\"c\"\nclient_secret = \"s\"\n",
     "github-enterprise", "https://gh.example/login/oauth/authorize?client_id=c&"},
    {"one value of the file overridden", "[providers.facebook]\napi_version = \"v30.0\"\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "facebook", "https://www.facebook.com/v30.0/dialog/oauth?client_id=c&"},
    {"python-social-auth's names for Apple's",
     "[providers.apple-id]\nclient = \"com.example\"\nclient_id = \"KEY\"\nteam = \"T\"\nclient_secret = '''"
     "PEM'''\n",
     "apple-id", "https://appleid.apple.com/auth/authorize?client_id=com.example&"},
};

const char* kPem = R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIKQya8aIoeoOLeThk7Ad/lLyAo2fTp9IuhIpy2CivH/qoAoGCCqGSM49
AwEHoUQDQgAEyEY7IMlNJtyaF/pdcM/PpQ8OCe19Sf1Yxq4HQsrB2b7QogB95Vjt
6mTZDAhlXIBtuM/JLrdkMfPmwjVKLgxHAQ==
-----END EC PRIVATE KEY-----)";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_spec, world::World)
BOOST_DATA_TEST_CASE_F(world::World, a_mistake_is_told_in_one_line, boost::unit_test::data::make(wrong), row) {
  const auto broker = open(row.toml);
  BOOST_REQUIRE(!broker);
  const auto& say = broker.error().say;
  BOOST_TEST(say.find(row.told) != std::string::npos, say);
  BOOST_TEST(say.find('\n') == std::string::npos);
}
BOOST_DATA_TEST_CASE_F(world::World, a_stanza_is_laid_over_its_file, boost::unit_test::data::make(good), row) {
  auto toml = row.toml;
  if (const auto at = toml.find("PEM"); at != std::string::npos) toml.replace(at, 3, kPem);
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto begun = broker->begin(row.provider, start());
  BOOST_REQUIRE(bool{begun});
  BOOST_TEST(begun->authorization_url.starts_with(row.begins), begun->authorization_url);
}
BOOST_AUTO_TEST_CASE(a_disabled_provider_is_not_there) {
  const auto broker =
      open("[providers.github]\nenabled = false\nclient_id = \"c\"\n[providers.discord]\nclient_id = \"c\"\nclient_secret = \"s\"\n");
  BOOST_REQUIRE(bool{broker});
  BOOST_TEST(!broker->has("github"));
  BOOST_TEST(broker->has("discord"));
  BOOST_REQUIRE(broker->list().size() == 1u);
  BOOST_TEST(broker->list()[0].title == "Discord");
  BOOST_TEST(broker->list()[0].protocol == "oauth2");
}
BOOST_AUTO_TEST_CASE(no_secret_is_in_any_text) {
  const auto broker = open("[providers.github]\nclient_id = \"c\"\nclient_secret = [\"TOP\"]\n");
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find("TOP") == std::string::npos);
}
BOOST_AUTO_TEST_SUITE_END()
