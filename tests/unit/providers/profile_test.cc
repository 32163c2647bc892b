#include "providers/profile.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using providers::Expression;

struct Row {
  const char* why;
  std::string user;
  std::string name, first, last, email;
  bool verified;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"everything told", R"({"id":1,"name":"Ann B. C","first":"Ann B.","last":"C","mail":"a@x.example","ok":true})", "Ann B. C", "Ann B.",
     "C", "a@x.example", true},
    {"a full name alone is split at the first space", R"({"id":1,"name":"Ann B. C"})", "Ann B. C", "Ann", "B. C", "", false},
    {"one word is a first name", R"({"id":1,"name":"Ann"})", "Ann", "Ann", "", "", false},
    {"parts alone are joined", R"({"id":1,"first":"Ann","last":"C"})", "Ann C", "Ann", "C", "", false},
    {"one part alone", R"({"id":1,"last":"C"})", "C", "", "C", "", false},
    {"no name", R"({"id":1})", "", "", "", "", false},
    {"control characters go", R"({"id":1,"name":"Ann\u0000\r\nX: y"})", "Ann X: y", "Ann", "X: y", "", false},
    {"unverified", R"({"id":1,"mail":"a@x.example","ok":false})", "", "", "", "a@x.example", false},
    {"verified as text (Apple)", R"({"id":1,"mail":"a@x.example","ok":"true"})", "", "", "", "a@x.example", true},
    {"verified as 1", R"({"id":1,"mail":"a@x.example","ok":1})", "", "", "", "a@x.example", true},
    {"other words are not yes", R"({"id":1,"mail":"a@x.example","ok":"maybe"})", "", "", "", "a@x.example", false},
    {"second address, its own flag", R"({"id":1,"mail2":"b@x.example","ok2":true})", "", "", "", "b@x.example", true},
    {"second address, the first one's flag", R"({"id":1,"mail2":"b@x.example","ok":true})", "", "", "", "b@x.example", false},
    {"two addresses in one: CVE-2022-35924", R"({"id":1,"mail":"a@x.example,b@evil.example","ok":true})", "", "", "", "", false},
    {"a bent address does not fall through to the next", R"({"id":1,"mail":"a@x@y","mail2":"b@x.example","ok2":true})", "", "", "", "",
     false},
    {"homoglyphs: kept, never verified", R"({"id":1,"mail":"\u0430@x.example","ok":true})", "", "", "", "\xd0\xb0@x.example", false},
    {"an address of the wrong type", R"({"id":1,"mail":["a@x.example"],"ok":true})", "", "", "", "", false},
};

providers::Spec spec() {
  providers::Spec out;
  const auto set = [](std::optional<Expression>& field, const char* text) { field = *Expression::parse(text); };
  set(out.map.uid, "u:/id");
  set(out.map.name, "u:/name");
  set(out.map.first_name, "u:/first");
  set(out.map.last_name, "u:/last");
  set(out.map.email, "u:/mail | u:/mail2");
  set(out.map.email_verified, "u:/ok | u:/ok2");
  set(out.map.picture, "u:/picture");
  return out;
}

base::Result<providers::Identity> identity(const std::string& user) {
  const auto document = *json::Document::parse(user);
  providers::Values values;
  values.user = {document.root()};
  return providers::make_identity(spec(), values, "forge", "issuer");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_profile)
BOOST_DATA_TEST_CASE(the_map_says_where_things_stand, boost::unit_test::data::make(rows), row) {
  const auto who = identity(row.user);
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->uid == "1");
  BOOST_TEST(who->issuer == "issuer");
  BOOST_TEST(who->name == row.name);
  BOOST_TEST(who->first_name == row.first);
  BOOST_TEST(who->last_name == row.last);
  BOOST_TEST(who->email == row.email);
  BOOST_TEST(who->email_verified == row.verified);
}
BOOST_AUTO_TEST_CASE(a_picture_is_an_https_url_or_none) {
  BOOST_TEST(identity(R"({"id":1,"picture":"https://x.example/p.png"})")->picture == "https://x.example/p.png");
  for (const auto* bad : {"javascript:alert(1)", "http://x.example/p.png", "data:image/png;base64,AA", "//x.example/p"}) {
    BOOST_TEST(identity(R"({"id":1,"picture":")" + std::string{bad} + "\"}")->picture == "", bad);
  }
}
BOOST_AUTO_TEST_CASE(names_are_limited) {
  BOOST_TEST(identity(R"({"id":1,"name":")" + std::string(5000, 'x') + "\"}")->name.size() == 150u);
}
BOOST_AUTO_TEST_SUITE_END()
