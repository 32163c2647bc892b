// The linking rule, through every combination of facts, against a table in words that knows nothing of how it is written. The same table
// stands in DEVELOPMENT.md.
#include "store/linking.h"

#include <array>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace {

using store::Linking, store::LinkingFacts, store::Owner, store::SameEmail;

// ---- the table: the first row that fits counts, "" = whatever -------------------------------------------------------------------------
enum Column {
  who,
  identity,
  same_email,
  verified_here,
  verified_there,
  trusted,
  policy,
  create_users,
  on_list,
  active,
  disowned,
  kColumns
};
const char* const kHeads[kColumns] = {"who comes",       "the identity is", "users with the same e-mail",
                                      "verified here",   "verified there",  "provider is trusted",
                                      "`link_by_email`", "`create_users`",  "admitted",
                                      "user is active",  "disowned"};
struct Row {
  std::array<const char*, kColumns> facts;
  const char* decision;
};
const Row kTable[] = {
    {{"a signed-in user", "", "", "", "", "", "", "", "", "no", ""}, "refused: blocked"},
    {{"a signed-in user", "another user's", "", "", "", "", "", "", "", "", ""}, "refused: in use"},
    {{"a signed-in user", "theirs", "", "", "", "", "", "", "", "", "yes"}, "refused: disowned"},
    {{"a signed-in user", "theirs", "", "", "", "", "", "", "", "", ""}, "linked already"},
    {{"a signed-in user", "", "", "", "", "", "", "", "no", "", ""}, "refused: not allowed"},
    {{"a signed-in user", "", "", "", "", "", "", "", "", "", ""}, "link"},
    {{"", "", "", "", "", "", "", "", "no", "", ""}, "refused: not allowed"},
    {{"", "known", "", "", "", "", "", "", "", "no", ""}, "refused: blocked"},
    {{"", "known", "", "", "", "", "", "", "", "", "yes"}, "refused: disowned"},
    {{"", "known", "", "", "", "", "", "", "", "", ""}, "log in"},
    {{"", "", "one", "yes", "yes", "yes", "verified", "", "", "no", ""}, "refused: blocked"},
    {{"", "", "one", "yes", "yes", "yes", "verified", "", "", "", ""}, "join"},
    {{"", "", "", "", "", "", "", "yes", "", "", ""}, "create"},
    {{"", "", "some", "", "yes", "yes", "", "", "", "", ""}, "refused: log in first"},
    {{"", "", "", "", "", "", "", "", "", "", ""}, "refused: no account"},
};
const std::map<std::string, Linking> kDecisions{{"refused: blocked", Linking::blocked},
                                                {"refused: disowned", Linking::disowned},
                                                {"refused: in use", Linking::in_use},
                                                {"linked already", Linking::linked_already},
                                                {"refused: not allowed", Linking::not_allowed},
                                                {"link", Linking::link},
                                                {"log in", Linking::log_in},
                                                {"join", Linking::join},
                                                {"create", Linking::create},
                                                {"refused: log in first", Linking::log_in_first},
                                                {"refused: no account", Linking::no_account}};

// ---- every combination ----------------------------------------------------------------------------------------------------------------
const char* word(bool b) { return b ? "yes" : "no"; }

/// What is true of the facts, in the table's words; a column may have several that fit.
std::array<std::vector<std::string>, kColumns> words(const LinkingFacts& f) {
  std::array<std::vector<std::string>, kColumns> out;
  out[who] = {f.signed_in ? "a signed-in user" : "somebody"};
  out[identity] = f.owner == Owner::nobody      ? std::vector<std::string>{"new"}
                  : f.owner == Owner::this_user ? std::vector<std::string>{"known", "theirs"}
                                                : std::vector<std::string>{"known", "another user's"};
  out[same_email] = f.same_email == SameEmail::none  ? std::vector<std::string>{"none"}
                    : f.same_email == SameEmail::one ? std::vector<std::string>{"one", "some"}
                                                     : std::vector<std::string>{"several", "some"};
  out[verified_here] = {word(f.verified_here)};
  out[verified_there] = {word(f.verified_there)};
  out[trusted] = {word(f.trusted)};
  out[policy] = {f.join_by_email ? "verified" : "never"};
  out[create_users] = {word(f.create_users)};
  out[on_list] = {word(f.admitted)};
  out[active] = {word(f.active)};
  out[disowned] = {word(f.disowned)};
  return out;
}

std::size_t row_of(const LinkingFacts& facts) {
  const auto said = words(facts);
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    bool fits = true;
    for (int column = 0; column < kColumns; ++column) {
      const std::string wanted = kTable[i].facts[static_cast<std::size_t>(column)];
      const auto& have = said[static_cast<std::size_t>(column)];
      fits = fits && (wanted.empty() || std::find(have.begin(), have.end(), wanted) != have.end());
    }
    if (fits) return i;
  }
  throw std::logic_error{"no row fits"};
}

