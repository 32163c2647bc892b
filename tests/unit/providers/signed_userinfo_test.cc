// Userinfo that is a signed JWT (OIDC Core 5.3.2; oidcc-client-test-userinfo-signed): by whom, for whom, and whose.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace data = boost::unit_test::data;

namespace {

const std::string kBad = "bad_request Token error: ";
const std::string kRefused = kBad + "Invalid userinfo";

struct SignedWorld : world::OidcWorld {
  /// A login whose userinfo is that text.
  std::string with(const std::string& body, const std::string& type = "application/jwt") {
    op.typ = "JWT";
    op.serve(op.token_answer(op.id_token()));
    net.answers[op.issuer + "/userinfo"].clear();
    net.answer(op.issuer + "/userinfo", 200, body, {{"content-type", type}});
    return login();
  }
  /// Claims as userinfo has them: no nonce, no times.
  std::string token(const world::Change& change = {}) {
    return op.id_token([&](auto& claims) {
      for (const auto* name : {"nonce", "iat", "exp", "at_hash"}) claims.erase(name);
      claims["email"] = "\"signed@op.example\"";
      if (change) change(claims);
    });
  }
};

struct Row {
  const char* why;
  world::Change change;
  std::string outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"as it should be", {}, "ok user-1"},
    {"without iss and aud, which only should be there", [](auto& c) { c.erase("iss"), c.erase("aud"); }, "ok user-1"},
    {"aud is a list with us in it", world::set("aud", R"(["other","client"])"), "ok user-1"},
    {"it lives", world::set("exp", "9999999999"), "ok user-1"},
    {"another issuer's", world::set("iss", "\"https://evil.example\""), kRefused},
    {"iss is no text", world::set("iss", "7"), kRefused},
    {"for another client", world::set("aud", "\"other\""), kRefused},
    {"for nobody", world::set("aud", "[]"), kRefused},
    {"expired", world::set("exp", "1"), kRefused},
    {"exp is no number", world::set("exp", "\"9999999999\""), kRefused},
    {"a logout token", world::set("events", "{}"), kRefused},
    {"of somebody else", world::set("sub", "\"user-2\""), kBad + "Invalid UserInfo sub"},
    {"sub is no text", world::set("sub", "1"), kBad + "Invalid UserInfo sub"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_signed_userinfo, SignedWorld)

BOOST_DATA_TEST_CASE_F(SignedWorld, its_claims, data::make(rows), row) { BOOST_TEST(with(token(row.change)) == row.outcome); }

BOOST_AUTO_TEST_CASE(what_it_says_counts) {
  op.serve(op.token_answer(op.id_token()));
  net.answers[op.issuer + "/userinfo"].clear();
  net.answer(op.issuer + "/userinfo", 200, token() + "\n", {{"content-type", "Application/JWT; charset=utf-8"}});
  auto broker = open(toml);
  const auto who = broker->finish("op", finish());
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->email == "signed@op.example");
}
BOOST_AUTO_TEST_CASE(who_signed_it) {
  auto broken = token();
  broken[broken.size() - 3] = broken[broken.size() - 3] == 'A' ? 'Q' : 'A';
  BOOST_TEST(with(broken) == kRefused);
  const auto good = token();
  const auto payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  BOOST_TEST(with(base::base64url(R"({"alg":"none"})") + payload + ".") == kRefused, "none");
  BOOST_TEST(with("a.b.c.d.e") == kRefused, "encrypted");
  BOOST_TEST(with(R"({"sub":"user-1"})") == kRefused, "JSON that says it is a JWT");
  op.typ = "at+jwt";
  const auto access = token();
  BOOST_TEST(with(access) == kRefused, "a token of another kind");
}
BOOST_AUTO_TEST_CASE(a_jwt_that_says_it_is_json_is_neither) {
  BOOST_TEST(with(token(), "application/json").starts_with("upstream Network error"));
}

BOOST_AUTO_TEST_SUITE_END()
