#include "store/rules.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace {

struct EmailRow {
  const char* why;
  std::string in, out;
};
std::ostream& operator<<(std::ostream& os, const EmailRow& r) { return os << r.why; }
const EmailRow kEmails[] = {{"plain", "ann@example.org", "ann@example.org"},
                            {"lower case for matching", "Ann.Lee+x@Example.ORG", "ann.lee+x@example.org"},
                            {"longest", std::string(242, 'a') + "@example.org", std::string(242, 'a') + "@example.org"},
                            {"too long", std::string(243, 'a') + "@example.org", ""},
                            {"empty", "", ""},
                            {"no @", "ann", ""},
                            {"two @", "ann@evil.example@example.org", ""},
                            {"no local part", "@example.org", ""},
                            {"no domain", "ann@", ""},
                            {"a list by comma", "ann@evil.example,x@example.org", ""},
                            {"a list by semicolon", "ann;x@example.org", ""},
                            {"quoted local part", "\"ann\"@example.org", ""},
                            {"comment", "ann@example.org(x)", ""},
                            {"angle brackets", "<ann@example.org>", ""},
                            {"address literal", "ann@[192.0.2.1]", ""},
                            {"space", "ann @example.org", ""},
                            {"line end", "ann@example.org\r\n", ""},
                            {"zero byte", std::string("ann@example.org\0", 16), ""},
                            {"delete character", "ann\x7f@example.org", ""},
                            {"not ASCII: a full stop that NFKC makes one", "ann@example\xe3\x80\x82org", ""},
                            {"not ASCII: combining accent", "anne\xcc\x81@example.org", ""}};

struct DomainRow {
  const char* why;
  const char* email;
  bool verified, allowed;
};
std::ostream& operator<<(std::ostream& os, const DomainRow& r) { return os << r.why; }
const DomainRow kDomains[] = {{"in the domain", "ann@example.org", true, true},
                              {"in the domain, case aside", "ann@EXAMPLE.org", true, true},
                              {"the second domain", "ann@example.net", true, true},
                              {"not verified: anyone can claim it", "ann@example.org", false, false},
                              {"a subdomain is another domain", "ann@sub.example.org", true, false},
                              {"a longer name that ends alike", "ann@badexample.org", true, false},
                              {"a longer name that begins alike", "ann@example.org.evil.example", true, false},
                              {"the domain before another @", "ann@example.org@evil.example", true, false},
                              {"the domain behind another @", "ann@evil.example@example.org", true, false},
                              {"the domain behind a comma", "ann@evil.example,ann@example.org", true, false},
                              {"a final dot", "ann@example.org.", true, false},
                              {"a line end", "ann@example.org\n", true, false},
                              {"no e-mail", "", true, false}};

struct ListRow {
  const char* why;
  std::vector<std::string> domains, emails;
  bool verified, allowed;  // ann@example.org
};
std::ostream& operator<<(std::ostream& os, const ListRow& r) { return os << r.why; }
const ListRow kLists[] = {{"no list", {}, {}, false, true},
                          {"the address", {}, {"ann@example.org"}, true, true},
                          {"the address, case aside", {}, {"Ann@Example.ORG"}, true, true},
                          {"the address, not verified", {}, {"ann@example.org"}, false, false},
                          {"another address", {}, {"bob@example.org"}, true, false},
                          {"either suffices: the address", {"example.net"}, {"ann@example.org"}, true, true},
                          {"either suffices: the domain", {"example.org"}, {"bob@example.net"}, true, true},
                          {"neither", {"example.net"}, {"bob@example.net"}, true, false},
                          {"a domain is no address", {}, {"example.org"}, true, false}};

struct TrustRow {
  const char* why;
  std::vector<std::string> list;
  const char* email;
  bool trusted;  // of "acme"
};
std::ostream& operator<<(std::ostream& os, const TrustRow& r) { return os << r.why; }
const TrustRow kTrust[] = {{"no list: all are", {}, "ann@example.org", true},
                           {"by name, for any domain", {"google", "acme"}, "ann@example.org", true},
                           {"not on the list", {"google"}, "ann@example.org", false},
                           {"for its own domain", {"acme:acme.example"}, "ann@acme.example", true},
                           {"case aside", {"acme:Acme.Example"}, "Ann@ACME.example", true},
                           {"not for another domain", {"acme:acme.example"}, "ann@example.org", false},
                           {"nor for one below it", {"acme:acme.example"}, "ann@sub.acme.example", false},
                           {"nor for one that ends so", {"acme:acme.example"}, "ann@evilacme.example", false},
                           {"nor for an address that is bent", {"acme:acme.example"}, "ann@evil.example@acme.example", false},
                           {"one of several", {"acme:a.example", "acme:b.example"}, "ann@b.example", true},
                           {"a longer name is another provider", {"acme-two"}, "ann@example.org", false},
                           {"names have a case", {"Acme"}, "ann@example.org", false},
                           {"no domain behind the colon fits none", {"acme:"}, "ann@example.org", false}};

struct NumberRow {
  const char* why;
  const char* name;
  int n;
  const char* out;
};
std::ostream& operator<<(std::ostream& os, const NumberRow& r) { return os << r.why; }
const NumberRow kNumbers[] = {{"the first has it", "ada", 1, "ada"},
                              {"the second", "ada", 2, "ada2"},
                              {"the ninth", "ada", 9, "ada9"},
                              {"behind a digit the number stands apart", "r2d2", 2, "r2d2-2"}};

