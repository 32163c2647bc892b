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

base::Result<providers::Identity> identity(const std::string& user, const providers::Spec& from = spec()) {
  const auto document = *json::Document::parse(user);
  providers::Values values;
  values.user = {document.root()};
  return providers::make_identity(from, values, "forge", "issuer");
}

// ---- who may sign in
// ---------------------------------------------------------------------------------------------------------------------
const char* kVerified = R"({"id":1,"mail":"Ann@X.example","ok":true})";
const char* kUnverified = R"({"id":1,"mail":"Ann@X.example","ok":false})";
const char* kUntold = R"({"id":1,"mail":"Ann@X.example"})";
const char* kNoMail = R"({"id":1,"ok":true})";

struct ListRow {
  const char* why;
  const char* user;
  std::vector<std::string> domains, emails;
  bool verified_only;
  bool admitted;
};
std::ostream& operator<<(std::ostream& os, const ListRow& row) { return os << row.why; }
const ListRow lists[] = {
    {"no list: everyone", kNoMail, {}, {}, false, true},
    {"a domain of the list, whatever its case", kVerified, {"y.example", "x.EXAMPLE"}, {}, false, true},
    {"a domain of no list", kVerified, {"y.example"}, {}, false, false},
    {"a domain below a listed one", kVerified, {"example"}, {}, false, false},
    {"a listed one below it", kVerified, {"a.x.example"}, {}, false, false},
    {"a domain that ends so", R"({"id":1,"mail":"ann@evilx.example","ok":true})", {"x.example"}, {}, false, false},
    {"a list that was written with @", kVerified, {"@x.example"}, {}, false, false},
    {"an address of the list, whatever its case", kVerified, {}, {"ann@x.example"}, false, true},
    {"an address of no list", kVerified, {}, {"bob@x.example"}, false, false},
    {"one of two lists is enough: the domain", kVerified, {"x.example"}, {"bob@y.example"}, false, true},
    {"one of two lists is enough: the address", kVerified, {"y.example"}, {"ann@x.example"}, false, true},
    {"an unverified address passes no list of domains", kUnverified, {"x.example"}, {}, false, false},
    {"an unverified address passes no list of addresses", kUnverified, {}, {"ann@x.example"}, false, false},
    {"nobody says whether it is verified", kUntold, {"x.example"}, {}, false, false},
    {"no address passes no list", kNoMail, {"x.example"}, {}, false, false},
    {"nor one with an empty entry", kNoMail, {""}, {""}, false, false},
    {"an address that is bent to pass for another",
     R"({"id":1,"mail":"ann@evil.example,b@x.example","ok":true})",
     {"x.example"},
     {},
     false,
     false},
    {"homoglyphs are never verified", R"({"id":1,"mail":"\u0430nn@x.example","ok":true})", {"x.example"}, {}, false, false},
    {"verified addresses only: one", kVerified, {}, {}, true, true},
    {"verified addresses only: an unverified one", kUnverified, {}, {}, true, false},
    {"verified addresses only: nobody says", kUntold, {}, {}, true, false},
    {"verified addresses only: none", kNoMail, {}, {}, true, false},
    {"verified addresses only, and of a domain", kVerified, {"y.example"}, {}, true, false},
};

struct RequireRow {
  const char* why;
  const char* user;
  std::vector<std::string> one_of;
  bool ignore_case;
  bool admitted;
};
std::ostream& operator<<(std::ostream& os, const RequireRow& row) { return os << row.why; }
const RequireRow requirements[] = {
    {"nothing is asked for: everyone", R"({"id":1})", {}, false, true},
    {"one of a list", R"({"id":1,"groups":["staff","admin"]})", {"admin"}, false, true},
    {"one of several that are asked for", R"({"id":1,"groups":["staff"]})", {"admin", "staff"}, false, true},
    {"none of a list", R"({"id":1,"groups":["staff"]})", {"admin"}, false, false},
    {"one value", R"({"id":1,"groups":"admin"})", {"admin"}, false, true},
    {"another value", R"({"id":1,"groups":"administrator"})", {"admin"}, false, false},
    {"a number", R"({"id":1,"groups":[7,8]})", {"8"}, false, true},
    {"an empty list", R"({"id":1,"groups":[]})", {"admin"}, false, false},
    {"no list at all", R"({"id":1})", {"admin"}, false, false},
    {"null", R"({"id":1,"groups":null})", {"admin"}, false, false},
    {"an empty value is not the empty word that was asked for", R"({"id":1,"groups":""})", {""}, false, false},
    {"a list of objects holds no words", R"({"id":1,"groups":[{"name":"admin"}]})", {"admin"}, false, false},
    {"letters have a case", R"({"id":1,"groups":["Admin"]})", {"admin"}, false, false},
    {"unless the file says that they have none", R"({"id":1,"groups":["Admin"]})", {"aDMIN"}, true, true},
    {"then still the whole word", R"({"id":1,"groups":["Admins"]})", {"admin"}, true, false},
    {"a word in a text of words is none", R"({"id":1,"groups":"staff admin"})", {"admin"}, false, false},
};

