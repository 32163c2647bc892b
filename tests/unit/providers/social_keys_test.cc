// python-social-auth's settings under the keys that they have here: a configuration moves over as it is.
#include "providers/social_keys.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/expression.h"
#include "unit/providers/world.h"

namespace {

namespace data = boost::unit_test::data;
using config::Node;

std::string shown(const Node& node) {
  std::string out;
  if (const auto* table = node.table()) {
    for (const auto& [key, value] : *table) out += (out.empty() ? "" : ", ") + key + '=' + shown(value);
    return '{' + out + '}';
  }
  if (const auto* array = node.array()) {
    for (const auto& value : *array) out += (out.empty() ? "" : ", ") + shown(value);
    return '[' + out + ']';
  }
  if (const auto* text = node.string()) return *text;
  if (const auto* flag = node.boolean()) return *flag ? "true" : "false";
  return node.integer() != nullptr ? std::to_string(*node.integer()) : "?";
}

/// The stanza as it is afterwards, or "! " and what is told.
std::string renamed(const std::string& stanza, const std::string& below) {
  auto ours = providers::with_our_keys(*config::parse_toml(stanza, "stanza"), *config::parse_toml(below, "below"));
  return ours ? shown(*ours) : "! " + ours.error().say;
}

const char* kOAuth2 = "protocol = 'oauth2'\n";
const char* kOidc = "protocol = 'oidc'\n";

struct Row {
  const char* why;
  const char* stanza;
  std::string below;
  const char* ours;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"nothing of theirs", "client_id = 'c'\ntoken = { client_auth = 'basic' }", kOAuth2, "{client_id=c, token={client_auth=basic}}"},
    // the aliases
    {"AUTHORIZATION_URL", "authorization_url = 'https://x.example/a'", kOAuth2, "{authorize={url=https://x.example/a}}"},
    {"ACCESS_TOKEN_URL", "access_token_url = 'https://x.example/t'", kOAuth2, "{token={url=https://x.example/t}}"},
    {"REFRESH_TOKEN_URL", "refresh_token_url = 'https://x.example/r'", kOAuth2, "{refresh={url=https://x.example/r}}"},
    {"REVOKE_TOKEN_URL", "revoke_token_url = 'https://x.example/r'", kOAuth2, "{revoke={url=https://x.example/r}}"},
    {"AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST", "auth_extra_arguments_override_allowlist = ['login_hint', 'prompt']", kOAuth2,
     "{authorize={pass=[login_hint, prompt]}}"},
    {"JWKS_URI", "jwks_uri = 'https://x.example/k'", kOidc, "{id_token={keys=https://x.example/k}}"},
    {"JWT_ALGORITHMS", "jwt_algorithms = ['RS256', 'ES256']", kOidc, "{id_token={algs=[RS256, ES256]}}"},
    {"JWKS_URI and JWT_ALGORITHMS share a table", "jwks_uri = 'https://x.example/k'\njwt_algorithms = ['RS256']", kOidc,
     "{id_token={algs=[RS256], keys=https://x.example/k}}"},
    {"TOKEN_ENDPOINT_AUTH_METHOD of OIDC Core 9", "token_endpoint_auth_method = 'client_secret_basic'", kOidc,
     "{token={client_auth=basic}}"},
    {"the other one", "token_endpoint_auth_method = 'client_secret_post'", kOidc, "{token={client_auth=post}}"},
    {"and one that is called the same here", "token_endpoint_auth_method = 'private_key_jwt'", kOidc,
     "{token={client_auth=private_key_jwt}}"},
    {"ID_TOKEN_ISSUER", "id_token_issuer = 'https://op.example'", kOidc, "{issuer=https://op.example}"},
    {"WHITELISTED_DOMAINS", "whitelisted_domains = ['x.example']", kOAuth2, "{allowed_domains=[x.example]}"},
    {"WHITELISTED_EMAILS", "whitelisted_emails = ['a@x.example']", kOAuth2, "{allowed_emails=[a@x.example]}"},
    {"what stands in the table already stays", "authorization_url = 'https://x.example/a'\nauthorize = { scope = ['read'], pkce = 'none' }",
     kOAuth2, "{authorize={pkce=none, scope=[read], url=https://x.example/a}}"},
    {"of both names for one thing theirs wins: it may come from the environment",
     "authorization_url = 'https://x.example/theirs'\nauthorize = { url = 'https://x.example/ours' }", kOAuth2,
     "{authorize={url=https://x.example/theirs}}"},
    // what is done anyway, or concerns what does not exist here
    {"REDIRECT_IS_HTTPS", "redirect_is_https = true", kOAuth2, "{}"},
    {"USE_UNIQUE_USER_ID", "use_unique_user_id = true", kOAuth2, "{}"},
    {"EXTRA_DATA", "extra_data = [['id', 'id']]", kOAuth2, "{}"},
    {"PKCE_CODE_CHALLENGE_METHOD", "pkce_code_challenge_method = 'plain'", kOAuth2, "{}"},
    {"USE_PKCE", "use_pkce = false", kOAuth2, "{}"},
    {"REVOKE_TOKENS_ON_DISCONNECT", "revoke_tokens_on_disconnect = true", kOAuth2, "{}"},
    {"what is no setting of theirs is left for the unknown keys", "use_pkcs = true", kOAuth2, "{use_pkcs=true}"},
    // AUTH_EXTRA_ARGUMENTS
    {"AUTH_EXTRA_ARGUMENTS as a table", "auth_extra_arguments = { prompt = 'login', hd = 'x.example' }", kOAuth2,
     "{authorize={params={hd=x.example, prompt=login}}}"},
    {"as JSON from the environment", R"(auth_extra_arguments = '{"prompt": "login", "max_age": 60, "x": true}')", kOAuth2,
     "{authorize={params={max_age=60, prompt=login, x=true}}}"},
    {"beside what the stanza has", "auth_extra_arguments = { a = '1' }\nauthorize = { params = { b = '2' } }", kOAuth2,
     "{authorize={params={a=1, b=2}}}"},
    {"an empty one", "auth_extra_arguments = '{}'", kOAuth2, "{}"},
    {"a list", "auth_extra_arguments = ['prompt']", kOAuth2, "! auth_extra_arguments: want a table, or a JSON object"},
    {"a word", "auth_extra_arguments = 'prompt=login'", kOAuth2, "! auth_extra_arguments: want a table, or a JSON object"},
    {"a JSON list", "auth_extra_arguments = '[\"prompt\"]'", kOAuth2, "! auth_extra_arguments: want a table, or a JSON object"},
    {"JSON cut off", R"(auth_extra_arguments = '{"prompt": "login"')", kOAuth2, "! auth_extra_arguments: want a table, or a JSON object"},
    {"Python instead of JSON", R"(auth_extra_arguments = "{'prompt': 'login'}")", kOAuth2,
     "! auth_extra_arguments: want a table, or a JSON object"},
    {"an object inside would be lost", R"(auth_extra_arguments = '{"claims": {"id_token": null}}')", kOAuth2,
     "! auth_extra_arguments: claims: want a text"},
    {"a list inside would be lost", R"(auth_extra_arguments = '{"acr": ["a", "b"]}')", kOAuth2, "! auth_extra_arguments: acr: want a text"},
    {"a name twice: parsers differ on it", R"(auth_extra_arguments = '{"a": "1", "a": "2"}')", kOAuth2,
     "! auth_extra_arguments: want a table, or a JSON object"},
    {"an authorize that is no table is the unknown value that it was", "auth_extra_arguments = '{}'\nauthorize = 'x'", kOAuth2,
     "{authorize=x}"},
    // PROFILE_EXTRA_PARAMS
    {"PROFILE_EXTRA_PARAMS goes to the first request, the file's own stay", "profile_extra_params = { fields = 'id,email' }",
     "protocol = 'oauth2'\nuser = [{ url = 'https://x.example/1', params = { v = '2' } }, { url = 'https://x.example/2' }]",
     "{user=[{params={fields=id,email, v=2}, url=https://x.example/1}, {url=https://x.example/2}]}"},
    {"as JSON, over the file's", R"(profile_extra_params = '{"fields": "id"}')",
     "protocol = 'oauth2'\nuser = [{ url = 'https://x.example/1', params = { fields = 'name' } }]",
     "{user=[{params={fields=id}, url=https://x.example/1}]}"},
    {"broken", "profile_extra_params = 'fields=id'", "protocol = 'oauth2'\nuser = [{ url = 'https://x.example/1' }]",
     "! profile_extra_params: want a table, or a JSON object"},
    {"a provider that is not asked for user data", "profile_extra_params = { fields = 'id' }", kOAuth2, "{}"},
    {"one that has no request", "profile_extra_params = { fields = 'id' }", "protocol = 'oauth2'\nuser = []", "{}"},
    {"added to USERINFO_URL", "userinfo_url = 'https://x.example/u'\nprofile_extra_params = { fields = 'id' }",
     "protocol = 'oauth2'\nuser = [{ url = 'https://x.example/1' }]",
     "{user=[{headers={Authorization=Bearer {access_token}}, params={fields=id}, url=https://x.example/u}]}"},
    // OIDC
    {"OIDC_ENDPOINT", "oidc_endpoint = 'https://op.example/tenant'", kOidc,
     "{discovery={url=https://op.example/tenant/.well-known/openid-configuration}}"},
    {"OIDC_ENDPOINT with a slash", "oidc_endpoint = 'https://op.example/'", kOidc,
     "{discovery={url=https://op.example/.well-known/openid-configuration}}"},
    {"USERINFO_URL", "userinfo_url = 'https://x.example/u'", kOidc,
     "{user=[{headers={Authorization=Bearer {access_token}}, url=https://x.example/u}]}"},
    {"the request's parameters",
     "acr_values = 'a b'\nlogin_hint = 'ann'\nui_locales = 'de'\nid_token_hint = 'e.f.g'\nprompt = 'login'\n"
     "display = 'page'\nmax_age = 60",
     kOidc,
     "{authorize={params={acr_values=a b, display=page, id_token_hint=e.f.g, login_hint=ann, max_age=60, prompt=login, ui_locales=de}}}"},
    {"elsewhere they are no settings of theirs", "prompt = 'login'\nmax_age = 60", kOAuth2, "{max_age=60, prompt=login}"},
    {"nor where nobody knows the protocol", "prompt = 'login'", "title = 'x'", "{prompt=login}"},
    // a file that has a setting of that name means its own
    {"a file's own alias", "authorization_url = 'https://x.example/a'",
     "protocol = 'oauth2'\nsettings = { authorization_url = { help = 'x' } }", "{authorization_url=https://x.example/a}"},
    {"a file's own dropped one", "use_pkce = true", "protocol = 'oauth2'\nsettings = { use_pkce = { help = 'x' } }", "{use_pkce=true}"},
    {"a file's own OIDC_ENDPOINT", "oidc_endpoint = 'https://op.example'",
     "protocol = 'oidc'\nsettings = { oidc_endpoint = { help = 'x' } }", "{oidc_endpoint=https://op.example}"},
    {"a file's own USERINFO_URL", "userinfo_url = 'https://x.example'", "protocol = 'oidc'\nsettings = { userinfo_url = { help = 'x' } }",
     "{userinfo_url=https://x.example}"},
    {"a file's own AUTH_EXTRA_ARGUMENTS", "auth_extra_arguments = 'x'",
     "protocol = 'oidc'\nsettings = { auth_extra_arguments = { help = 'x' } }", "{auth_extra_arguments=x}"},
    {"a file's own PROFILE_EXTRA_PARAMS", "profile_extra_params = 'x'",
     "protocol = 'oidc'\nsettings = { profile_extra_params = { help = 'x' } }", "{profile_extra_params=x}"},
    {"a file's own parameter of a request", "prompt = 'x'", "protocol = 'oidc'\nsettings = { prompt = { help = 'x' } }", "{prompt=x}"},
    {"another setting of the file is in nobody's way", "prompt = 'x'", "protocol = 'oidc'\nsettings = { tenant = { help = 'x' } }",
     "{authorize={params={prompt=x}}}"},
};

