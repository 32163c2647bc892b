// Signed authorization answers (JARM): the seven negatives of the OpenID Foundation's FAPI client plan, and what else could be slipped in.
#include "providers/jarm.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/fapi_world.h"

namespace {

using Claims = std::map<std::string, std::string>;  // as JSON texts

struct World : world::FapiWorld {
  std::string with = stanza("", "authorize = { response_mode = \"jwt\" }");

  Claims claims() const {
    const auto now = clock.now().time_since_epoch().count();
    return {{"iss", "\"https://op.example\""},
            {"aud", "\"client\""},
            {"exp", std::to_string(now + 60)},
            {"code", "\"c0de\""},
            {"state", "\"a state\""}};
  }
  std::string response(const world::Change& change = {}, const crypto::SignKey* key = nullptr) const {
    auto all = claims();
    if (change) change(all);
    json::Writer w;
    w.object();
    for (const auto& [name, value] : all) w.key(name).raw(value);
    return *token::sign(key != nullptr ? *key : op.key, crypto::Alg::ES256, op.kid, "JWT", w.end_object().take());
  }
  std::string finished(providers::Params params) {
    serve(world::OpenIdProvider::token_answer(op.id_token()));
    auto broker = open(with);
    if (!broker) return broker.error().say;
    auto what = finish();
    what.params = std::move(params);
    return world::outcome(broker->finish("op", what));
  }
  bool asked_for_tokens() const { return asked("https://op.example/token") != 0; }
};

struct Row {
  const char* why;
  world::Change change;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const std::string kNo = "denied Authentication failed: the provider's signed answer cannot be believed: ";
constexpr std::int64_t kNow = 1'700'000'000;
const Row rows[] = {
    {"good", {}, "ok user-1"},
    {"[ensure-jarm-without-iss-fails]", world::drop("iss"), kNo + "iss is not the provider's"},
    {"[ensure-jarm-with-invalid-iss-fails]", world::set("iss", "\"https://evil.example\""), kNo + "iss is not the provider's"},
    {"iss with a slash more", world::set("iss", "\"https://op.example/\""), kNo + "iss is not the provider's"},
    {"[ensure-jarm-without-aud-fails]", world::drop("aud"), kNo + "aud is not this client"},
    {"[ensure-jarm-with-invalid-aud-fails]", world::set("aud", "\"other\""), kNo + "aud is not this client"},
    {"aud as a list of one", world::set("aud", R"(["client"])"), "ok user-1"},
    {"aud with another beside us", world::set("aud", R"(["client","other"])"), kNo + "aud is not this client"},
    {"aud empty", world::set("aud", "[]"), kNo + "aud is not this client"},
    {"[ensure-jarm-without-exp-fails]", world::drop("exp"), kNo + "exp is missing"},
    {"exp as a text", world::set("exp", "\"1800000000\""), kNo + "exp is missing"},
    {"[ensure-jarm-with-expired-exp-fails]", world::set("exp", std::to_string(kNow - 600)), kNo + "it has expired"},
    {"exp has no leeway", world::set("exp", std::to_string(kNow)), kNo + "it has expired"},
    {"nbf of the future", world::set("nbf", std::to_string(kNow + 61)), kNo + "it is not yet valid"},
    {"another login's state", world::set("state", "\"of another flow\""), kNo + "state is another login's"},
    {"[ensure-authorization-response-with-invalid-missing-state-fails]", world::drop("state"), kNo + "state is another login's"},
    {"a refusal inside",
     [](Claims& c) {
       c.erase("code");
       c["error"] = "\"access_denied\"";
       c["error_description"] = "\"not today\"";
     },
     "denied Authentication process canceled: not today"},
    {"a refusal that is not believed",
     [](Claims& c) {
       c["error"] = "\"access_denied\"";
       c["iss"] = "\"https://evil.example\"";
     },
     kNo + "iss is not the provider's"},
    {"no code", world::drop("code"), "bad_request Authentication process canceled"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_jarm, World)

BOOST_DATA_TEST_CASE_F(World, every_claim_is_checked_before_the_code_goes_anywhere, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(finished({{"response", response(row.change)}}) == row.outcome);
  BOOST_TEST(asked_for_tokens() == (row.outcome == "ok user-1"));
}

BOOST_AUTO_TEST_CASE(only_the_providers_keys_sign) {  // [ensure-jarm-with-invalid-sig-fails]
  const auto stranger = *crypto::SignKey::generate(crypto::Kind::p256);
  BOOST_TEST(finished({{"response", response({}, &stranger)}}) == kNo + "signature: bad signature");
  const auto good = response();
  const auto dot = good.rfind('.');
  BOOST_TEST(finished({{"response", good.substr(0, dot + 1)}}) == kNo + "it is no signed JWT");
  const auto none = base::base64url(R"({"alg":"none"})") + good.substr(good.find('.'), dot - good.find('.') + 1);
  BOOST_TEST(finished({{"response", none}}) == kNo + "it is no signed JWT");
  BOOST_TEST(finished({{"response", good + ".a.b"}}) == kNo + "it is no signed JWT");  // five parts: encrypted
  BOOST_TEST(finished({{"response", ""}}) == kNo + "it is no signed JWT");
  const auto secret = *crypto::SignKey::shared(base::Secret{"a secret of more than thirty-two bytes"});
  const auto hmac = *token::sign(secret, crypto::Alg::HS256, "", "JWT", token::parse_jws(good)->payload);
  with = stanza("client_secret = \"a secret of more than thirty-two bytes\"",
                "authorize = { response_mode = \"jwt\" }\nid_token = { algs = [\"ES256\", \"HS256\"] }");
  BOOST_TEST(finished({{"response", hmac}}) == kNo + "signature: algorithm not allowed");
  BOOST_TEST(finished({{"response", good}}) == "ok user-1");  // the twin
}

BOOST_AUTO_TEST_CASE(algorithms_are_those_of_the_metadata) {
  metadata = R"(,"id_token_signing_alg_values_supported":["ES256"],"authorization_signing_alg_values_supported":["PS256"])";
  BOOST_TEST(finished({{"response", response()}}) == kNo + "signature: algorithm not allowed");
  metadata = R"(,"id_token_signing_alg_values_supported":["ES256"])";  // JARM 4: RS256 where it is not said
  BOOST_TEST(finished({{"response", response()}}) == kNo + "signature: algorithm not allowed");
}

BOOST_AUTO_TEST_CASE(what_comes_beside_the_signed_answer_is_nobodys_word) {
  BOOST_TEST(finished({{"code", "evil"}, {"iss", "https://evil.example"}, {"response", response()}}) == "ok user-1");
  BOOST_TEST(providers::last(world::params_of(last("https://op.example/token").body), "code") == "c0de");
  BOOST_TEST(finished({{"code", "c0de"}, {"state", "a state"}}) == kNo + "it is no signed JWT");  // a downgrade
}

BOOST_AUTO_TEST_CASE(an_answer_of_a_provider_that_does_not_sign_has_no_such_parameter) {
  with = stanza();
  BOOST_TEST(finished({{"response", response()}}) == "bad_request Authentication process canceled");
}

BOOST_AUTO_TEST_CASE(the_state_is_found_before_anything_is_believed) {
  auto broker = *open(with);
  const auto says = broker.look("op", {{"response", response()}});
  BOOST_TEST(says.state == "a state");
  BOOST_TEST(says.whole);
  BOOST_TEST(!says.refused);
  // What a look at a refusal tells must not end anybody's flow: it may be forged.
  const auto refusal = broker.look("op", {{"response", response(world::set("error", "\"access_denied\""))}, {"error", "access_denied"}});
  BOOST_TEST(!refusal.refused);
  for (const std::string text : {"", "a", "a.b.c", "....", "e30.e30.e30"}) {
    const auto broken = broker.look("op", {{"response", text}});
    BOOST_TEST(broken.state == "", text);
    BOOST_TEST(!broken.whole, text);
  }
  BOOST_TEST(!broker.look("op", {{"code", "c0de"}, {"state", "a state"}}).whole);
  BOOST_TEST(bool{broker.look("op", {{"error", "access_denied"}}).refused});
}

BOOST_AUTO_TEST_SUITE_END()
