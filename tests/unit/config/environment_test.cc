// The environment over the file: our names, python-social-auth's names, and what is refused or ignored.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "config/config.h"

namespace {

const std::vector<std::string> kNames{"github", "google", "google-oauth2", "steam", "vk.app"};

config::Environment with(config::Environment more) {
  more.emplace("LATCHSTRING_PUBLIC_URL", "https://app.example/auth");
  return more;
}
base::Result<config::Config> load(config::Environment more) { return config::load("", with(std::move(more)), kNames); }

// "google-oauth2.client_id" as text: booleans as true or false, lists joined by '|'; "-" if absent.
std::string value(const config::Config& c, const std::string& provider, const std::string& key) {
  const auto it = c.providers.find(provider);
  const auto* node = it == c.providers.end() ? nullptr : it->second.get(key);
  if (!node) return "-";
  if (node->boolean()) return *node->boolean() ? "true" : "false";
  if (!node->array()) return *node->string();
  std::string out;
  for (const auto& item : *node->array()) out += (out.empty() ? "" : "|") + *item.string();
  return out;
}

struct Social {
  const char* why;
  const char *variable, *text, *provider, *key, *value;
};
std::ostream& operator<<(std::ostream& os, const Social& s) { return os << s.why; }
const Social kSocial[] = {
    {"KEY is the client id", "SOCIAL_AUTH_GITHUB_KEY", "abc", "github", "client_id", "abc"},
    {"SECRET is the client secret", "SOCIAL_AUTH_GITHUB_SECRET", "abc", "github", "client_secret", "abc"},
    {"a secret is text, whatever it looks like", "SOCIAL_AUTH_GITHUB_SECRET", "true", "github", "client_secret", "true"},
    {"and is no list", "SOCIAL_AUTH_GITHUB_SECRET", "[x", "github", "client_secret", "[x"},
    {"dashes become underscores", "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY", "abc", "google-oauth2", "client_id", "abc"},
    {"the longest name wins", "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY", "abc", "google", "oauth2_key", "-"},
    {"the shorter name is still there", "SOCIAL_AUTH_GOOGLE_KEY", "abc", "google", "client_id", "abc"},
    {"dots become underscores", "SOCIAL_AUTH_VK_APP_KEY", "abc", "vk.app", "client_id", "abc"},
    {"scopes by comma", "SOCIAL_AUTH_GITHUB_SCOPE", "read:user, user:email", "github", "scope", "read:user|user:email"},
    {"scopes by space", "SOCIAL_AUTH_GITHUB_SCOPE", "read:user user:email", "github", "scope", "read:user|user:email"},
    {"scopes as JSON", "SOCIAL_AUTH_GITHUB_SCOPE", R"(["read:user", "user:email"])", "github", "scope", "read:user|user:email"},
    {"a flag", "SOCIAL_AUTH_STEAM_ENABLED", "true", "steam", "enabled", "true"},
    {"a setting in lower case", "SOCIAL_AUTH_GITHUB_API_URL", "https://x.example", "github", "api_url", "https://x.example"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_environment)

BOOST_DATA_TEST_CASE(python_social_auths_names_work, boost::unit_test::data::make(kSocial), row) {
  const auto c = load({{row.variable, row.text}});
  BOOST_REQUIRE_MESSAGE(c, (c ? "" : c.error().say));
  BOOST_TEST(value(*c, row.provider, row.key) == row.value);
}

BOOST_AUTO_TEST_CASE(our_names_reach_every_type) {
  const auto c = load({{"LATCHSTRING_FLOWS_TTL", "2m"},
                       {"LATCHSTRING_SERVER_THREADS", "3"},
                       {"LATCHSTRING_ACCOUNTS_CREATE_USERS", "false"},
                       {"LATCHSTRING_CORS_ORIGINS", "https://a.example, https://b.example"},
                       {"LATCHSTRING_REDIRECT_URIS", R"(["https://a.example/cb"])"},
                       {"LATCHSTRING_STORE_URL", "sqlite:/x/y.db"},
                       {"LATCHSTRING_UPSTREAM_MAX_RESPONSE", "64KiB"},
                       {"LATCHSTRING_TOKENS_HS256_SECRET", "0123456789abcdef0123456789abcdef"},
                       {"LATCHSTRING_TOKENS_ALGORITHM", "HS256"}});
  BOOST_REQUIRE_MESSAGE(c, (c ? "" : c.error().say));
  BOOST_TEST((c->flows.ttl.count() == 120 && c->server.threads == 3 && !c->accounts.create_users));
  BOOST_TEST((c->cors.origins == std::vector<std::string>{"https://a.example", "https://b.example"}));
  BOOST_TEST((c->redirect_uris == std::vector<std::string>{"https://a.example/cb"}));
  BOOST_TEST(c->store.url == "sqlite:/x/y.db");
  BOOST_TEST(c->store.key_file == "/etc/latchstring/latchstring.key");
  BOOST_TEST(c->upstream.max_response == 65536u);
  BOOST_TEST(c->tokens.hs256_secret.reveal().size() == 32u);
}

BOOST_AUTO_TEST_CASE(djosers_redirect_uris_work_and_ours_win) {
  const auto theirs = load({{"SOCIAL_AUTH_ALLOWED_REDIRECT_URIS", "https://a.example/cb,https://b.example/cb"}});
  BOOST_REQUIRE(theirs);
  BOOST_TEST((theirs->redirect_uris == std::vector<std::string>{"https://a.example/cb", "https://b.example/cb"}));
  const auto ours =
      load({{"SOCIAL_AUTH_ALLOWED_REDIRECT_URIS", "https://a.example/cb"}, {"LATCHSTRING_REDIRECT_URIS", "https://c.example/cb"}});
  BOOST_REQUIRE(ours);
  BOOST_TEST((ours->redirect_uris == std::vector<std::string>{"https://c.example/cb"}));
}

BOOST_AUTO_TEST_CASE(an_empty_variable_counts_as_absent) {
  const auto c = load({{"LATCHSTRING_FLOWS_TTL", ""}, {"SOCIAL_AUTH_GITHUB_KEY", ""}});
  BOOST_REQUIRE(c);
  BOOST_TEST(c->flows.ttl.count() == 600);
  BOOST_TEST(c->providers.empty());
}

struct Refused {
  const char* why;
  const char *variable, *text, *line;
};
std::ostream& operator<<(std::ostream& os, const Refused& r) { return os << r.why; }
const Refused kRefused[] = {
    {"a key misspelt", "LATCHSTRING_FLOWS_BINDNG", "none",
     "environment LATCHSTRING_FLOWS_BINDNG: unknown key: did you mean LATCHSTRING_FLOWS_BINDING?"},
    {"a bad value", "LATCHSTRING_FLOWS_BINDING", "off",
     "environment LATCHSTRING_FLOWS_BINDING: flows.binding = \"off\": it wants \"required\" or \"none\""},
    {"a number that is none", "LATCHSTRING_SERVER_THREADS", "3x",
     "environment LATCHSTRING_SERVER_THREADS: server.threads = \"3x\": it wants a whole number from 1 to 4096"},
    {"a flag that is none", "LATCHSTRING_DEMO_ENABLED", "1",
     "environment LATCHSTRING_DEMO_ENABLED: demo.enabled = \"1\": it wants true or false"},
    {"half a list, not shown", "SOCIAL_AUTH_GITHUB_SCOPE", "[\"s3cret",
     "environment SOCIAL_AUTH_GITHUB_SCOPE: begins with [ and is no JSON array"},
    {"a list and more TOML", "SOCIAL_AUTH_GITHUB_SCOPE", "[1]\nx = 2",
     "environment SOCIAL_AUTH_GITHUB_SCOPE: begins with [ and is no JSON array"},
    {"a wrong redirect URI", "SOCIAL_AUTH_ALLOWED_REDIRECT_URIS", "https://a.example/*",
     "environment SOCIAL_AUTH_ALLOWED_REDIRECT_URIS: redirect_uris = \"https://a.example/*\": redirect URIs are compared exactly: * has no "
     "meaning (RFC 9700 "
     "2.1)"},
    {"a secret file that is missing", "SOCIAL_AUTH_GITHUB_SECRET_FILE", "/nowhere/x",
     "environment SOCIAL_AUTH_GITHUB_SECRET_FILE: providers.github.client_secret_file: /nowhere/x: No such file or directory"},
};
BOOST_DATA_TEST_CASE(a_wrong_variable_is_refused_in_one_line, boost::unit_test::data::make(kRefused), row) {
  const auto c = load({{row.variable, row.text}});
  BOOST_REQUIRE(!c);
  BOOST_TEST(c.error().say == row.line);
}

BOOST_AUTO_TEST_CASE(what_has_no_meaning_here_is_ignored_with_a_line) {
  const auto c = load({{"SOCIAL_AUTH_PIPELINE", "a,b"}, {"LATCHSTRING_SERVICE_HOST", "10.1.2.3"}});
  BOOST_REQUIRE_MESSAGE(c, (c ? "" : c.error().say));
  BOOST_TEST(c->warnings.at(0) == "environment LATCHSTRING_SERVICE_HOST: no key of latchstring: ignored");
  BOOST_TEST(c->warnings.at(1) == "environment SOCIAL_AUTH_PIPELINE: neither a provider's setting nor one of latchstring: ignored");
}

BOOST_AUTO_TEST_SUITE_END()