/// Texts that templates would read otherwise.
const char* texts[] = {"plain",
                       "{",
                       "}",
                       "{}",
                       "{client_secret}",
                       "a{b}c{d}",
                       "it's",
                       "it's {client_secret}",
                       "'{'",
                       "{'x'}",
                       "{{x}}",
                       R"({"id_token":{"email":null}})",
                       R"("{u:/id}")"};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_social_keys)

BOOST_DATA_TEST_CASE(each_setting_of_theirs_has_its_place, data::make(rows), row) {
  BOOST_TEST(renamed(row.stanza, row.below) == row.ours);
}

BOOST_DATA_TEST_CASE(a_value_is_sent_as_it_is_whatever_stands_in_it, data::make(texts), text) {
  const std::string in{text};
  const base::Secret secret{"s3cret"};
  const auto sent = [&](const Node& params) {
    const auto* param = params.get("authorize")->get("params")->get("x");
    BOOST_REQUIRE(param != nullptr);
    const auto made = providers::Expression::parse_template(*param->string());
    BOOST_REQUIRE_MESSAGE(made, *param->string());
    return made->evaluate({.client_secret = &secret}).value_or("(none)");
  };
  const auto as_table = [&](const char* key, Node value) {
    return *providers::with_our_keys(Node{Node::Table{{key, std::move(value)}}, ""}, *config::parse_toml(kOidc, "below"));
  };
  BOOST_TEST(sent(as_table("auth_extra_arguments", Node{Node::Table{{"x", Node{in, ""}}}, ""})) == in);
  json::Writer w;
  w.object().member("x", in).end_object();
  BOOST_TEST(sent(as_table("auth_extra_arguments", Node{w.take(), ""})) == in);
  const auto prompt = as_table("prompt", Node{in, ""});
  const auto made = providers::Expression::parse_template(*prompt.get("authorize")->get("params")->get("prompt")->string());
  BOOST_REQUIRE(bool{made});
  BOOST_TEST(made->evaluate({.client_secret = &secret}).value_or("(none)") == in);
}

