#include "token/nonce.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "fake/clock.h"
#include "fake/random.h"
#include "token/state.h"

namespace {

struct Row {
  const char* why;
  const char* claim;
  bool fits;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
// SHA-256 of "abc": FIPS 180-4, the first example.
const Row rows[] = {
    {"itself", "abc", true},
    {"its hash in hex, as Apple has it", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", true},
    {"its hash in base64url", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", true},
    {"another", "abd", false},
    {"nothing", "", false},
    {"a part of the hash", "ba7816bf8f01cfea414140de5dae2223", false},
    {"the hash in capital letters is another text", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", false},
    {"the hash with padding is another text", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(token_nonce)

BOOST_DATA_TEST_CASE(a_claim_is_the_nonce_or_its_hash, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(token::nonce_fits(row.claim, "abc") == row.fits);
}

BOOST_AUTO_TEST_CASE(a_nonce_is_found_from_its_hash) {
  const auto mark = token::mark_of_nonce("abc");
  BOOST_TEST(mark.number > 0);
  for (const auto& row : {rows[1], rows[2]}) {
    const auto hash = token::hashed_nonce(row.claim);
    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST(token::mark_of_hash(*hash).number == mark.number);
    BOOST_TEST(token::mark_of_hash(*hash).hash == mark.hash);
  }
  for (const auto* other : {"", "abc", "zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})
    BOOST_TEST(!token::hashed_nonce(other), other);
  BOOST_TEST(token::mark_of_hash(std::string(32, '\0')).number > 0);  // 0 would mean that there is none
}

BOOST_AUTO_TEST_CASE(a_nonce_says_when_it_was_made) {
  fake::Clock clock;
  fake::Random random;
  const auto master = *token::Master::from_text(token::Master::make_text(random));
  BOOST_TEST((token::made_at(token::make_state(clock, random, master).id) == clock.now()));
}

BOOST_AUTO_TEST_SUITE_END()
