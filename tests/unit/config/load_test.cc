// What load() refuses, in which words; and what it makes of a good configuration.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "config/config.h"

namespace {

const std::vector<std::string> kNames{"github", "google", "google-oauth2", "steam", "vk.app"};
const std::string kGood = "public_url = 'https://app.example/auth'\n";
const std::string kSecret32 = "0123456789abcdef0123456789abcdef";

// A folder of its own for each test, with files that wrong and right configurations name.
struct Folder {
  std::string path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "latchstring-config-XXXXXX").string();
    path = ::mkdtemp(name.data());
    write("good.secret", "s3cret-of-a-file\n");
    write("empty.secret", "\n");
    write("open.secret", "s3cret-for-all\r\n");
    write("hs.secret", kSecret32 + "\n");
    ::chmod((path + "/open.secret").c_str(), 0644);
    std::filesystem::create_directory(path + "/folder");
    write("folder/house.toml", "title = 'House'\n");
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{path + '/' + name} << text;
    ::chmod((path + '/' + name).c_str(), 0600);
  }
  base::Result<config::Config> load(const std::string& text, const config::Environment& env = {}) const {
    write("latchstring.toml", text);
    return config::load(path + "/latchstring.toml", env, kNames);
  }
  // The folder's name in a line becomes "DIR", so that tables can say the whole line.
  std::string plain(std::string line) const {
    for (auto at = line.find(path); at != std::string::npos; at = line.find(path)) line.replace(at, path.size(), "DIR");
    return line;
  }
};

struct Wrong {
  const char* why;
  std::string text;
  std::string line;
};
std::ostream& operator<<(std::ostream& os, const Wrong& w) { return os << w.why; }