struct UsernameRow {
  const char* why;
  std::string name;
  bool good;
};
std::ostream& operator<<(std::ostream& os, const UsernameRow& r) { return os << r.why; }
const UsernameRow kUsernames[] = {{"all that may stand", "aZ09@.+-_", true},
                                  {"empty", "", false},
                                  {"longest", std::string(150, 'x'), true},
                                  {"too long", std::string(151, 'x'), false},
                                  {"a space", "ada lovelace", false},
                                  {"beyond ASCII: names that look alike",
                                   "\xd0\xb0"
                                   "da",
                                   false},
                                  {"a line end", "ada\n", false},
                                  {"a zero byte", std::string("a\0a", 3), false},
                                  {"a slash", "ada/x", false}};

struct NameRow {
  const char* why;
  std::string username, email, uid, out;
};
std::ostream& operator<<(std::ostream& os, const NameRow& r) { return os << r.why; }
const NameRow kNames[] = {{"preferred username", "ann", "a@example.org", "1", "ann"},
                          {"else the e-mail's local part", "", "a.b+c@example.org", "1", "a.b+c"},
                          {"else the uid", "", "", "10|abc", "10abc"},
                          {"spaces and markup go", "Ann <b>Lee</b>", "", "1", "AnnbLeeb"},
                          {"what may stand", "a@b.c+d-e_f9Z", "", "1", "a@b.c+d-e_f9Z"},
                          {"nothing is left of the username", "\xe4\xbd\xa0\xe5\xa5\xbd", "ann@example.org", "1", "ann"},
                          {"nothing is left at all", "", "", "\xc3\xa4", "user"},
                          {"no look-alikes: Cyrillic goes",
                           "\xd0\xb0"
                           "dmin",
                           "", "1", "dmin"},
                          {"at most 150", std::string(200, 'x'), "", "1", std::string(150, 'x')}};

struct ClipRow {
  const char* why;
  std::string in;
  std::size_t most;
  std::string out;
};
std::ostream& operator<<(std::ostream& os, const ClipRow& r) { return os << r.why; }
const ClipRow kClips[] = {{"shorter", "abc", 4, "abc"},
                          {"exact", "abcd", 4, "abcd"},
                          {"longer", "abcde", 4, "abcd"},
                          {"not within two bytes", "abc\xc3\xa4", 4, "abc"},
                          {"not within four bytes", "a\xf0\x9f\x98\x80z", 4, "a"},
                          {"behind a character", "ab\xc3\xa4z", 4, "ab\xc3\xa4"},
                          {"only continuations", "\x80\x80\x80", 2, ""}};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_rules)

BOOST_DATA_TEST_CASE(only_an_email_that_reads_in_one_way_is_matched, boost::unit_test::data::make(kEmails), row) {
  BOOST_TEST(store::match_email(row.in) == row.out);
}

BOOST_DATA_TEST_CASE(only_verified_emails_of_the_domains_pass, boost::unit_test::data::make(kDomains), row) {
  store::Profile profile;
  profile.email = row.email;
  profile.email_verified = row.verified;
  const store::AccountRules rules{.allowed_domains = {"example.org", "Example.Net"}};
  BOOST_TEST(store::admitted(profile, rules) == row.allowed);
  BOOST_TEST(store::admitted(profile, {}));  // no list: anyone
}

BOOST_DATA_TEST_CASE(one_of_the_two_lists_suffices, boost::unit_test::data::make(kLists), row) {
  store::Profile profile;
  profile.email = "ann@example.org";
  profile.email_verified = row.verified;
  BOOST_TEST(store::admitted(profile, {.allowed_domains = row.domains, .allowed_emails = row.emails}) == row.allowed);
}

BOOST_DATA_TEST_CASE(a_provider_is_trusted_for_what_the_list_says, boost::unit_test::data::make(kTrust), row) {
  BOOST_TEST(store::trusted("acme", row.email, {.trusted_providers = row.list}) == row.trusted);
}

BOOST_DATA_TEST_CASE(of_two_with_one_name_the_second_gets_a_number, boost::unit_test::data::make(kNumbers), row) {
  BOOST_TEST(store::numbered(row.name, row.n) == row.out);
}

BOOST_DATA_TEST_CASE(what_may_be_a_username, boost::unit_test::data::make(kUsernames), row) {
  BOOST_TEST(store::is_username(row.name) == row.good);
}

BOOST_DATA_TEST_CASE(a_username_is_by_djangos_rule, boost::unit_test::data::make(kNames), row) {
  store::Profile profile;
  profile.username = row.username;
  profile.email = row.email;
  profile.uid = row.uid;
  BOOST_TEST(store::username_for(profile) == row.out);
}

BOOST_AUTO_TEST_CASE(a_suffix_fits_within_150) {
  BOOST_TEST(store::with_suffix("ann", "0123") == "ann0123");
  BOOST_TEST(store::with_suffix(std::string(150, 'x'), "0123") == std::string(146, 'x') + "0123");
}

BOOST_DATA_TEST_CASE(a_text_is_cut_between_characters, boost::unit_test::data::make(kClips), row) {
  BOOST_TEST(store::clip(row.in, row.most) == row.out);
}

BOOST_AUTO_TEST_SUITE_END()
