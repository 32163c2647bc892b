// SipHash-2-4 against the vectors of its authors (Aumasson, Bernstein: SipHash, a fast short-input PRF, appendix A and the reference code).
#include "base/sip.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "fake/random.h"

namespace {

struct Row {
  const char* why;
  std::size_t bytes;  // 00 01 02 ...
  std::uint64_t hash;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row kRows[] = {{"nothing", 0, 0x726fdb47dd0e0e31},
                     {"one byte", 1, 0x74f839c593dc67fd},
                     {"a word", 8, 0x93f5f5799a932462},
                     {"the paper's", 15, 0xa129ca6149be45e5}};

BOOST_AUTO_TEST_SUITE(base_sip)

BOOST_DATA_TEST_CASE(it_is_siphash_2_4, boost::unit_test::data::make(kRows), row) {
  std::string text;
  for (std::size_t i = 0; i < row.bytes; ++i) text += static_cast<char>(i);
  BOOST_TEST(base::sip_hash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, text) == row.hash);
}
BOOST_AUTO_TEST_CASE(each_start_has_a_key_of_its_own) {
  fake::Random random;
  const auto one = base::make_sip_key(random), other = base::make_sip_key(random);
  BOOST_TEST(base::sip_hash(one, "x") != base::sip_hash(other, "x"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
