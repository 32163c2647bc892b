// Who may see what: which rules stand over an address, and what they make of somebody.
#include "flow/gate_rules.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

using flow::GateVisitor;
using Kind = flow::Verdict::Kind;

config::GateRule rule(std::string name, std::vector<std::string> paths) {
  config::GateRule out;
  out.name = std::move(name);
  out.paths = std::move(paths);
  return out;
}

/// A site: the team's folder, its administrators', an open one within, and one that only has a name.
flow::GateRules site() {
  flow::GateRules rules{rule("team", {"/team/", "/wiki/"}), rule("admins", {"/team/admin/"}), rule("open", {"/team/help/"}),
                        rule("named", {})};
  rules[2].open = true;
  return rules;
}

struct FindRow {
  const char* why;
  std::string_view original;
  std::string found;  // names, sorted; "-" = no rule; "" = refused
};
std::ostream& operator<<(std::ostream& os, const FindRow& r) { return os << r.why; }
const FindRow kFind[] = {
    {"a path of a rule", "/team/a", "team"},
    {"its second path", "/wiki/a", "team"},
    {"the longest one counts", "/team/admin/a", "admins"},
    {"the longest one counts, without its slash", "/team/admin", "admins"},
    {"a longer name is another", "/team/administration/", "team"},
    {"none", "/elsewhere/", "-"},
    {"the root", "/", "-"},
    {"open", "/team/help/x", "open"},
    {"out of the open one", "/team/help/../admin/", "admins"},
    {"not merged it might be anything: both hold", "//team/a", "-,team"},
    {"an encoded slash: both hold", "/team/help%2Fx", "open,team"},
    {"a program that decodes twice: both hold", "/team/%2561dmin/", "admins,team"},
    {"a program that cuts parameters off: both hold", "/team/admin;x/", "admins,team"},
    {"capitals: both hold", "/TEAM/a", "-,team"},
    {"capitals of a longer one: all hold", "/team/ADMIN/", "admins,team"},
    {"ours is open: it has locks of its own", "/auth/o/x/login", "own"},
    {"only below the mount", "/authority/", "-"},
    {"and with nothing odd in it", "/auth/..%2fteam/", ""},
    {"out of ours", "/auth/../team/", "team"},
    {"ours in capitals is not ours", "/AUTH/", "-"},
    {"an address that cannot be read", "/team/%00", ""},
    {"an address that is not known, and there are rules", "", ""},
};

std::string names(const std::vector<const config::GateRule*>& found) {
  std::vector<std::string> all;
  for (const auto* one : found) all.push_back(one == nullptr ? "-" : one->name);
  std::sort(all.begin(), all.end());
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ",") + one;
  return out;
}

GateVisitor ada() {
  return {.id = 7,
          .username = "ada",
          .email = "Ada@Example.com",
          .provider = "acme",
          .email_verified = true,
          .extra = R"({"team":"x","groups":["staff","admins"],"level":3,"on":true,"both":"extra"})",
          .claims = R"({"role":"chief","both":"hook"})"};
}

struct JudgeRow {
  const char* why;
  config::GateRule rule;
  std::optional<GateVisitor> who;
  Kind kind;
};
std::ostream& operator<<(std::ostream& os, const JudgeRow& r) { return os << r.why; }

template <class Change>
config::GateRule with(Change change) {
  auto out = rule("r", {"/r/"});
  change(out);
  return out;
}
template <class Change>
GateVisitor but(Change change) {
  auto out = ada();
  change(out);
  return out;
}
const auto kPlain = rule("r", {"/r/"});
const auto kPublic = with([](auto& r) { r.open = true; });
const auto kAcme = with([](auto& r) { r.providers = {"github", "acme"}; });
const auto kDomain = with([](auto& r) { r.email_domains = {"example.com"}; });
const auto kEmail = with([](auto& r) { r.emails = {"ada@example.com"}; });
const auto kUser = with([](auto& r) { r.users = {"ada"}; });
const auto kId = with([](auto& r) { r.user_ids = {7}; });
const auto kGroup = with([](auto& r) { r.claims["groups"] = {"owners", "admins"}; });
config::GateRule claim(const std::string& name, const std::string& value) {
  return with([&](auto& r) { r.claims[name] = {value}; });
}

