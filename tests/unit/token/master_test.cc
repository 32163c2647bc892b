// The key file with several keys: the first seals, all open, and nobody notices the change.
#include "token/master.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "fake/clock.h"
#include "fake/random.h"
#include "token/state.h"

namespace {

struct Bad {
  const char* why;
  const char* text;
};
std::ostream& operator<<(std::ostream& os, const Bad& row) { return os << row.why; }
constexpr const char* kKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const Bad bad[] = {{"empty", ""},
                   {"a line end alone", "\n"},
                   {"31 bytes", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
                   {"no base64url", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
                   {"a good line and a broken one", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nold key"},
                   {"two on one line", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}};

struct World {
  fake::Clock clock;
  fake::Random random;
  base::Secret text = token::Master::make_text(random);
  base::Secret more = *token::Master::with_new_key(text, random);
  token::Master before = *token::Master::from_text(text), after = *token::Master::from_text(more);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token_master, World)

BOOST_DATA_TEST_CASE(a_file_that_is_none_is_refused_and_not_shown, boost::unit_test::data::make(bad), row) {
  const auto master = token::Master::from_text(base::Secret{row.text});
  BOOST_REQUIRE(!master);
  BOOST_TEST(master.error().say.find("AAAA") == std::string::npos);
  BOOST_TEST(!master.error().say.empty());
}

BOOST_AUTO_TEST_CASE(lines_may_end_as_they_like) {
  const auto one = token::Master::from_text(base::Secret{std::string{"\r\n"} + kKey + "\r\n\n"});
  BOOST_REQUIRE(bool{one});
  BOOST_TEST(one->count() == 1u);
}

BOOST_AUTO_TEST_CASE(the_first_seals_and_all_open) {
  const auto old = before.seal("text", "what", random), fresh = after.seal("text", "what", random);
  BOOST_TEST(after.count() == 2u);
  BOOST_TEST(after.open(old, "what")->reveal() == "text");
  BOOST_TEST(after.open(fresh, "what")->reveal() == "text");
  BOOST_TEST(!before.open(fresh, "what"));
  BOOST_TEST(!after.open(old, "something else"));
  BOOST_TEST(!after.first().open(old, "what"));
  BOOST_TEST(after.first().open(fresh, "what")->reveal() == "text");
  BOOST_TEST(before.open(before.seal("", "", random), "")->reveal() == "");
}

BOOST_AUTO_TEST_CASE(cookies_of_an_older_key_are_still_read) {
  const auto cookie = token::make_browser(clock, random, before);
  const auto read = token::read_browser(cookie.text, after);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->hash == cookie.hash);
  BOOST_TEST(!token::read_browser(cookie.text, after.first()));
  BOOST_TEST(!token::read_browser(token::make_browser(clock, random, after).text, before));
}

BOOST_AUTO_TEST_CASE(a_login_outlives_the_change) {  // its nonce and code_verifier come from the seed
  const auto begun = token::make_state(clock, random, before);
  BOOST_TEST(token::read_state(begun.text, after)->seed == begun.seed);
  const auto later = token::make_state(clock, random, after);
  BOOST_TEST(token::read_state(later.text, after)->seed == later.seed);
  BOOST_TEST(token::read_state(later.text, before)->seed != later.seed);
}

BOOST_AUTO_TEST_CASE(eight_keys_are_told_apart_and_a_ninth_is_refused) {
  std::vector<token::State> states;
  for (std::size_t n = 1; n < token::Master::kMostKeys; ++n) {
    text = *token::Master::with_new_key(text, random);
    states.push_back(token::make_state(clock, random, *token::Master::from_text(text)));
  }
  const auto all = *token::Master::from_text(text);
  BOOST_TEST(all.count() == token::Master::kMostKeys);
  for (const auto& state : states) BOOST_TEST(token::read_state(state.text, all)->seed == state.seed);
  BOOST_TEST(!token::Master::with_new_key(text, random));
}

BOOST_AUTO_TEST_CASE(the_old_ones_can_be_taken_off) {
  const auto only = token::Master::first_only(more);
  BOOST_TEST(token::Master::from_text(only)->count() == 1u);
  BOOST_TEST(token::Master::from_text(only)->open(after.seal("x", "y", random), "y")->reveal() == "x");
}

BOOST_AUTO_TEST_SUITE_END()