BOOST_AUTO_TEST_CASE(each_value_keeps_the_place_that_it_was_read_from) {
  Node::Table table;
  table["authorization_url"] = Node{std::string{"https://x.example/a"}, "environment SOCIAL_AUTH_X_AUTHORIZATION_URL"};
  table["oidc_endpoint"] = Node{std::string{"https://x.example"}, "environment SOCIAL_AUTH_X_OIDC_ENDPOINT"};
  table["auth_extra_arguments"] = Node{std::string{R"({"a":"1"})"}, "environment SOCIAL_AUTH_X_AUTH_EXTRA_ARGUMENTS"};
  const auto ours = *providers::with_our_keys(Node{std::move(table), ""}, *config::parse_toml(kOidc, "below"));
  BOOST_TEST(ours.get("authorize")->get("url")->where == "environment SOCIAL_AUTH_X_AUTHORIZATION_URL");
  BOOST_TEST(ours.get("discovery")->get("url")->where == "environment SOCIAL_AUTH_X_OIDC_ENDPOINT");
  BOOST_TEST(ours.get("authorize")->get("params")->get("a")->where == "environment SOCIAL_AUTH_X_AUTH_EXTRA_ARGUMENTS");
}

BOOST_FIXTURE_TEST_CASE(a_configuration_moves_over_as_it_is, world::World) {
  auto broker = open(R"([providers.oidc]
client_id = "c"
client_secret = "s"
oidc_endpoint = "https://op.example"
authorization_url = "https://op.example/a"
access_token_url = "https://op.example/t"
jwks_uri = "https://op.example/k"
userinfo_url = "https://op.example/me"
token_endpoint_auth_method = "client_secret_post"
auth_extra_arguments = '{"hd":"x.example"}'
auth_extra_arguments_override_allowlist = ["prompt"]
prompt = "login"
use_pkce = true
)");
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto url = broker->begin("oidc", start())->authorization_url;
  BOOST_TEST(url.starts_with("https://op.example/a?client_id=c&"), url);
  BOOST_TEST(url.find("&hd=x.example") != std::string::npos, url);
  BOOST_TEST(url.find("&prompt=login") != std::string::npos, url);
  auto from = start();
  from.params = {{"prompt", "none"}, {"hd", "y.example"}};
  const auto other = broker->begin("oidc", from)->authorization_url;
  BOOST_TEST(other.find("&prompt=none") != std::string::npos, other);
  BOOST_TEST(other.find("prompt=login") == std::string::npos, other);
  BOOST_TEST(other.find("&hd=x.example") != std::string::npos, other);
}

BOOST_FIXTURE_TEST_CASE(a_mistake_is_told_with_its_place, world::World) {
  const auto broker = open("[providers.github]\nclient_id = 'c'\nclient_secret = 's'\nauth_extra_arguments = 'x'\n");
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say == "latchstring.toml:1: providers.github.auth_extra_arguments: want a table, or a JSON object");
}

BOOST_AUTO_TEST_SUITE_END()
