// What a file with protocol "signed" may say, and what the operator is told where it would believe what nobody signed.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

struct Row {
  const char* why;
  std::string toml;  // below [providers.x]
  const char* told;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const std::string kHead = "[providers.x]\nkind = \"signed\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
const std::string kPairs = "signed = { method = \"hmac_sha256_pairs\", signature = \"s\", key = \"{client_secret}\" }\n";
const std::string kNone = "signed = { method = \"none\" }\n";
const std::string kUid = "map = { uid = \"i:/id\" }\n";
const std::string kAsks = "user = [ { url = \"https://x.example/me\" } ]\n";

std::string table(const std::string& keys) { return "signed = { " + keys + " }\n" + kUid; }

const Row wrong[] = {
    {"no method", kUid,
     "providers.x.signed.method: is missing; allowed: none, hmac_sha256_pairs, md5_concat, hmac_sha256_payload, signed_request, jwt_hs256"},
    {"no such method", table("method = \"md5\""), "providers.x.signed.method: \"md5\" is not known"},
    {"unknown key", table("method = \"none\", sig = \"s\""), "providers.x.signed.sig: no such key"},
    {"pairs without signature", table("method = \"hmac_sha256_pairs\", key = \"{client_secret}\""),
     "providers.x.signed.signature: is missing"},
    {"pairs without key", table("method = \"hmac_sha256_pairs\", signature = \"s\""), "providers.x.signed.key: is missing"},
    {"an MD5 over all that comes", table("method = \"md5_concat\", signature = \"s\", after = \"{client_secret}\""),
     "providers.x.signed.fields: is missing"},
    {"an MD5 without a secret", table("method = \"md5_concat\", signature = \"s\", fields = [\"id\"]"),
     "providers.x.signed.after: is missing: the secret"},
    {"payload without its parameter", table("method = \"jwt_hs256\", key = \"{client_secret}\""), "providers.x.signed.payload: is missing"},
    {"signed_request without key", table("method = \"signed_request\", payload = \"r\""), "providers.x.signed.key: is missing"},
    {"form payload without signature", table("method = \"hmac_sha256_payload\", payload = \"p\", key = \"{client_secret}\""),
     "providers.x.signed.signature: is missing"},
    {"a time that nobody signed", table("method = \"none\", time = \"t\""), "nothing is signed"},
    {"a nonce that nobody signed", table("method = \"none\", nonce = \"n\""), "nothing is signed"},
    {"no span", table("method = \"signed_request\", payload = \"r\", key = \"{client_secret}\", max_age = \"soon\""),
     "providers.x.signed.max_age: want a span"},
    {"kept and never looked at again", table("method = \"none\", kept = \"r:/shop\""), "kept and again belong together"},
    {"a packed parameter without a name", table("method = \"none\", unpack = { as = \"form\" }"),
     "providers.x.signed.unpack.param: is missing"},
    {"unproven, though signed", table("method = \"signed_request\", payload = \"r\", key = \"{client_secret}\", unproven = true"),
     "is for method \"none\""},
    {"uid from what nobody signed", kPairs + "map = { uid = \"c:/id\" }\n", "providers.x.map.uid: c: is not signed"},
    {"uid from it by way of a fallback", kPairs + "map = { uid = \"i:/id | c:/id\" }\n", "providers.x.map.uid: c: is not signed"},
    {"uid from it inside of a template", kPairs + "map = { uid = '\"{i:/id}-{c:/id}\"' }\n", "providers.x.map.uid: c: is not signed"},
    {"e-mail from what nobody signed", kPairs + "map = { uid = \"i:/id\", email = \"c:/email\" }\n",
     "providers.x.map.email: c: is not signed"},
    {"called verified by nobody", kPairs + "map = { uid = \"i:/id\", email = \"i:/email\", email_verified = \"c:/v\" }\n",
     "providers.x.map.email_verified: c: is not signed"},
    {"the same where a token is redeemed", kNone + kAsks + "map = { uid = \"u:/id\", email = \"c:/email\" }\n",
     "providers.x.map.email: c: is not signed"},
    {"an e-mail where nothing is proven",
     "signed = { method = \"none\", unproven = true }\n" + kAsks + "map = { uid = \"c:/id\", email = \"u:/email\" }\n",
     "an unproven callback makes no e-mail"},
    {"nothing that proves anything", kNone + kUid, "providers.x.signed.method: with \"none\" something must be redeemed"},
    {"who is asked about, chosen by nobody's word",
     kPairs + "user = [ { url = \"https://x.example/me\", params = { id = \"{c:/id}\" } } ]\n" + kUid,
     "it must not choose about whom is asked"},
    {"the same in the address", kPairs + "user = [ { url = \"https://x.example/{c:/id}\" } ]\n" + kUid,
     "it must not choose about whom is asked"},
    {"the same in the body",
     kPairs + "user = [ { url = \"https://x.example/me\", method = \"POST\", form = { id = \"{c:/id}\" } } ]\n" + kUid,
     "it must not choose about whom is asked"},
    {"a door that opens by itself", kPairs + kUid + "require = [ { value = \"c:/group\", setting = \"groups\" } ]\ngroups = [\"a\"]\n",
     "it must not open a door"},
    {"client_secret in the browser's address",
     kPairs + kUid + "authorize = { url = \"https://x.example/a\", params = { k = \"{client_secret}\" } }\n",
     "providers.x.authorize.params: client_secret would be seen by everyone"},
    {"a secret setting in the browser's address",
     kPairs + kUid + "settings = { pin = { secret = true, help = \"h\" } }\nauthorize = { url = \"https://x.example/{pin}\" }\n",
     "providers.x.authorize.url: pin would be seen by everyone"},
    {"a secret in a signed request, which is base64 and no more",
     "signed = { method = \"hmac_sha256_payload\", payload = \"p\", signature = \"s\", key = \"{client_secret}\", request = { k = "
     "\"{client_secret}\" } }\n" +
         kUid,
     "providers.x.signed.request: client_secret would be seen by everyone"},
    {"a key from what nobody signed", "signed = { method = \"hmac_sha256_pairs\", signature = \"s\", key = \"{c:/key}\" }\n" + kUid,
     "providers.x.signed.key: c: is not known yet"},
    {"a key from the state, which everyone knows",
     "signed = { method = \"hmac_sha256_pairs\", signature = \"s\", key = \"{state}\" }\n" + kUid,
     "providers.x.signed.key: there is no setting \"state\""},
    {"r: at the end", kPairs + "map = { uid = \"r:/id\" }\n", "r: is known only where a login begins"},
};

const Row refused[] = {
    {"a form is no provider", "[providers.email]\nform_url = \"https://x.example\"\n",
     "latchstring.toml:1: providers.email: cannot be enabled: a form in which"},
    {"nor is this one", "[providers.username]\n", "providers.username: cannot be enabled: a form in which"},
    {"gone", "[providers.pocket]\nclient_id = \"c\"\n", "providers.pocket: cannot be enabled: Mozilla shut Pocket down in July 2025"},
    {"cannot be safe", "[providers.pushbullet]\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "providers.pushbullet: cannot be enabled: it passes no state on"},
    {"only what a file needs: the secret", "[providers.discourse]\nserver_url = \"https://x.example\"\n",
     "providers.discourse.client_secret: is missing"},
    {"only what a file needs: the bot's token", "[providers.telegram]\nclient_id = \"c\"\nclient_secret = \"s\"\n",
     "providers.telegram.bot_token: is missing"},
    {"an empty secret is none", "[providers.telegram]\nbot_token = \"\"\n", "providers.telegram.bot_token: is missing"},
    {"only what a file needs: the id", "[providers.twilio]\nclient_secret = \"s\"\n", "providers.twilio.client_id: is missing"},
    {"only what a file needs: both", "[providers.vk-app]\nclient_id = \"c\"\n", "providers.vk-app.client_secret: is missing"},
    {"the secret that signs a request", "[providers.lastfm]\nclient_id = \"c\"\n", "providers.lastfm.client_secret: is missing"},
    {"the client at a token endpoint", "[providers.loginradius]\nclient_secret = \"s\"\n", "providers.loginradius.client_id: is missing"},
    {"a forum that is read along", "[providers.discourse]\nserver_url = \"http://x.example\"\nclient_secret = \"s\"\n", "must be https"},
    {"a widget whose token has no place",
     "[providers.x]\nkind = \"oidc\"\nissuer = \"https://x.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\nauthorize = { widget = "
     "true }\n",
     "providers.x.id_token.parameter: is missing"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_signed_spec)
BOOST_DATA_TEST_CASE_F(world::World, a_file_that_would_believe_too_much_stops_the_start, boost::unit_test::data::make(wrong), row) {
  const auto broker = open(kHead + row.toml);
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find(row.told) != std::string::npos, broker.error().say);
}
BOOST_DATA_TEST_CASE_F(world::World, what_a_provider_lacks_is_told, boost::unit_test::data::make(refused), row) {
  const auto broker = open(row.toml);
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find(row.told) != std::string::npos, broker.error().say);
}
BOOST_FIXTURE_TEST_CASE(a_provider_of_ones_own_needs_no_code, world::World) {
  auto broker = open(kHead + kPairs + "map = { uid = \"i:/id\", username = \"c:/nick\" }\n");
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(broker->begin("x", {"https://app.example/cb", "STATE", seed})->authorization_url == "https://app.example/cb?state=STATE");
  const auto signature = base::hex(crypto::hmac_sha256("s", "id=7"));
  const auto finish = [&](providers::Params params) {
    return broker->finish("x", {"https://app.example/cb", "STATE", seed, {}, std::move(params)});
  };
  BOOST_TEST(world::outcome(finish({{"id", "7"}, {"s", signature}})) == "ok 7");
  BOOST_TEST(world::outcome(finish({{"id", "8"}, {"s", signature}})) == "bad_request Authentication failed: Invalid signature");
}
BOOST_FIXTURE_TEST_CASE(a_bots_token_never_reaches_the_browser, world::World) {
  const auto url = [this](const char* token) {
    auto broker = open(std::string{"[providers.telegram]\nbot_token = \""} + token + "\"\n");
    BOOST_REQUIRE(bool{broker});
    return broker->begin("telegram", {"https://app.example:8443/cb", "STATE", seed})->authorization_url;
  };
  BOOST_TEST(url("42:secret") ==
             "https://oauth.telegram.org/auth?bot_id=42&origin=https%3A%2F%2Fapp.example%3A8443&return_to="
             "https%3A%2F%2Fapp.example%3A8443%2Fcb%3Fstate%3DSTATE");
  BOOST_TEST(url("secret-without-colon").find("secret") == std::string::npos);
}
BOOST_FIXTURE_TEST_CASE(a_forum_is_asked_with_a_signed_payload, world::World) {
  auto broker = open("[providers.discourse]\nserver_url = \"https://forum.example\"\nclient_secret = \"foo\"\n");
  BOOST_REQUIRE(bool{broker});
  const auto url = broker->begin("discourse", {"http://myapp.com", "STATE", seed})->authorization_url;
  // base64 of nonce=STATE&return_sso_url=http%3A%2F%2Fmyapp.com, and its HMAC-SHA256 under "foo" by another implementation
  BOOST_TEST(url ==
             "https://forum.example/session/"
             "sso_provider?sso=bm9uY2U9U1RBVEUmcmV0dXJuX3Nzb191cmw9aHR0cCUzQSUyRiUyRm15YXBwLmNvbQ%3D%3D&sig="
             "649ed726a924ad5b3296da8a1b3fba5c818506e1b427a6c68084067108b7e6bd");
}
BOOST_AUTO_TEST_SUITE_END()
