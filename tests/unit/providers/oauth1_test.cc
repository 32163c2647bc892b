// The OAuth 1.0a engine: what it sends, and a row for each thing that it refuses. Signatures have a test of their own.
#include "providers/oauth1.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "unit/providers/world.h"

namespace {

namespace data = boost::unit_test::data;

const char* kForge = R"([providers.forge]
kind = "oauth1"
client_id = "k&y"
client_secret = "s&+ü"
request_token = { url = "https://forge.example/request?x=1", params = { permission = "read it" } }
authorize = { url = "https://forge.example/authorize", scope = ["me", "mail"], params = { expiration = "never" } }
token = { url = "https://forge.example/token" }
user = [ { url = "https://forge.example/me", params = { fields = "id" } } ]
map = { uid = "u:/id", username = "t:/screen_name" }
)";
const char* kRequest = "https://forge.example/request";
const char* kToken = "https://forge.example/token";
const char* kUser = "https://forge.example/me";
const std::string kGoodRequest = "oauth_token=r%26t&oauth_token_secret=rs&oauth_callback_confirmed=true";
const std::string kGoodToken = "oauth_token=at&oauth_token_secret=as&screen_name=ann";
const std::string kUnreadable = "upstream Network error during authentication: the provider's answer could not be read";
const std::string kUnconfirmed = "upstream Token error: the provider does not confirm the callback";

/// The parameters of an Authorization header.
std::map<std::string, std::string> header_of(const net::Request& request) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : request.headers) {
    if (name != "Authorization") continue;
    std::string_view rest{value};
    while (rest.find("=\"") != std::string_view::npos) {
      const auto equals = rest.find("=\""), end = rest.find('"', equals + 2), begin = rest.rfind(' ', equals) + 1;
      out[std::string{rest.substr(begin, equals - begin)}] = base::percent_decode(rest.substr(equals + 2, end - equals - 2));
      rest.remove_prefix(end + 1);
    }
  }
  return out;
}

struct OAuth1World : world::World {
  std::string toml = kForge;
  void serve(int status, const std::string& token, int user_status, const std::string& user) {
    net.answer(kRequest, 200, kGoodRequest);
    net.answer(kToken, status, token);
    net.answer(kUser, user_status, user);
  }
  void serve() { serve(200, kGoodToken, 200, R"({"id":7})"); }
  std::string begin_outcome() {
    auto broker = open(toml);
    if (!broker) return broker.error().say;
    const auto begun = broker->begin("forge", start());
    return begun ? "ok" : std::string{base::name_of(begun.error().code)} + ' ' + begun.error().say;
  }
  providers::Finish back(std::string kept, providers::Params params = {{"oauth_token", "r&t"}, {"oauth_verifier", "v+1"}}) const {
    return {redirect_uri, "a state", seed, std::move(kept), std::move(params)};
  }
  base::Result<providers::Identity> login() {
    auto broker = open(toml);
    if (!broker) return broker.error();
    const auto begun = broker->begin("forge", start());
    if (!begun) return begun.error();
    return broker->finish("forge", back(begun->kept));
  }
};

struct BeginRow {
  const char* why;
  int status;
  std::string body;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const BeginRow& row) { return os << row.why; }