struct UidRow {
  const char* why;
  std::string user;
  bool says_verified;  // the file has an email_verified
  const char* uid;     // "" = refused
};
std::ostream& operator<<(std::ostream& os, const UidRow& row) { return os << row.why; }
const UidRow addresses[] = {
    {"verified", R"({"mail":"a@x.example","ok":true})", true, "a@x.example"},
    {"unverified: not the account of whoever has the address", R"({"mail":"a@x.example","ok":false})", true, ""},
    {"nobody says", R"({"mail":"a@x.example"})", true, ""},
    {"a provider that never says", R"({"mail":"a@x.example"})", false, "a@x.example"},
    {"the second address with its own flag", R"({"mail2":"b@x.example","ok2":true})", true, "b@x.example"},
    {"the second address with the first one's flag", R"({"mail2":"b@x.example","ok":true})", true, ""},
    {"no address", R"({"id":1})", true, ""},
    {"an address that is none", R"({"mail":"ann","ok":true})", true, ""},
    {"two addresses in one", R"({"mail":"a@x.example,b@y.example","ok":true})", false, ""},
    {"homoglyphs", R"({"mail":"\u0430@x.example","ok":true})", true, ""},
};

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
BOOST_DATA_TEST_CASE(an_unverified_address_passes_no_list, boost::unit_test::data::make(lists), row) {
  auto from = spec();
  from.allowed_domains = row.domains;
  from.allowed_emails = row.emails;
  from.verified_emails_only = row.verified_only;
  const auto who = identity(row.user, from);
  BOOST_TEST(bool{who} == row.admitted);
  if (!who) BOOST_TEST(who.error().say == "Your credentials aren't allowed");
}
BOOST_DATA_TEST_CASE(who_lacks_what_is_required_does_not_sign_in, boost::unit_test::data::make(requirements), row) {
  auto from = spec();
  from.require.push_back({*Expression::parse("u:/groups"), row.one_of, row.ignore_case});
  const auto who = identity(row.user, from);
  BOOST_TEST(bool{who} == row.admitted);
  if (!who) BOOST_TEST((who.error().code == base::Code::denied));
}
BOOST_AUTO_TEST_CASE(all_that_is_required_must_be_met) {
  auto from = spec();
  from.require.push_back({*Expression::parse("u:/groups"), {"admin"}, false});
  from.require.push_back({*Expression::parse("u:/hd"), {"x.example"}, false});
  BOOST_TEST(bool{identity(R"({"id":1,"groups":["admin"],"hd":"x.example"})", from)});
  BOOST_TEST(!identity(R"({"id":1,"groups":["admin"],"hd":"y.example"})", from));
  BOOST_TEST(!identity(R"({"id":1,"groups":["staff"],"hd":"x.example"})", from));
}
BOOST_DATA_TEST_CASE(an_address_for_a_uid_must_be_the_users, boost::unit_test::data::make(addresses), row) {
  auto from = spec();
  from.uid_is_email = true;
  from.map.uid = *Expression::parse("u:/mail | u:/mail2");
  if (!row.says_verified) from.map.email_verified.reset();
  const auto who = identity(row.user, from);
  BOOST_TEST((who ? who->uid : "") == row.uid);
}
BOOST_AUTO_TEST_CASE(a_uid_is_kept_byte_for_byte_or_not_at_all) {
  const auto uid = [](const std::string& id) {
    const auto who = identity(R"({"id":")" + id + "\"}");
    return who ? who->uid : "(refused) " + who.error().say;
  };
  BOOST_TEST(uid(" A  b ") == " A  b ");
  BOOST_TEST(uid(std::string(255, 'x')) == std::string(255, 'x'));
  for (const auto& bad : {std::string{}, std::string(256, 'x'), std::string{"a\\u0000b"}, std::string{"a\\nb"}, std::string{"a\\u007f"}}) {
    BOOST_TEST(uid(bad) == "(refused) Authentication failed: the provider named no user", bad);
  }
}
BOOST_AUTO_TEST_CASE(what_the_file_keeps_besides_is_cleaned_and_limited) {
  auto from = spec();
  from.extra.emplace("team", *Expression::parse("u:/team"));
  from.extra.emplace("long", *Expression::parse("u:/long"));
  from.extra.emplace("none", *Expression::parse("u:/none"));
  from.extra.emplace("blank", *Expression::parse("u:/blank"));
  from.extra.emplace("list", *Expression::parse("u:/list"));
  from.extra.emplace("cut", *Expression::parse("u:/cut"));
  const auto who = identity(R"({"id":1,"team":" a\r\n\u0000b \u202e","long":")" + std::string(5000, 'x') +
                                R"(","blank":" \n","list":["a"],"cut":")" + std::string(499, 'x') + "\xc3\xbc\"}",
                            from);
  BOOST_REQUIRE(bool{who});
  const std::map<std::string, std::string> want{{"team", "a b"}, {"long", std::string(500, 'x')}, {"cut", std::string(499, 'x')}};
  BOOST_TEST((who->extra == want));
}
BOOST_AUTO_TEST_CASE(a_list_is_kept_with_what_is_fit_of_it) {
  auto from = spec();
  from.extra.emplace("groups", *Expression::parse("u:/groups"));
  from.extra.emplace("empty", *Expression::parse("u:/empty"));
  const auto who = identity(R"({"id":1,"empty":[],"groups":["staff","adm\u200bins"," x","a\nb","",7,null,["admins"],{"a":"b"},")" +
                                std::string(201, 'g') + "\"]}",
                            from);
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->extra.empty());
  const std::map<std::string, std::vector<std::string>> want{{"groups", {"staff", "7"}}};
  BOOST_TEST((who->lists == want));
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