const std::string F = "DIR/latchstring.toml";
const Wrong kWrong[] = {
    // the file
    {"no TOML", "public_url = \n", F + ":1: not TOML: Error while parsing key-value pair: expected value"},
    {"a text without quotes", "public_url = https\n",
     F + ":1: not TOML: Error while parsing value: could not determine value type (a text wants double quotes)"},
    {"quotes forgotten, the secret stays out of the line", kGood + "[tokens]\nhs256_secret = tsecret\n",
     F + ":3: not TOML: Error while parsing boolean: expected 'true'"},
    {"a table twice", kGood + "[store]\n[store]\n",
     F + ":3: not TOML: Error while parsing table header: cannot redefine existing table 'store'"},
    {"a table without a name", kGood + "[:]\n", F + ":2: not TOML: Error while parsing table header: a name is expected after ["},
    {"a key of other letters", kGood + "sch\xc3\xb6n = 1\n", F + ":2: not TOML: Error while parsing key-value pair: expected '='"},
    {"a list of tables without a name", kGood + "[[ =a]]\n",
     F + ":2: not TOML: Error while parsing table header: a name is expected after ["},
    {"a key twice", kGood + kGood, F + ":2: not TOML: Error while parsing key-value pair: cannot redefine existing string 'public_url'"},
    {"a provider twice", kGood + "[providers.github]\n[providers.github]\n",
     F + ":3: not TOML: Error while parsing table header: cannot redefine existing table 'providers.github'"},
    // keys
    {"a key misspelt", "publc_url = 'https://app.example'\n", F + ":1: unknown key \"publc_url\": did you mean public_url?"},
    {"a key of a table misspelt", kGood + "[flows]\nbindng = 'none'\n", F + ":3: unknown key \"flows.bindng\": did you mean binding?"},
    {"a table misspelt", kGood + "[flow]\nttl = '1m'\n", F + ":2: unknown key \"flow\": did you mean flows?"},
    {"a key in the wrong table", kGood + "[server]\naccess_ttl = '5m'\n",
     F + ":3: unknown key \"server.access_ttl\": it belongs under [tokens]"},
    {"a key of the top after a table", "[store]\npublic_url = 'https://app.example'\n",
     F + ":2: unknown key \"store.public_url\": it belongs at the top of the file, before the first [table]"},
    {"nothing near", kGood + "[cors]\nzzzzzzzz = 1\n", F + ":3: unknown key \"cors.zzzzzzzz\": allowed here: origins"},
    {"a name with control characters", "\"a\\u001bb\" = 1\n",
     F + ":1: unknown key \"a?b\": allowed here: public_url, redirect_uris, providers_dir, store, server, flows, tokens, sessions, cors, "
         "accounts, pages, hooks, introspection, upstream, demo, gate, providers"},
    {"a table that is none", kGood + "store = 'sqlite:x'\n", F + ":2: store is a string: it wants a table, [store]"},
    // types and ranges
    {"a string for a number", kGood + "[server]\nthreads = 'many'\n",
     F + ":3: server.threads = \"many\": it wants a whole number from 1 to 4096"},
    {"too few threads", kGood + "[server]\nthreads = 0\n", F + ":3: server.threads = 0: it wants a whole number from 1 to 4096"},
    {"too many workers", kGood + "[server]\nworkers = 257\n", F + ":3: server.workers = 257: it wants a whole number from 0 to 256"},
    {"workers beyond int", kGood + "[server]\nworkers = 4294967297\n",
     F + ":3: server.workers = 4294967297: it wants a whole number from 0 to 256"},
    {"a fraction", kGood + "[server]\nworkers = 1.5\n", F + ":3: server.workers is a fraction: it wants a whole number from 0 to 256"},
    {"a duration in words", kGood + "[flows]\nttl = '10 minutes'\n",
     F + ":3: flows.ttl = \"10 minutes\": it wants a duration from 1s to 1d, such as \"10s\", \"5m\", \"2h\" or \"30d\""},
    {"a duration without its unit", kGood + "[flows]\nttl = 600\n",
     F + ":3: flows.ttl = 600: it wants a duration from 1s to 1d, such as \"10s\", \"5m\", \"2h\" or \"30d\""},
    {"a duration out of range", kGood + "[upstream]\ntimeout = '0s'\n",
     F + ":3: upstream.timeout = \"0s\": it wants a duration from 1s to 2m, such as \"10s\", \"5m\", \"2h\" or \"30d\""},
    {"a size out of range", kGood + "[upstream]\nmax_response = '1GiB'\n",
     F + ":3: upstream.max_response = \"1GiB\": it wants a size from 1KiB to 64MiB, such as \"64KiB\" or \"1MiB\""},
    {"a word that is not allowed", kGood + "[flows]\nbinding = 'on'\n",
     F + ":3: flows.binding = \"on\": it wants \"required\" or \"none\""},
    {"an unknown algorithm", kGood + "[tokens]\nalgorithm = 'none'\n",
     F + ":3: tokens.algorithm = \"none\": it wants \"ES256\", \"EdDSA\", \"RS256\" or \"HS256\""},
    {"a string for a boolean", kGood + "[accounts]\ncreate_users = 'yes'\n",
     F + ":3: accounts.create_users = \"yes\": it wants true or false"},
    {"a string for a list", "redirect_uris = 'https://app.example/cb'\n", F + ":1: redirect_uris is a string: it wants a list of strings"},
    {"a number in a list", "redirect_uris = ['https://app.example/cb', 7]\n",
     F + ":1: redirect_uris = a list with something else in it: it wants a list of strings"},
    {"a date", "public_url = 2026-01-01\n", F + ":1: public_url is a date or time: it wants a string"},
    {"a secret of another type is not shown", kGood + "[tokens]\nhs256_secret = 1234567\n",
     F + ":3: tokens.hs256_secret is a whole number: it wants a string"},
    // public_url
    {"no public_url", "redirect_uris = []\n",
     F + ": public_url is missing: the address at which browsers reach latchstring, such as \"https://app.example/auth\""},
    {"a relative public_url", "public_url = '/auth'\n",
     F + ":1: public_url = \"/auth\": it wants an absolute URL, such as \"https://app.example/auth\""},
    {"http on a public host (RFC 9700 2.6)", "public_url = 'http://app.example/auth'\n",
     F + ":1: public_url = \"http://app.example/auth\": http is for loopback only: authorization codes must not cross a network in the "
         "clear: use https"},
    {"another scheme", "public_url = 'ftp://app.example/auth'\n",
     F + ":1: public_url = \"ftp://app.example/auth\": it wants a URL with https"},
    {"a query", "public_url = 'https://app.example/auth?token=s3cret'\n",
     F + ":1: public_url = \"https://app.example/auth\": a query (?) or fragment (#) has no place in it"},
    {"a fragment", "public_url = 'https://app.example/#a'\n",
     F + ":1: public_url = \"https://app.example/#a\": a query (?) or fragment (#) has no place in it"},
    {"userinfo, whose password is not shown", "public_url = 'https://joe:s3cret@app.example/auth'\n",
     F + ":1: public_url = \"https://***@app.example/auth\": a user name or password has no place in it"},
    {"a path with two spellings", "public_url = 'https://app.example/a/../auth'\n",
     F + ":1: public_url = \"https://app.example/a/../auth\": its path must be plain: no \"//\", \"/.\", \"%\" or \";\""},
    // redirect_uris
    {"a redirect URI with a fragment (RFC 6749 3.1.2)", kGood + "redirect_uris = ['https://app.example/#cb']\n",
     F + ":2: redirect_uris = \"https://app.example/#cb\": a redirect URI has no fragment (RFC 6749 3.1.2)"},
    {"a redirect URI with a wildcard", kGood + "redirect_uris = ['https://*.app.example/cb']\n",
     F + ":2: redirect_uris = \"https://*.app.example/cb\": redirect URIs are compared exactly: * has no meaning (RFC 9700 2.1)"},
    {"http on a public host (RFC 9700 2.6)", kGood + "redirect_uris = ['http://app.example/cb']\n",
     F + ":2: redirect_uris = \"http://app.example/cb\": http is for loopback only: authorization codes must not cross a network in the "
         "clear: use https"},
    {"a script", kGood + "redirect_uris = ['javascript:alert(1)']\n",
     F + ":2: redirect_uris = \"javascript:alert(1)\": it wants https://..., or an app's scheme that is a domain name turned round, such "
         "as "
         "\"com.example.app:/cb\" (RFC 8252 7.1)"},
    {"a path", kGood + "redirect_uris = ['/cb']\n",
     F + ":2: redirect_uris = \"/cb\": it wants https://..., or an app's scheme that is a domain name turned round, such as "
         "\"com.example.app:/cb\" (RFC "
         "8252 7.1)"},
    {"a broken URL", kGood + "redirect_uris = ['https:///cb']\n",
     F + ":2: redirect_uris = \"https:///cb\": it wants an absolute URL, such as \"https://app.example/cb\""},
    // origins
    {"any origin", kGood + "[cors]\norigins = ['*']\n",
     F + ":3: cors.origins = \"*\": every site must be named: answers carry cookies, and * would let any site use them"},
    {"an origin with a path", kGood + "[cors]\norigins = ['https://spa.example/']\n",
     F + ":3: cors.origins = \"https://spa.example/\": an origin is scheme://host[:port] and nothing more: \"https://spa.example\""},
    {"null", kGood + "[cors]\norigins = ['null']\n",
     F + ":3: cors.origins = \"null\": it wants an origin, such as \"https://spa.example\""},
    {"an origin in the clear", kGood + "[cors]\norigins = ['http://spa.example']\n",
     F + ":3: cors.origins = \"http://spa.example\": http is for loopback only: pages without https can be changed on their way"},
    // store, proxies, upstream
    {"PostgreSQL, whose password is not shown", kGood + "[store]\nurl = 'postgresql://joe:s3cret@db/x'\n",
     F + ":3: store.url: PostgreSQL comes later: this version has SQLite only: \"sqlite:PATH\""},
    {"a path for a URL", kGood + "[store]\nurl = '/var/lib/x.db'\n",
     F + ":3: store.url: it wants \"sqlite:PATH\", such as \"sqlite:/var/lib/latchstring/latchstring.db\""},
    {"SQLite without a path", kGood + "[store]\nurl = 'sqlite:'\n", F + ":3: store.url = \"sqlite:\": the path of a file is missing"},
    {"a database in memory", kGood + "[store]\nurl = 'sqlite::memory:'\n",
     F + ":3: store.url = \"sqlite:DIR/:memory:\": processes must share it: it wants the path of a file"},
    {"a proxy by name", kGood + "[server]\ntrusted_proxies = ['proxy.example']\n",
     F + ":3: server.trusted_proxies = \"proxy.example\": it wants IP addresses, such as \"10.0.0.1\" or \"fd00::1\""},
    {"a proxy without scheme, whose password is not shown", kGood + "[upstream]\nproxy = 'joe:s3cret@proxy:3128'\n",
     F + ":3: upstream.proxy = \"***@proxy:3128\": it wants \"http://HOST:PORT\""},
    {"no such CA file", kGood + "[upstream]\nca_file = 'ca.pem'\n", F + ":3: upstream.ca_file = \"DIR/ca.pem\": cannot be read"},
    {"no such folder", kGood + "providers_dir = 'nowhere'\n",
     F + ":2: providers_dir = \"DIR/nowhere\": it wants a folder that can be read"},
    {"a file for a folder", kGood + "providers_dir = 'good.secret'\n",
     F + ":2: providers_dir = \"DIR/good.secret\": it wants a folder that can be read"},
    {"an address for a domain", kGood + "[accounts]\nallowed_domains = ['@example.com']\n",
     F + ":3: accounts.allowed_domains = \"***@example.com\": it wants domain names, such as \"example.com\""},
    {"trust in nobody", kGood + "[accounts]\ntrusted_providers = [':example.com']\n",
     F + ":3: accounts.trusted_providers = \":example.com\": it wants a provider's name, or \"name:domain\", such as \"acme:acme.example\""},
    {"trust for no domain", kGood + "[accounts]\ntrusted_providers = ['github:']\n",
     F + ":3: accounts.trusted_providers = \"github:\": it wants a provider's name, or \"name:domain\", such as \"acme:acme.example\""},
    // tokens, flows
    {"HS256 without its secret", kGood + "[tokens]\nalgorithm = 'HS256'\n",
     F + ":3: tokens.algorithm = \"HS256\": it needs tokens.hs256_secret_file or tokens.hs256_secret"},
    {"HS256 with 31 bytes (RFC 7518 3.2)", kGood + "[tokens]\nalgorithm = 'HS256'\nhs256_secret = '0123456789abcdef0123456789abcde'\n",
     F + ":4: tokens.hs256_secret has 31 bytes: it wants 32 or more"},
    {"HS256 with both forms", kGood + "[tokens]\nhs256_secret = 'x'\nhs256_secret_file = 'hs.secret'\n",
     F + ":4: tokens.hs256_secret_file stands beside hs256_secret: keep one of the two"},
    {"hooks without a key to sign with", kGood + "[hooks]\nlogin = 'https://app.example/hook'\n",
     F + ":3: hooks.login: it needs hooks.secret_file or hooks.secret with 32 bytes or more, to sign with"},
    {"a short hooks key", kGood + "[hooks]\nsecret = '0123456789abcdef0123456789abcde'\n",
     F + ":3: hooks.secret has 31 bytes: it wants 32 or more"},
    {"a hooks key that is no base64", kGood + "[hooks]\nsecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS'\n",
     F + ":3: hooks.secret: after \"whsec_\" it wants the base64 of 24 bytes or more"},
    {"a hooks key of 23 bytes", kGood + "[hooks]\nsecret = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='\n",
     F + ":3: hooks.secret: after \"whsec_\" it wants the base64 of 24 bytes or more"},
    {"introspection by nobody", kGood + "[introspection]\nclient_secret = '" + kSecret32 + "'\n",
     F + ":3: introspection.client_secret: it needs introspection.client_id beside it"},
    {"introspection without a secret", kGood + "[introspection]\nclient_id = 'api'\n",
     F + ":3: introspection.client_id: it needs introspection.client_secret_file or introspection.client_secret"},
    {"introspection with a short secret", kGood + "[introspection]\nclient_id = 'api'\nclient_secret = 'x'\n",
     F + ":4: introspection.client_secret has 1 bytes: it wants 32 or more"},
    {"HS256 with a missing file", kGood + "[tokens]\nhs256_secret_file = 'none.secret'\n",
     F + ":3: tokens.hs256_secret_file: DIR/none.secret: No such file or directory"},
    {"refresh shorter than access", kGood + "[tokens]\nrefresh_ttl = '1m'\n",
     F + ":3: tokens.refresh_ttl is shorter than tokens.access_ttl: it wants to be longer"},
    {"an audience with a space", kGood + "[tokens]\naudience = 'my app'\n",
     F + ":3: tokens.audience = \"my app\": spaces and control characters have no place in it"},
    {"SameSite=None without https", "public_url = 'http://localhost:8080'\n[flows]\ncookie_same_site = 'none'\n",
     F + ":3: flows.cookie_same_site = \"none\": browsers accept such a cookie over https only, and public_url is http"},
    // providers
    {"providers that are no tables", kGood + "providers = ['github']\n", F + ":2: providers is a list: it wants tables, [providers.NAME]"},
    {"a provider that is no table", kGood + "[providers]\ngithub = 'x'\n",
     F + ":3: providers.github is a string: it wants a table, [providers.github]"},
    {"a provider's name with a space", kGood + "[providers.\"git hub\"]\n",
     F + ":2: providers.\"git hub\": a provider's name is letters, digits, \"-\", \"_\" and \".\""},
    {"two providers that differ in case", kGood + "[providers.GitHub]\n[providers.github]\n",
     F + ":3: providers.\"github\" is there already at " + F + ":2, but for capital letters"},
    {"a secret in both forms", kGood + "[providers.github]\nclient_secret = 's3cret'\nclient_secret_file = 'good.secret'\n",
     F + ":4: providers.github.client_secret_file stands beside client_secret: keep one of the two"},
    {"an empty secret file", kGood + "[providers.github]\nclient_secret_file = 'empty.secret'\n",
     F + ":3: providers.github.client_secret_file: DIR/empty.secret: is empty"},
    {"a folder for a secret file", kGood + "[providers.github]\nclient_secret_file = 'folder'\n",
     F + ":3: providers.github.client_secret_file: DIR/folder: is a directory"},
    {"a number for a secret file", kGood + "[providers.github]\nclient_secret_file = 7\n",
     F + ":3: providers.github.client_secret_file is a whole number: it wants the path of a file"},
    {"the demo on a public host", kGood + "[demo]\nenabled = true\n",
     F + ":3: demo.enabled: refused: anyone can sign in as anyone at the demo provider, so public_url must be on loopback "
         "(http://localhost...)"},
    {"the demo's name taken", "public_url = 'http://localhost'\n[demo]\nenabled = true\n[providers.demo]\n",
     F + ":4: providers.demo: the name is taken while demo.enabled is true"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_load)

BOOST_DATA_TEST_CASE(a_wrong_configuration_is_refused_in_one_line, boost::unit_test::data::make(kWrong), row) {
  const Folder folder;
  const auto loaded = folder.load(row.text);
  BOOST_REQUIRE(!loaded);
  BOOST_TEST(folder.plain(loaded.error().say) == row.line);
  BOOST_TEST(loaded.error().say.find('\n') == std::string::npos);
  BOOST_TEST(loaded.error().say.find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_names_init) {
  const Folder folder;
  const auto loaded = config::load(folder.path + "/none.toml", {}, kNames);
  BOOST_REQUIRE(!loaded);
  BOOST_TEST(folder.plain(loaded.error().say) ==
             "cannot read the configuration: DIR/none.toml: No such file or directory; `latchstring init` makes one");
}

BOOST_AUTO_TEST_CASE(a_folder_or_a_fifo_for_a_file_is_refused) {
  const Folder folder;
  const auto loaded = config::load(folder.path, {}, kNames);
  BOOST_REQUIRE(!loaded);
  BOOST_TEST(folder.plain(loaded.error().say) == "cannot read the configuration: DIR: is a directory; `latchstring init` makes one");
  const auto fifo = folder.path + "/fifo";
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  BOOST_TEST(!config::load(fifo, {}, kNames));  // and does not wait for a writer
}

BOOST_AUTO_TEST_CASE(no_file_and_no_environment_says_where_was_looked) {
  const auto loaded = config::load("", {}, kNames);
  BOOST_REQUIRE(!loaded);
  BOOST_TEST(loaded.error().say.starts_with("no configuration: none of ./latchstring.toml and /etc/latchstring/latchstring.toml is there"));
}

BOOST_AUTO_TEST_CASE(the_smallest_configuration_has_the_defaults_of_the_header) {
  const Folder folder;
  const auto c = folder.load(kGood);
  BOOST_REQUIRE(c);
  BOOST_TEST(c->public_url == "https://app.example/auth");
  BOOST_TEST(c->mount == "/auth");
  BOOST_TEST(c->https());
  BOOST_TEST(c->flows.ttl.count() == 600);
  BOOST_TEST(c->flows.bound);
  BOOST_TEST(c->store.url == "sqlite:/var/lib/latchstring/latchstring.db");
  BOOST_TEST(folder.plain(c->store.key_file) == "DIR/latchstring.key");
  BOOST_TEST(c->upstream.max_response == std::size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(public_url_has_one_form) {
  const Folder folder;
  const auto c = folder.load("public_url = 'HTTPS://App.Example:443/auth/'\n");
  BOOST_REQUIRE(c);
  BOOST_TEST(c->public_url == "https://app.example/auth");
  const auto root = folder.load("public_url = 'http://127.0.0.1:8080/'\n");
  BOOST_REQUIRE(root);
  BOOST_TEST(root->public_url == "http://127.0.0.1:8080");
  BOOST_TEST(root->mount == "");
}

BOOST_AUTO_TEST_CASE(every_value_arrives) {
  const Folder folder;
  const auto c = folder.load(R"(
public_url = "http://localhost:8080/auth"
redirect_uris = ["https://app.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb", "http://[::1]:3000/cb"]
providers_dir = "folder"
[store]
url = "sqlite:db/latch.db"
key_file = "/k"
[server]
workers = 2
threads = 8
trusted_proxies = ["10.0.0.1", "::1"]
log_level = "debug"
[flows]
ttl = "1m"
binding = "none"
cookie_same_site = "strict"
[tokens]
algorithm = "HS256"
hs256_secret_file = "hs.secret"
access_ttl = "1h"
refresh_ttl = "2d"
refresh_grace = "0s"
audience = "api"
[cors]
origins = ["https://Spa.example", "capacitor://localhost"]
[accounts]
link_by_email = "verified"
allowed_domains = ["Example.com"]
create_users = false
keep_provider_tokens = true
[upstream]
proxy = "http://proxy:3128"
timeout = "3s"
max_response = "64KiB"
[demo]
enabled = true
[providers.github]
client_id = "id"
client_secret_file = "good.secret"
)");
  BOOST_REQUIRE_MESSAGE(c, (c ? "" : c.error().say));
  BOOST_TEST(c->redirect_uris.size() == 4u);
  BOOST_TEST(folder.plain(c->providers_dir) == "DIR/folder");
  BOOST_TEST(folder.plain(c->store.url) == "sqlite:DIR/db/latch.db");
  BOOST_TEST(c->store.key_file == "/k");
  BOOST_TEST((c->server.workers == 2 && c->server.threads == 8 && c->server.trusted_proxies.size() == 2 && c->server.log_level == "debug"));
  BOOST_TEST((c->flows.ttl.count() == 60 && !c->flows.bound && c->flows.cookie_same_site == "strict"));
  BOOST_TEST(c->tokens.algorithm == "HS256");
  BOOST_TEST(c->tokens.hs256_secret.reveal() == kSecret32);
  BOOST_TEST((c->tokens.access_ttl.count() == 3600 && c->tokens.refresh_ttl.count() == 172800 && c->tokens.refresh_grace.count() == 0));
  BOOST_TEST(c->tokens.audience == "api");
  BOOST_TEST((c->cors.origins == std::vector<std::string>{"https://spa.example", "capacitor://localhost"}));
  BOOST_TEST((c->accounts.link_by_email == "verified" && !c->accounts.create_users && c->accounts.keep_provider_tokens));
  BOOST_TEST(c->accounts.allowed_domains.at(0) == "example.com");
  BOOST_TEST((c->upstream.proxy == "http://proxy:3128" && c->upstream.timeout.count() == 3 && c->upstream.max_response == 65536));
  BOOST_TEST(*c->providers.at("github").get("client_secret")->string() == "s3cret-of-a-file");
  BOOST_TEST(!c->providers.at("github").get("client_secret_file"));
  const auto& demo = c->providers.at("demo");
  BOOST_TEST(*demo.get("issuer")->string() == "http://localhost:8080/auth/demo");
  BOOST_TEST(*demo.get("token")->get("client_auth")->string() == "none");
}

struct Warned {
  const char* why;
  std::string text;
  std::string line;  // one of the warnings, whole
};
std::ostream& operator<<(std::ostream& os, const Warned& w) { return os << w.why; }
const Warned kWarned[] = {
    {"unbound flows", kGood + "[flows]\nbinding = 'none'\n",
     F + ":3: flows.binding = \"none\": an attacker can log a victim into the attacker's account"},
    {"no provider", kGood,
     F + ": no provider: nobody can log in: add [providers.NAME], or demo.enabled = true; `latchstring providers` lists the names"},
    {"no redirect URI", kGood + "[providers.github]\n",
     F + ": redirect_uris is empty: GET /o/NAME/ will refuse every redirect_uri; only redirect mode (/o/NAME/login) works"},
    {"trust in a provider that is not there", kGood + "[accounts]\ntrusted_providers = ['gogle:example.com']\n[providers.google]\n",
     F + ":3: accounts.trusted_providers: \"gogle\" is no provider of this configuration"},
    {"a secret for no use", kGood + "[tokens]\nhs256_secret = 'x'\n", F + ":3: tokens.hs256_secret: not used: tokens.algorithm is ES256"},
    {"long access tokens", kGood + "[tokens]\naccess_ttl = '2h'\n",
     F + ":3: tokens.access_ttl: an access token cannot be called back: 5m to 1h is usual"},
    {"a secret file for all", kGood + "[providers.github]\nclient_secret_file = 'open.secret'\n",
     "DIR/open.secret: holds a secret and everyone on this machine can read it: chmod o-r"},
    {"the demo", "public_url = 'http://localhost'\n[demo]\nenabled = true\n",
     F + ":3: demo.enabled: anyone can sign in as anyone: for trying things out only"},
};
BOOST_DATA_TEST_CASE(what_is_risky_is_said_at_every_start, boost::unit_test::data::make(kWarned), row) {
  const Folder folder;
  const auto c = folder.load(row.text);
  BOOST_REQUIRE_MESSAGE(c, (c ? "" : c.error().say));
  std::vector<std::string> lines;
  for (const auto& line : c->warnings) lines.push_back(folder.plain(line));
  BOOST_TEST((std::find(lines.begin(), lines.end(), row.line) != lines.end()), (lines.empty() ? "no warning" : lines[0]));
}

BOOST_AUTO_TEST_CASE(a_configuration_with_secrets_that_all_can_read_is_warned_of) {
  const Folder folder;
  folder.write("open.toml", kGood + "[providers.github]\nclient_id = 'x'\nclient_secret = 's3cret'\n");
  ::chmod((folder.path + "/open.toml").c_str(), 0644);
  const auto c = config::load(folder.path + "/open.toml", {}, kNames);
  BOOST_REQUIRE(c);
  BOOST_TEST(folder.plain(c->warnings.at(0)) == "DIR/open.toml: holds a secret and everyone on this machine can read it: chmod o-r");
}

BOOST_AUTO_TEST_SUITE_END()
