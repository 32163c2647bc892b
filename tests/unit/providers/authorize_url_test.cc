// The address that the browser is sent to: what stands in it, in which order, and what of it the request may say.
#include "providers/authorize_url.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

namespace data = boost::unit_test::data;

struct Row {
  const char* why;
  std::string stanza;        // beyond client, token and user
  providers::Params params;  // of the request
  std::string url;           // "$R" the encoded redirect_uri, "$S" the state, "$P" PKCE, "$N" the nonce; "! ..." what is refused
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const std::string kPlain = "authorize = { url = 'https://x.example/a' }\npkce = 'none'";
const Row rows[] = {
    {"djoser's order (wire.md 4)",
     "authorize = { url = 'https://x.example/a', scope = ['a', 'b'], params = { p = 'q' } }",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&p=q&$P&scope=a%20b"},
    {"without PKCE and scope", kPlain, {}, "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"an address that has a query",
     "authorize = { url = 'https://x.example/a?v=2' }\npkce = 'none'",
     {},
     "https://x.example/a?v=2&client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"scopes: the stanza's first, then the file's, parted as the provider wants",
     "authorize = { url = 'https://x.example/a', scope = ['a', 'b'], scope_separator = ',' }\npkce = 'none'\nscope = ['z', 'a']",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&scope=z%2Ca%2Cb"},
    // rename
    {"a client that is called otherwise",
     "authorize = { url = 'https://x.example/a', rename = { client_id = 'appid' } }\npkce = 'none'",
     {},
     "https://x.example/a?appid=c&redirect_uri=$R&state=$S&response_type=code"},
    {"a return address that is called otherwise",
     "authorize = { url = 'https://x.example/a', rename = { redirect_uri = 'redirect_url' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_url=$R&state=$S&response_type=code"},
    {"a state that is called otherwise",
     "authorize = { url = 'https://x.example/a', rename = { state = 'st' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&st=$S&response_type=code"},
    // omit
    {"no response_type",
     "authorize = { url = 'https://x.example/a', omit = ['response_type'] }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S"},
    {"no client_id, but one of its own",
     "authorize = { url = 'https://x.example/a', omit = ['client_id'], params = { key = '{client_id}' } }\npkce = 'none'",
     {},
     "https://x.example/a?redirect_uri=$R&state=$S&response_type=code&key=c"},
    {"no redirect_uri: the state takes its place",
     "authorize = { url = 'https://x.example/a', omit = ['redirect_uri'], params = { redirect_uri = 'ru-name' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&state=$S&response_type=code&redirect_uri=ru-name"},
    {"no redirect_uri, and the state called otherwise",
     "authorize = { url = 'https://x.example/a', omit = ['redirect_uri'], rename = { state = 'st' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&st=$S&response_type=code"},
    {"no scope",
     "authorize = { url = 'https://x.example/a', omit = ['scope'], scope = ['a'] }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"a login without a state is none (RFC 9700 4.7)",
     "authorize = { url = 'https://x.example/a', omit = ['state'] }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    // fragment
    {"a fragment stands last (WeChat)",
     "authorize = { url = 'https://x.example/a', scope = ['a'], fragment = 'wechat_redirect' }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&scope=a#wechat_redirect"},
    {"without a scope too",
     "authorize = { url = 'https://x.example/a', fragment = 'wechat_redirect' }",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&$P#wechat_redirect"},
    // params
    {"values are encoded, those without one left out",
     "authorize = { url = 'https://x.example/a', params = { 'a b' = 'c&d', none = '{key_id}' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&a%20b=c%26d"},
    // pass
    {"a parameter that the request may set",
     "authorize = { url = 'https://x.example/a', pass = ['login_hint'] }\npkce = 'none'",
     {{"login_hint", "ann@x.example&prompt=none"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&login_hint=ann%40x.example%26prompt%3Dnone"},
    {"one that it may not",
     "authorize = { url = 'https://x.example/a', pass = ['login_hint'] }\npkce = 'none'",
     {{"prompt", "none"}, {"client_id", "evil"}, {"redirect_uri", "https://evil.example"}, {"scope", "admin"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"none is let through where the file names none",
     kPlain,
     {{"login_hint", "ann"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"the request's own in the place of the file's",
     "authorize = { url = 'https://x.example/a', params = { prompt = 'login', a = 'b' }, pass = ['prompt'] }\npkce = 'none'",
     {{"prompt", "consent"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&a=b&prompt=consent"},
    {"the file's where the request has none",
     "authorize = { url = 'https://x.example/a', params = { prompt = 'login' }, pass = ['prompt'] }\npkce = 'none'",
     {{"other", "x"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&prompt=login"},
    {"an empty one takes the file's away",
     "authorize = { url = 'https://x.example/a', params = { prompt = 'login' }, pass = ['prompt'] }\npkce = 'none'",
     {{"prompt", ""}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"of a repeated one the last counts",
     "authorize = { url = 'https://x.example/a', pass = ['prompt'] }\npkce = 'none'",
     {{"prompt", "none"}, {"prompt", "login"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&prompt=login"},
    {"one that holds JSON (OIDC Core 5.5)",
     "authorize = { url = 'https://x.example/a', pass = ['claims'] }\npkce = 'none'",
     {{"claims", R"({"userinfo":{"email":null}})"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&claims=%7B%22userinfo%22%3A%7B%22email%22%3Anull%7D%7D"},
    {"in the file's order, not the request's",
     "authorize = { url = 'https://x.example/a', pass = ['a', 'b'] }\npkce = 'none'",
     {{"b", "2"}, {"a", "1"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&a=1&b=2"},
    // r:
    {"a host that the request names, guarded",
     "authorize = { url = \"https://{host(lower(r:/shop), '.x.example')}/a\" }\npkce = 'none'",
     {{"shop", "Toys.X.example"}},
     "https://toys.x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"another host",
     "authorize = { url = \"https://{host(lower(r:/shop), '.x.example')}/a\" }",
     {{"shop", "toys.evil.example"}},
     "! bad_request Missing needed parameter shop"},
    {"no host",
     "authorize = { url = \"https://{host(lower(r:/shop), '.x.example')}/a\" }",
     {},
     "! bad_request Missing needed parameter shop"},
    {"an empty host",
     "authorize = { url = \"https://{host(lower(r:/shop), '.x.example')}/a\" }",
     {{"shop", ""}},
     "! bad_request Missing needed parameter shop"},
    {"a part of the path",
     "authorize = { url = 'https://x.example/{r:/team}/a' }\npkce = 'none'",
     {{"team", "../b?c#d"}},
     "https://x.example/..%2Fb%3Fc%23d/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"a parameter of the request under another name",
     "authorize = { url = 'https://x.example/a', params = { realm = '{r:/team}' } }\npkce = 'none'",
     {{"team", "a&b"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&realm=a%26b"},
    {"that the request does not have",
     "authorize = { url = 'https://x.example/a', params = { realm = '{r:/team}' } }\npkce = 'none'",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code"},
    {"nor the one before it",
     "authorize = { url = 'https://x.example/a', params = { realm = \"{r:/team | 'all'}\" } }\npkce = 'none'",
     {{"other", "x"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&realm=all"},
    // OpenID Connect
    {"a nonce, and OpenID's scopes",
     "kind = 'oidc'\nissuer = 'https://x.example'\nid_token = { keys = 'https://x.example/k' }\nauthorize = { url = 'https://x.example/a' "
     "}",
     {},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&$P&nonce=$N&scope=openid%20profile%20email"},
    {"an application decides nothing of it unless the file lets it (wire.md G42)",
     "kind = 'oidc'\nissuer = 'https://x.example'\nid_token = { keys = 'https://x.example/k' }\nauthorize = { url = 'https://x.example/a', "
     "scope = ['openid'] }",
     {{"login_hint", "ann"}, {"prompt", "login"}, {"ui_locales", "de"}, {"acr_values", "low"}, {"nonce", "mine"}, {"max_age", "9"}},
     "https://x.example/a?client_id=c&redirect_uri=$R&state=$S&response_type=code&$P&nonce=$N"
     "&scope=openid"},
};

struct Fixture : world::World {
  std::string filled(std::string text) const {
    const std::pair<std::string, std::string> all[] = {
        {"$R", base::percent_encode(redirect_uri)},
        {"$S", base::percent_encode(start().state)},
        {"$P", "code_challenge_method=S256&code_challenge=" + base::base64url(crypto::sha256(providers::code_verifier_of(seed)))},
        {"$N", providers::nonce_of(seed)}};
    for (const auto& [mark, value] : all) {
      if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, 2, value);
    }
    return text;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_authorize_url, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, it_is_what_the_file_says, data::make(rows), row) {
  const std::string kind = row.stanza.find("kind = ") == std::string::npos ? "kind = 'oauth2'\nmap = { uid = 't:/id' }\n" : "";
  auto broker =
      open("[providers.x]\nclient_id = 'c'\nclient_secret = 's'\ntoken = { url = 'https://x.example/t' }\n" + kind + row.stanza + '\n');
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  auto from = start();
  from.params = row.params;
  const auto begun = broker->begin("x", from);
  const auto got = begun ? begun->authorization_url : "! " + std::string{base::name_of(begun.error().code)} + ' ' + begun.error().say;
  BOOST_TEST(got == filled(row.url));
}

BOOST_AUTO_TEST_CASE(what_is_derived_is_the_flows_alone_and_tells_nothing_of_the_rest) {
  const auto nonce = providers::nonce_of(seed), verifier = providers::code_verifier_of(seed);
  BOOST_TEST(nonce.size() == 43u);
  BOOST_TEST(verifier.size() == 43u);  // RFC 7636 4.1: 43 to 128 characters
  BOOST_TEST(nonce != verifier);
  BOOST_TEST(nonce == providers::nonce_of(seed));
  BOOST_TEST(nonce != providers::nonce_of(std::string(32, 't')));
  BOOST_TEST(verifier != providers::code_verifier_of(std::string(32, 't')));
}

BOOST_AUTO_TEST_CASE(a_widget_begins_on_the_page_itself) {
  BOOST_TEST(providers::widget_url(start(), true) == redirect_uri + "&state=a%20state&nonce=" + providers::nonce_of(seed));
  BOOST_TEST(providers::widget_url(start(), false) == redirect_uri + "&state=a%20state");
  BOOST_TEST(providers::widget_url({"https://app.example/cb", "s", seed}, false) == "https://app.example/cb?state=s");
}

BOOST_AUTO_TEST_SUITE_END()