std::vector<LinkingFacts> every_combination() {
  std::vector<LinkingFacts> all;
  for (const bool signed_in : {false, true})
    for (const auto owner : {Owner::nobody, Owner::this_user, Owner::another})
      for (const auto same : {SameEmail::none, SameEmail::one, SameEmail::several})
        for (unsigned bits = 0; bits < 256; ++bits) {
          const auto bit = [bits](unsigned n) { return (bits >> n & 1u) != 0; };
          all.push_back({.signed_in = signed_in,
                         .owner = owner,
                         .same_email = same,
                         .verified_here = bit(0),
                         .verified_there = bit(1),
                         .trusted = bit(2),
                         .join_by_email = bit(3),
                         .create_users = bit(4),
                         .admitted = bit(5),
                         .active = bit(6),
                         .disowned = bit(7)});
        }
  return all;
}

std::string written(const LinkingFacts& facts) {
  std::string out;
  for (const auto& column : words(facts)) out += column.back() + ", ";
  return out;
}

/// The table as DEVELOPMENT.md has it.
std::string markdown() {
  std::string out = "|", line = "|";
  for (const auto* head : kHeads) {
    out += std::string{" "} + head + " |";
    line += "---|";
  }
  out += " then |\n" + line + "---|\n";
  for (const auto& row : kTable) {
    out += "|";
    for (const auto* cell : row.facts) out += *cell == '\0' ? " |" : std::string{" "} + cell + " |";
    out += std::string{" **"} + row.decision + "** |\n";
  }
  return out;
}

store::Identity way(std::int64_t id, std::string provider) {
  store::Identity out;
  out.id = id;
  out.provider = std::move(provider);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_linking)

BOOST_AUTO_TEST_CASE(every_combination_of_facts_is_decided_as_the_table_says) {
  const auto all = every_combination();
  BOOST_TEST(all.size() == 4608u);  // 2 * 3 * 3 * 2^8
  std::map<std::size_t, int> used;
  int wrong = 0;
  for (const auto& facts : all) {
    const auto row = row_of(facts);
    ++used[row];
    if (store::decide(facts) == kDecisions.at(kTable[row].decision)) continue;
    if (++wrong <= 5) BOOST_ERROR("row " << row + 1 << " (" << kTable[row].decision << "): " << written(facts));
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(used.size() == std::size(kTable));  // no row is dead
}

BOOST_AUTO_TEST_CASE(one_step_changes_nothing_that_it_should_not) {
  // What the table means for safety, said once more without it.
  for (const auto& facts : every_combination()) {
    const auto decision = store::decide(facts);
    const bool gets_somebodys_account = decision == Linking::join;
    if (gets_somebodys_account)
      BOOST_TEST((facts.verified_here && facts.verified_there && facts.trusted && facts.join_by_email &&
                  facts.same_email == SameEmail::one && facts.owner == Owner::nobody && !facts.signed_in && facts.active &&
                  facts.admitted));
    if (!store::refusal(decision) && !facts.active) BOOST_TEST((decision == Linking::create));
    if (facts.signed_in) BOOST_TEST((decision != Linking::log_in && decision != Linking::create && decision != Linking::join));
    if (!facts.signed_in) BOOST_TEST((decision != Linking::link && decision != Linking::linked_already && decision != Linking::in_use));
    if (!facts.admitted && decision != Linking::linked_already) BOOST_TEST(store::refusal(decision).has_value());
  }
}

BOOST_AUTO_TEST_CASE(each_refusal_says_why_and_what_to_do) {
  for (const auto& [name, decision] : kDecisions) {
    const auto error = store::refusal(decision);
    BOOST_TEST(error.has_value() == name.starts_with("refused"), name);
    if (!error) continue;
    BOOST_TEST(!error->detail.empty(), name);
    BOOST_TEST(error->say.ends_with('.'), name);
    BOOST_TEST((error->code == (decision == Linking::in_use ? base::Code::conflict : base::Code::denied)), name);
  }
}

BOOST_AUTO_TEST_CASE(the_table_is_in_the_manual) {
  std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "../../../DEVELOPMENT.md"};
  std::stringstream text;
  text << file.rdbuf();
  BOOST_TEST(text.str().find("<!-- linking -->\n" + markdown() + "<!-- /linking -->\n") != std::string::npos,
             "DEVELOPMENT.md wants between its marks:\n"
                 << markdown());
}

struct WayRow {
  const char* why;
  std::vector<store::Identity> all;
  std::int64_t leaves;
  bool last;
};
std::ostream& operator<<(std::ostream& os, const WayRow& row) { return os << row.why; }
const WayRow kWays[] = {
    {"the only one", {way(1, "forge")}, 1, true},
    {"one of two", {way(1, "forge"), way(2, "hub")}, 1, false},
    {"two of one provider", {way(1, "forge"), way(2, "forge")}, 2, false},
    {"the other one's provider is not enabled any more", {way(1, "forge"), way(2, "gone")}, 1, true},
    {"one of a provider that is gone, beside a good one", {way(1, "forge"), way(2, "gone")}, 2, false},
    {"all providers are gone: one of two", {way(1, "gone"), way(2, "gone2")}, 1, false},
    {"all providers are gone: the only one", {way(1, "gone")}, 1, true},
};
BOOST_DATA_TEST_CASE(the_last_way_in_stays, boost::unit_test::data::make(kWays), row) {
  BOOST_TEST(store::is_last_way_in(row.all, row.leaves, {"forge", "hub"}) == row.last);
}

BOOST_AUTO_TEST_SUITE_END()