const JudgeRow kJudge[] = {
    {"nobody", kPlain, std::nullopt, Kind::sign_in},
    {"nobody at a public page", kPublic, std::nullopt, Kind::let_in},
    {"nobody is not told of lists: signs in first", kUser, std::nullopt, Kind::sign_in},
    {"somebody", kPlain, ada(), Kind::let_in},
    {"somebody at a public page", kPublic, ada(), Kind::let_in},
    {"somebody who is blocked", kPlain, but([](auto& a) { a.active = false; }), Kind::forbidden},
    {"somebody who is blocked, and listed", kUser, but([](auto& a) { a.active = false; }), Kind::forbidden},
    {"one of the providers", kAcme, ada(), Kind::let_in},
    {"another provider", kAcme, but([](auto& a) { a.provider = "other"; }), Kind::forbidden},
    {"a provider that is called alike", kAcme, but([](auto& a) { a.provider = "ACME"; }), Kind::forbidden},
    {"the domain", kDomain, ada(), Kind::let_in},
    {"a domain below", kDomain, but([](auto& a) { a.email = "ada@sub.example.com"; }), Kind::forbidden},
    {"a domain that ends so (CVE-2021-21291)", kDomain, but([](auto& a) { a.email = "ada@evilexample.com"; }), Kind::forbidden},
    {"an unverified address passes no list", kDomain, but([](auto& a) { a.email_verified = false; }), Kind::forbidden},
    {"nor that of addresses", kEmail, but([](auto& a) { a.email_verified = false; }), Kind::forbidden},
    {"no address", kDomain, but([](auto& a) { a.email = ""; }), Kind::forbidden},
    {"two at signs (GHSA-c5c4-8r6x-56w3)", kDomain, but([](auto& a) { a.email = "ada@evil.test@example.com"; }), Kind::forbidden},
    {"a comma (CVE-2022-35924)", kDomain, but([](auto& a) { a.email = "a@evil.test,b@example.com"; }), Kind::forbidden},
    {"the address, capitals aside", kEmail, ada(), Kind::let_in},
    {"another address", kEmail, but([](auto& a) { a.email = "ben@example.com"; }), Kind::forbidden},
    {"the username", kUser, ada(), Kind::let_in},
    {"a username in capitals is another", kUser, but([](auto& a) { a.username = "Ada"; }), Kind::forbidden},
    {"the id", kId, ada(), Kind::let_in},
    {"a username that looks like an id", kId, but([](auto& a) { a.id = 8, a.username = "7"; }), Kind::forbidden},
    {"who-conditions are alternatives", with([](auto& r) { r.users = {"ben"}, r.email_domains = {"example.com"}; }), ada(), Kind::let_in},
    {"in either order", with([](auto& r) { r.users = {"ada"}, r.emails = {"ben@example.com"}; }), ada(), Kind::let_in},
    {"none of them", with([](auto& r) { r.users = {"ben"}, r.emails = {"ben@example.com"}; }), ada(), Kind::forbidden},
    {"the provider must hold besides", with([](auto& r) { r.users = {"ada"}, r.providers = {"github"}; }), ada(), Kind::forbidden},
    {"the claims must hold besides", with([](auto& r) { r.users = {"ada"}, r.claims["team"] = {"y"}; }), ada(), Kind::forbidden},
    {"an element of a list", kGroup, ada(), Kind::let_in},
    {"no element", kGroup, but([](auto& a) { a.extra = R"({"groups":["staff"]})"; }), Kind::forbidden},
    {"an empty list", kGroup, but([](auto& a) { a.extra = R"({"groups":[]})"; }), Kind::forbidden},
    {"a text is no list: it is compared whole", kGroup, but([](auto& a) { a.extra = R"({"groups":"staff,admins"})"; }), Kind::forbidden},
    {"a text", kGroup, but([](auto& a) { a.extra = R"({"groups":"admins"})"; }), Kind::let_in},
    {"a list in a list", kGroup, but([](auto& a) { a.extra = R"({"groups":[["admins"]]})"; }), Kind::forbidden},
    {"an object", kGroup, but([](auto& a) { a.extra = R"({"groups":{"admins":true}})"; }), Kind::forbidden},
    {"null", kGroup, but([](auto& a) { a.extra = R"({"groups":null})"; }), Kind::forbidden},
    {"no such claim", claim("none", "x"), ada(), Kind::forbidden},
    {"claims that are no JSON", kGroup, but([](auto& a) { a.extra = "{"; }), Kind::forbidden},
    {"claims that are no object", kGroup, but([](auto& a) { a.extra = R"(["admins"])"; }), Kind::forbidden},
    {"no claims at all", kGroup, but([](auto& a) { a.extra = a.claims = ""; }), Kind::forbidden},
    {"a number", claim("level", "3"), ada(), Kind::let_in},
    {"true", claim("on", "true"), ada(), Kind::let_in},
    {"of the login hook", claim("role", "chief"), ada(), Kind::let_in},
    {"what the hook says goes before", claim("both", "hook"), ada(), Kind::let_in},
    {"and the provider's word is not asked then", claim("both", "extra"), ada(), Kind::forbidden},
    {"all claims must hold", with([](auto& r) { r.claims["team"] = {"x"}, r.claims["role"] = {"clerk"}; }), ada(), Kind::forbidden},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(flow_gate_rules)

BOOST_DATA_TEST_CASE(the_longest_path_counts_in_every_reading, bdata::make(kFind), row) {
  const auto rules = site();
  const auto found = flow::find_rules(rules, {row.original, nullptr, "/auth"});
  BOOST_TEST((found ? names(*found) : "") == row.found);
}

BOOST_AUTO_TEST_CASE(without_rules_whoever_is_signed_in_sees_everything) {
  for (const auto* original : {"", "/team/", "/auth/o/"}) {
    const auto found = flow::find_rules({}, {original, nullptr, ""});
    BOOST_REQUIRE(found);
    BOOST_TEST(names(*found) == "-");
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_without_rules_too) { BOOST_TEST(!flow::find_rules({}, {"/team/%00", nullptr, ""})); }

BOOST_AUTO_TEST_CASE(a_rule_can_be_named) {
  const auto rules = site();
  const std::string named = "named", unknown = "unknown";
  BOOST_TEST(names(*flow::find_rules(rules, {"/team/help/", &named, "/auth"})) == "named");
  const auto refused = flow::find_rules(rules, {"/team/help/", &unknown, "/auth"});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().detail.find("[gate.NAME]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_log_says_what_to_configure) {
  const auto rules = site();
  BOOST_TEST(flow::find_rules(rules, {"", nullptr, "/auth"}).error().detail.find("LATCHSTRING_URI") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rule_below_our_mount_goes_before_it) {
  auto rules = site();
  rules[0].paths.emplace_back("/auth/extra/");
  BOOST_TEST(names(*flow::find_rules(rules, {"/auth/extra/x", nullptr, "/auth"})) == "team");
  rules[0].paths.emplace_back("/");
  BOOST_TEST(names(*flow::find_rules(rules, {"/auth/o/", nullptr, "/auth"})) == "own");
  BOOST_TEST(names(*flow::find_rules(rules, {"/auth/o/", nullptr, ""})) == "team");  // mounted at the root there is no mount to know it by
}

BOOST_DATA_TEST_CASE(a_rule_makes_this_of_somebody, bdata::make(kJudge), row) {
  BOOST_TEST((flow::judge({&row.rule}, row.who).kind == row.kind));
}

BOOST_AUTO_TEST_CASE(of_several_rules_the_strictest_counts) {
  const auto others = with([](auto& r) { r.users = {"ben"}; });
  BOOST_TEST((flow::judge({&kPublic, nullptr}, std::nullopt).kind == Kind::sign_in));
  BOOST_TEST((flow::judge({nullptr, &kPublic}, std::nullopt).kind == Kind::sign_in));
  BOOST_TEST((flow::judge({nullptr, &others}, ada()).kind == Kind::forbidden));
  BOOST_TEST((flow::judge({&others, &kPublic}, ada()).kind == Kind::forbidden));
  BOOST_TEST((flow::judge({&kPublic, &kUser}, ada()).kind == Kind::let_in));
}

BOOST_AUTO_TEST_CASE(no_rule_at_all_lets_nobody_in) { BOOST_TEST((flow::judge({}, ada()).kind == Kind::forbidden)); }

BOOST_AUTO_TEST_CASE(claims_are_read_only_where_a_rule_asks) {
  BOOST_TEST(!flow::asks_claims({nullptr, &kUser}));
  BOOST_TEST(flow::asks_claims({nullptr, &kGroup}));
}

BOOST_AUTO_TEST_SUITE_END()