const BeginRow begins[] = {
    {"good", 200, kGoodRequest, "ok"},
    {"any success will do", 201, kGoodRequest, "ok"},
    {"True, as Authlib writes it", 200, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=True", "ok"},
    {"an empty secret is one (RFC 5849 3.4.2)", 200, "oauth_token=t&oauth_token_secret=&oauth_callback_confirmed=true", "ok"},
    {"OAuth 1.0: session fixation", 200, "oauth_token=t&oauth_token_secret=s", kUnconfirmed},
    {"not confirmed", 200, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false", kUnconfirmed},
    {"confirmed, and not", 200, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false&oauth_callback_confirmed=true",
     kUnconfirmed},
    {"no token", 200, "oauth_token_secret=s&oauth_callback_confirmed=true", kUnreadable},
    {"an empty token", 200, "oauth_token=&oauth_token_secret=s&oauth_callback_confirmed=true", kUnreadable},
    {"no secret", 200, "oauth_token=t&oauth_callback_confirmed=true", kUnreadable},
    {"a token too long for any URL", 200, "oauth_token=" + std::string(2049, 't') + "&oauth_token_secret=s&oauth_callback_confirmed=true",
     kUnreadable},
    {"a secret too long", 200, "oauth_token=t&oauth_token_secret=" + std::string(2049, 's') + "&oauth_callback_confirmed=true",
     kUnreadable},
    {"JSON is not what RFC 5849 2.1 says", 200, R"({"oauth_token":"t","oauth_token_secret":"s","oauth_callback_confirmed":true})",
     kUnreadable},
    {"a page", 200, "<html>sign in first</html>", kUnreadable},
    {"nothing", 200, "", kUnreadable},
    {"a wrong signature, or an unknown client", 401, "oauth_problem=signature_invalid",
     "upstream Network error during authentication: the provider answered 401"},
    {"a redirect is not followed", 302, "", "upstream Network error during authentication: the provider answered 302"},
    {"down", 503, "", "upstream The authentication provider could not be reached"},
};

struct FinishRow {
  const char* why;
  int status;
  std::string token;
  int user_status;
  std::string user;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const FinishRow& row) { return os << row.why; }
const std::string kNoToken = "bad_request Token error: Missing oauth_token in token response";
const FinishRow finishes[] = {
    {"good", 200, kGoodToken, 200, R"({"id":7})", "ok 7"},
    {"JSON", 200, R"({"oauth_token":"at","oauth_token_secret":"as"})", 200, R"({"id":7})", "ok 7"},
    {"OAuth 2's name for it, no secret (recorded)", 200, R"({"access_token":"at","token_type":"bearer"})", 200, R"({"id":7})", "ok 7"},
    {"the same as a form (recorded)", 200, "access_token=at&token_type=bearer", 200, R"({"id":7})", "ok 7"},
    {"expired, or denied", 400, "", 0, "", "denied Authentication process canceled"},
    {"a wrong verifier", 401, "oauth_problem=token_rejected", 0, "", "denied Your credentials aren't allowed"},
    {"forbidden", 403, "", 0, "", "upstream Network error during authentication: the provider answered 403"},
    {"a redirect is not followed", 302, "", 0, "", "upstream Network error during authentication: the provider answered 302"},
    {"broken", 500, "", 0, "", "upstream Network error during authentication: the provider answered 500"},
    {"down", 503, "", 0, "", "upstream The authentication provider could not be reached"},
    {"no token", 200, "oauth_token_secret=as", 0, "", kNoToken},
    {"an empty token", 200, "oauth_token=&oauth_token_secret=as", 0, "", kNoToken},
    {"a token that is no text", 200, R"({"oauth_token":7})", 0, "", kNoToken},
    {"a token too long for a header", 200, "oauth_token=" + std::string(2049, 't') + "&oauth_token_secret=as", 0, "", kNoToken},
    {"a page", 200, "<html>", 0, "", kNoToken},
    {"nothing", 200, "", 0, "", kNoToken},
    {"broken JSON", 200, R"({"oauth_token":"at")", 0, "", kUnreadable},
    {"a problem in a 200", 200, "oauth_problem=user_refused", 0, "", "denied Authentication process canceled: User refused the access"},
    {"another problem", 200, "oauth_problem=timestamp_refused", 0, "", "bad_request Authentication failed: timestamp_refused"},
    {"MediaWiki's errors", 200, R"({"error":"mwoauth-oauth-exception","message":"An error occurred"})", 0, "",
     "bad_request Authentication failed: mwoauth-oauth-exception"},
    {"the token is worth nothing", 200, kGoodToken, 401, "", "denied Your credentials aren't allowed"},
    {"broken for users", 200, kGoodToken, 500, "", "upstream Network error during authentication: the provider answered 500"},
    {"nobody", 200, kGoodToken, 200, R"({"name":"x"})", "bad_request Authentication failed: the provider named no user"},
};

struct LookRow {
  const char* why;
  providers::Params params;
  bool whole;
  std::string refused;
};
std::ostream& operator<<(std::ostream& os, const LookRow& row) { return os << row.why; }
const LookRow looks[] = {
    {"whole", {{"oauth_token", "t"}, {"oauth_verifier", "v"}}, true, ""},
    {"no verifier", {{"oauth_token", "t"}}, false, ""},
    {"an empty verifier", {{"oauth_token", "t"}, {"oauth_verifier", ""}}, false, ""},
    {"no token", {{"oauth_verifier", "v"}}, false, ""},
    {"nothing", {}, false, ""},
    {"a code is OAuth 2's", {{"code", "c"}}, false, ""},
    {"denied", {{"denied", "t"}}, false, "Authentication process canceled"},
    {"refused in words", {{"oauth_problem", "user_refused"}}, false, "Authentication process canceled: User refused the access"},
    {"Yahoo's word for it", {{"oauth_problem", "permission_denied"}}, false, "Authentication process canceled: User refused the access"},
    {"another problem",
     {{"oauth_problem", "token_expired"}, {"oauth_token", "t"}, {"oauth_verifier", "v"}},
     true,
     "Authentication failed: token_expired"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_oauth1, OAuth1World)

BOOST_DATA_TEST_CASE_F(OAuth1World, each_fault_of_a_beginning, data::make(begins), row) {
  net.answer(kRequest, row.status, row.body);
  BOOST_TEST(begin_outcome() == row.outcome);
}

BOOST_DATA_TEST_CASE_F(OAuth1World, each_fault_of_an_end, data::make(finishes), row) {
  serve(row.status, row.token, row.user_status, row.user);
  BOOST_TEST(world::outcome(login()) == row.outcome);
}

BOOST_DATA_TEST_CASE_F(OAuth1World, what_a_callback_says, data::make(looks), row) {
  auto broker = open(toml);
  const auto says = broker->look("forge", row.params);
  BOOST_TEST(says.state.empty());
  BOOST_TEST(says.whole == row.whole);
  BOOST_TEST((says.refused ? says.refused->say : "") == row.refused);
}

BOOST_AUTO_TEST_CASE(no_connection_and_no_room) {
  net.fail(kRequest, "connect: refused");
  BOOST_TEST(begin_outcome() == "upstream Connection error: the provider could not be reached");
  net.answers.clear();
  net.answers[kRequest].push_back(base::Error{base::Code::busy, "too many calls"});
  BOOST_TEST(begin_outcome() == "busy ");
}

BOOST_AUTO_TEST_CASE(the_request_token_is_asked_for_with_the_state_in_the_callback) {
  serve();
  auto broker = open(toml);
  const auto begun = broker->begin("forge", start());
  BOOST_REQUIRE(bool{begun});
  const auto& request = last(kRequest);
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.body.empty());
  BOOST_TEST(request.url == "https://forge.example/request?x=1&permission=read%20it&scope=me%20mail");
  BOOST_TEST(request.max_response == 65536u);
  BOOST_TEST(request.redirects == 0);
  const auto header = header_of(request);
  BOOST_TEST(header.at("oauth_callback") == "https://app.example/cb?x=1&y=a b&state=a%20state");
  BOOST_TEST(header.at("oauth_consumer_key") == "k&y");
  BOOST_TEST(header.at("oauth_timestamp") == "1700000000");
  BOOST_TEST(header.at("oauth_nonce").size() == 32u);
  BOOST_TEST(header.count("oauth_token") == 0u);
  BOOST_TEST(begun->authorization_url ==
             "https://forge.example/authorize?expiration=never&scope=me%20mail&oauth_token=r%26t&redirect_uri="
             "https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1%26y%3Da%20b%26state%3Da%2520state");
  BOOST_TEST(begun->kept == R"({"token":"r&t","secret":"rs"})");
}

BOOST_AUTO_TEST_CASE(no_two_requests_have_the_same_nonce) {  // RFC 5849 3.3
  serve();
  BOOST_REQUIRE(bool{login()});
  std::set<std::string> nonces;
  for (const auto& request : net.asked) nonces.insert(header_of(request).at("oauth_nonce"));
  BOOST_TEST(net.asked.size() == 3u);
  BOOST_TEST(nonces.size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_access_token_is_asked_for_with_the_verifier_and_then_signs) {
  serve();
  const auto who = login();
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->username == "ann");
  BOOST_TEST(who->issuer == "forge");
  const auto token = header_of(last(kToken)), user = header_of(last(kUser));
  BOOST_TEST(token.at("oauth_token") == "r&t");
  BOOST_TEST(token.at("oauth_verifier") == "v+1");
  BOOST_TEST(user.at("oauth_token") == "at");
  BOOST_TEST(user.count("oauth_verifier") == 0u);
  // The signature covers the query, and its key is made of both secrets.
  const base::Secret secret{"s&+ü"};
  providers::oauth1::Pairs signed_part{user.begin(), user.end()};
  std::erase_if(signed_part, [](const auto& pair) { return pair.first == "oauth_signature"; });
  const providers::oauth1::Client client{providers::oauth1::Method::hmac_sha1, "k&y", secret, nullptr};
  BOOST_TEST(user.at("oauth_signature") == *providers::oauth1::signature(last(kUser), client, {"at", "as"}, signed_part));
}

BOOST_AUTO_TEST_CASE(a_get_has_its_parameters_in_the_query_a_post_in_the_body) {
  serve();
  toml.replace(toml.find("/token\" }"), 9, "/token\", params = { a = \"b c\" } }");
  BOOST_REQUIRE(bool{login()});
  BOOST_TEST(last(kToken).body == "a=b%20c");
  BOOST_TEST(last(kToken).url == kToken);
  toml.replace(toml.find("params = { a"), 0, "method = \"GET\", ");
  BOOST_REQUIRE(bool{login()});
  BOOST_TEST(last(kToken).method == "GET");
  BOOST_TEST(last(kToken).url == std::string{kToken} + "?a=b%20c");
}

BOOST_AUTO_TEST_CASE(only_the_token_of_this_login_is_redeemed) {
  serve();
  auto broker = open(toml);
  const auto kept = broker->begin("forge", start())->kept;
  const std::tuple<const char*, std::string, providers::Params, const char*> rows[] = {
      {"another login's token", kept, {{"oauth_token", "other"}, {"oauth_verifier", "v"}}, "Incorrect tokens"},
      {"a part of it", kept, {{"oauth_token", "r&"}, {"oauth_verifier", "v"}}, "Incorrect tokens"},
      {"of a repeated name the last counts",
       kept,
       {{"oauth_token", "r&t"}, {"oauth_token", "x"}, {"oauth_verifier", "v"}},
       "Incorrect tokens"},
      {"no token", kept, {{"oauth_verifier", "v"}}, "Missing unauthorized token"},
      {"no verifier", kept, {{"oauth_token", "r&t"}}, "Missing unauthorized token"},
      {"nothing was kept", "", {{"oauth_token", "r&t"}, {"oauth_verifier", "v"}}, "Missing unauthorized token"},
      {"what was kept is no token", "{}", {{"oauth_token", "r&t"}, {"oauth_verifier", "v"}}, "Missing unauthorized token"},
      {"an empty one", R"({"token":"","secret":""})", {{"oauth_token", ""}, {"oauth_verifier", "v"}}, "Missing unauthorized token"},
  };
  for (const auto& [why, keep, params, text] : rows) {
    BOOST_TEST(world::outcome(broker->finish("forge", back(keep, params))) == std::string{"bad_request Token error: "} + text, why);
  }
  BOOST_TEST(asked(kToken) == 0);
  BOOST_TEST(world::outcome(broker->finish("forge", back(kept))) == "ok 7");
}

BOOST_AUTO_TEST_CASE(a_provider_of_oauth_1_0_is_taken_where_its_file_says_why) {
  net.answer(kRequest, 200, "oauth_token=r%26t&oauth_token_secret=rs");
  net.answer(kToken, 200, kGoodToken);
  net.answer(kUser, 200, R"({"id":7})");
  toml.replace(toml.find("params = { permission"), 0, "unconfirmed = \"it predates RFC 5849\", ");
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto begun = broker->begin("forge", start());
  BOOST_REQUIRE(bool{begun});
  const providers::Params callback{{"oauth_token", "r&t"}};
  BOOST_TEST(broker->look("forge", callback).whole);
  BOOST_TEST(world::outcome(broker->finish("forge", back(begun->kept, callback))) == "ok 7");
  BOOST_TEST(header_of(last(kToken)).count("oauth_verifier") == 0u);
}

BOOST_AUTO_TEST_CASE(a_status_may_mean_that_the_user_said_no) {  // Evernote's 401
  serve(401, "", 0, "");
  toml += "oauth1 = { denied_status = 401 }\n";
  BOOST_TEST(world::outcome(login()) == "denied Authentication process canceled");
}

BOOST_AUTO_TEST_CASE(the_return_address_may_have_another_name_or_none) {
  serve();
  toml.replace(toml.find("scope = ["), 0, "rename = { redirect_uri = \"oauth_callback\" }, ");
  const auto renamed = open(toml)->begin("forge", start())->authorization_url;
  BOOST_TEST(renamed.find("&oauth_callback=https%3A%2F%2Fapp.example%2Fcb") != std::string::npos);
  BOOST_TEST(renamed.find("redirect_uri") == std::string::npos);
  toml = kForge;
  toml.replace(toml.find("scope = ["), 0, "omit = [\"redirect_uri\", \"scope\"], ");
  BOOST_TEST(open(toml)->begin("forge", start())->authorization_url ==
             "https://forge.example/authorize?expiration=never&oauth_token=r%26t");
}

BOOST_AUTO_TEST_CASE(the_request_may_set_what_the_file_lets_pass) {
  serve();
  toml.replace(toml.find("scope = ["), 0, "pass = [\"expiration\", \"screen_name\"], ");
  auto wanted = start();
  wanted.params = {{"expiration", "1day"}, {"oauth_token", "mine"}};
  BOOST_TEST(open(toml)
                 ->begin("forge", wanted)
                 ->authorization_url.starts_with("https://forge.example/authorize?expiration=1day&scope=me%20mail&oauth_token=r%26t&"));
}

BOOST_AUTO_TEST_CASE(out_of_band_sends_no_address_but_tells_the_page_its_state) {
  serve();
  toml.replace(toml.find("params = { permission"), 0, "callback = \"oob\", ");
  const auto url = open(toml)->begin("forge", start())->authorization_url;
  BOOST_TEST(header_of(last(kRequest)).at("oauth_callback") == "oob");
  BOOST_TEST(url.find("state%3Da%2520state") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_own_callback_address_carries_the_state_too) {
  serve();
  toml.replace(toml.find("params = { permission"), 0, "callback = \"https://app.example/registered\", ");
  BOOST_REQUIRE(bool{open(toml)->begin("forge", start())});
  BOOST_TEST(header_of(last(kRequest)).at("oauth_callback") == "https://app.example/registered?state=a%20state");
}

BOOST_AUTO_TEST_CASE(other_signature_methods) {
  serve();
  toml += "oauth1 = { signature = \"PLAINTEXT\" }\n";
  BOOST_REQUIRE(bool{login()});
  BOOST_TEST(header_of(last(kUser)).at("oauth_signature") == "s%26%2B%C3%BC&as");
  const auto key = *crypto::SignKey::generate(crypto::Kind::rsa);
  toml = kForge;
  toml.erase(toml.find("client_secret"), toml.find("request_token") - toml.find("client_secret"));
  toml += "oauth1 = { signature = \"RSA-SHA256\" }\nprivate_key = '''" + std::string{key.pem().reveal()} + "'''\n";
  const auto who = login();
  BOOST_REQUIRE_MESSAGE(who, (who ? "" : who.error().say + who.error().detail));
  auto sent = header_of(last(kUser));
  const auto signature = *base::base64_decode(sent.at("oauth_signature"));
  sent.erase("oauth_signature");
  const auto text = *providers::oauth1::base_string(last(kUser), {sent.begin(), sent.end()});
  BOOST_TEST(key.verify_key().verify(crypto::Alg::RS256, text, signature));
}

BOOST_AUTO_TEST_CASE(mistakes_of_a_file_are_told_at_start) {
  const std::tuple<const char*, const char*, const char*> rows[] = {
      {"request_token = { url = \"https://forge.example/request?x=1\", params = { permission = \"read it\" } }\n", "",
       "request_token.url: is missing"},
      {"https://forge.example/request?x=1", "http://forge.example/request", "must be https"},
      {"https://forge.example/request?x=1", "{nowhere}", "there is no setting \"nowhere\""},
      {"read it", "{client_secret}", "client_secret would be seen by everyone"},
      {"params = { permission", "callback = \"cb\", params = { permission", "\"cb\" is neither \"oob\" nor an https URL"},
      {"params = { permission", "callback = \"http://app.example/\", params = { permission", "is neither \"oob\" nor an https URL"},
      {"params = { permission", "callbck = \"oob\", params = { permission", "did you mean callback?"},
      {"map = {", "oauth1 = { signature = \"HMAC-MD5\" }\nmap = {", "allowed: HMAC-SHA1, HMAC-SHA256, RSA-SHA1, RSA-SHA256, PLAINTEXT"},
      {"map = {", "oauth1 = { signature = \"RSA-SHA1\" }\nmap = {", "private_key_file: is missing"},
      {"map = {", "oauth1 = { signature = \"RSA-SHA1\" }\nprivate_key = \"x\"\nmap = {", "its private key is no PEM"},
      {"map = {", "identity = { url = \"https://forge.example/me\" }\nmap = {", "identity.issuer: is missing"},
      {"map = {", "identity = { url = \"http://forge.example/me\", issuer = \"x\" }\nmap = {", "must be https"},
      {"client_secret = \"s&+ü\"\n", "", "client_secret: is missing"},
      {"token = { url = \"https://forge.example/token\" }\n", "", "token.url: is missing"},
      {"url = \"https://forge.example/authorize\", ", "", "authorize.url: is missing"},
  };
  for (const auto& [what, with, text] : rows) {
    std::string wrong = kForge;
    wrong.replace(wrong.find(what), std::string{what}.size(), with);
    const auto broker = open(wrong);
    BOOST_REQUIRE_MESSAGE(!broker, text);
    BOOST_TEST(broker.error().say.find(text) != std::string::npos, broker.error().say << " / " << text);
  }
}

BOOST_AUTO_TEST_CASE(a_key_stands_in_the_place_of_a_secret_but_an_identity_is_signed_with_one) {
  std::string wrong = kForge;
  wrong.erase(wrong.find("client_secret"), wrong.find("request_token") - wrong.find("client_secret"));
  wrong += "oauth1 = { signature = \"RSA-SHA1\" }\nprivate_key = \"x\"\n";
  wrong += "identity = { url = \"https://forge.example/me\", issuer = \"https://forge.example\" }\n";
  const auto broker = open(wrong);
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find("client_secret: is missing") != std::string::npos, broker.error().say);
}

BOOST_AUTO_TEST_CASE(an_unregistered_client_may_have_a_name_that_the_file_knows) {
  net.answer("https://www.google.com/accounts/OAuthGetRequestToken", 200, kGoodRequest);
  auto broker = open("[providers.google-oauth]\nenabled = true\n");
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_REQUIRE(bool{broker->begin("google-oauth", start())});
  BOOST_TEST(header_of(net.asked.back()).at("oauth_consumer_key") == "anonymous");
}

BOOST_AUTO_TEST_CASE(plaintext_is_refused_without_tls_even_on_this_machine) {  // RFC 5849 3.4.4
  for (const auto* what : {"https://forge.example/request", "https://forge.example/token", "https://forge.example/me"}) {
    std::string wrong = std::string{kForge} + "oauth1 = { signature = \"PLAINTEXT\" }\n";
    wrong.replace(wrong.find(what), 21, "http://127.0.0.1:8080");
    const auto broker = open(wrong);
    BOOST_REQUIRE(!broker);
    BOOST_TEST(broker.error().say.find("PLAINTEXT needs https everywhere") != std::string::npos, broker.error().say);
  }
}

BOOST_AUTO_TEST_SUITE_END()
