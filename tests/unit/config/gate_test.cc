// [gate.NAME]: what load() refuses, in which words, and what it makes of good rules.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "config/config.h"

namespace {

base::Result<config::Config> load(const std::string& rules) {
  std::string folder = (std::filesystem::temp_directory_path() / "latchstring-gate-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  const auto file = folder + "/l.toml";
  std::ofstream{file} << "public_url = 'https://app.example/auth'\n[providers.acme]\nclient_id = 'x'\n" << rules;
  auto loaded = config::load(file, {}, {"acme"});
  std::filesystem::remove_all(folder);
  if (loaded) return loaded;
  auto error = loaded.error();
  for (auto at = error.say.find(folder); at != std::string::npos; at = error.say.find(folder)) error.say.erase(at, folder.size() + 1);
  return error;
}

struct Wrong {
  const char* why;
  std::string rules, line;  // the rules begin at line 4
};
std::ostream& operator<<(std::ostream& os, const Wrong& w) { return os << w.why; }

const std::string G = "[gate.team]\n";
const Wrong kWrong[] = {
    {"no table", "[gate]\nteam = '/team/'\n", "l.toml:5: gate.team is a string: it wants a table, [gate.team]"},
    {"a name that no URL could carry", "[gate.'a b']\n", "l.toml:4: gate.\"a b\": a rule's name is letters, digits, \"-\" and \"_\""},
    {"a key misspelt", G + "path = ['/team/']\n", "l.toml:5: unknown key \"gate.team.path\": did you mean paths?"},
    {"a key of nobody", G + "zzzzzzzzz = 1\n",
     "l.toml:5: unknown key \"gate.team.zzzzzzzzz\": allowed here: paths, public, providers, email_domains, emails, users, claims"},
    {"the gate misspelt", "[gaet.team]\n", "l.toml:4: unknown key \"gaet\": did you mean gate?"},
    {"a path that is no list", G + "paths = '/team/'\n", "l.toml:5: gate.team.paths is a string: it wants a list of strings"},
    {"a path that is no text", G + "paths = [7]\n", "l.toml:5: gate.team.paths has a whole number in it: it wants a list of strings"},
    {"no path in the list", G + "paths = []\n", "l.toml:5: gate.team.paths is empty: name at least one, or leave the key out"},
    {"an empty path", G + "paths = ['']\n", "l.toml:5: gate.team.paths = \"\": a value is not empty and has no spaces around it"},
    {"a space before a path", G + "paths = [' /team/']\n",
     "l.toml:5: gate.team.paths = \" /team/\": a value is not empty and has no spaces around it"},
    {"a relative path", G + "paths = ['team/']\n", "l.toml:5: gate.team.paths = \"team/\": a path begins with \"/\""},
    {"a URL", G + "paths = ['https://app.example/team/']\n",
     "l.toml:5: gate.team.paths = \"https://app.example/team/\": a path begins with \"/\""},
    {"a star", G + "paths = ['/team/*']\n",
     "l.toml:5: gate.team.paths = \"/team/*\": a path is a prefix that ends at a \"/\", and * has no meaning: leave it out"},
    {"an escape", G + "paths = ['/te%61m/']\n", "l.toml:5: gate.team.paths = \"/te%61m/\": it is written as it reads, without %-escapes"},
    {"dots", G + "paths = ['/a/../team/']\n",
     "l.toml:5: gate.team.paths = \"/a/../team/\": it must be plain: no \"//\", \"/./\" or \"/../\""},
    {"dots at the end", G + "paths = ['/team/..']\n",
     "l.toml:5: gate.team.paths = \"/team/..\": it must be plain: no \"//\", \"/./\" or \"/../\""},
    {"two slashes", G + "paths = ['/team//a']\n",
     "l.toml:5: gate.team.paths = \"/team//a\": it must be plain: no \"//\", \"/./\" or \"/../\""},
    {"a parameter", G + "paths = ['/team;x/']\n", "l.toml:5: gate.team.paths = \"/team;x/\": no \"\\\", \";\" or control characters"},
    {"one path twice", G + "paths = ['/team/', '/team']\n",
     "l.toml:4: gate.team.paths: \"/team/\" is a path of gate.team already, at l.toml:4"},
    {"one path in two rules", "[gate.a]\npaths = ['/x/']\n[gate.b]\npaths = ['/x']\n",
     "l.toml:6: gate.b.paths: \"/x/\" is a path of gate.a already, at l.toml:4"},
    {"but for capitals", "[gate.a]\npaths = ['/x/']\n[gate.b]\npaths = ['/X/']\n",
     "l.toml:6: gate.b.paths: \"/X/\" is a path of gate.a already, at l.toml:4"},
    {"public in words", G + "public = 'yes'\n", "l.toml:5: gate.team.public is a string: it wants true or false"},
    {"public and not", G + "public = true\nusers = ['ada']\n",
     "l.toml:4: gate.team.public stands beside conditions: it is either open to all or not"},
    {"a provider that is none", G + "providers = ['acne']\n",
     "l.toml:4: gate.team.providers: \"acne\" is no provider of this configuration: did you mean acme?"},
    {"a provider that is nothing like one", G + "providers = ['zzzzzzzz']\n",
     "l.toml:4: gate.team.providers: \"zzzzzzzz\" is no provider of this configuration: there are acme"},
    {"a domain with an at sign", G + "email_domains = ['@example.com']\n",
     "l.toml:5: gate.team.email_domains = \"***@example.com\": it wants domain names, such as \"example.com\"; other scripts as xn--..."},
    {"a domain that begins with a dot", G + "email_domains = ['.example.com']\n",
     "l.toml:5: gate.team.email_domains = \".example.com\": it wants domain names, such as \"example.com\"; other scripts as xn--..."},
    {"an address that is none", G + "emails = ['example.com']\n",
     "l.toml:5: gate.team.emails = \"example.com\": it wants e-mail addresses, such as \"ada@example.com\""},
    {"two at signs", G + "emails = ['a@b@c']\n",
     "l.toml:5: gate.team.emails = \"***@c\": it wants e-mail addresses, such as \"ada@example.com\""},
    {"a user that is neither name nor id", G + "users = [true]\n",
     "l.toml:5: gate.team.users has true or false in it: it wants usernames (\"ada\") and ids (7)"},
    {"no user", G + "users = []\n", "l.toml:5: gate.team.users is a list: it wants a list of usernames (\"ada\") and ids (7), not empty"},
    {"an id below one", G + "users = [0]\n",
     "l.toml:5: gate.team.users has a whole number in it: it wants usernames (\"ada\") and ids (7)"},
    {"claims that are no table", G + "claims = ['admins']\n",
     "l.toml:5: gate.team.claims is a list: it wants a table, such as { groups = [\"admins\"] }"},
    {"a claim of another type", G + "claims = { level = 3 }\n",
     "l.toml:5: gate.team.claims.level is a whole number: it wants a list of strings"},
    {"a claim that nothing fits", G + "claims = { groups = [] }\n",
     "l.toml:5: gate.team.claims.groups is empty: name at least one, or leave the key out"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_gate)

BOOST_DATA_TEST_CASE(a_mistake_stops_the_start, boost::unit_test::data::make(kWrong), row) {
  const auto loaded = load(row.rules);
  BOOST_REQUIRE(!loaded);
  BOOST_TEST(loaded.error().say == row.line);
}

BOOST_AUTO_TEST_CASE(no_rules_are_fine) { BOOST_TEST(load("")->gate.empty()); }

BOOST_AUTO_TEST_CASE(good_rules_are_read_whole) {
  const auto loaded = load(R"(
[gate.team]
paths = ["/team", "/Übersicht/", "/"]
providers = ["acme"]
email_domains = ["Example.COM"]
emails = ["Ada@Example.com"]
users = ["ada", 7, "8"]
claims = { groups = ["admins", "owners"], role = "chief" }
[gate.by-name]
[gate.open]
paths = ["/team/help"]
public = true
[gate.shut]
public = false
)");
  BOOST_REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().say));
  const auto& gate = loaded->gate;
  BOOST_REQUIRE(gate.size() == 4u);
  BOOST_TEST((gate[0].name == "by-name" && gate[0].paths.empty() && !gate[0].open));
  BOOST_TEST((gate[1].name == "open" && gate[1].open && gate[1].paths == std::vector<std::string>{"/team/help/"}));
  BOOST_TEST(!gate[2].open);
  const auto& team = gate[3];
  BOOST_TEST((team.paths == std::vector<std::string>{"/team/", "/Übersicht/", "/"}));
  BOOST_TEST((team.providers == std::vector<std::string>{"acme"}));
  BOOST_TEST((team.email_domains == std::vector<std::string>{"example.com"}));
  BOOST_TEST((team.emails == std::vector<std::string>{"ada@example.com"}));
  BOOST_TEST((team.users == std::vector<std::string>{"ada", "8"}));
  BOOST_TEST((team.user_ids == std::vector<std::int64_t>{7}));
  BOOST_TEST((team.claims.at("groups") == std::vector<std::string>{"admins", "owners"}));
  BOOST_TEST((team.claims.at("role") == std::vector<std::string>{"chief"}));
}

BOOST_AUTO_TEST_SUITE_END()
