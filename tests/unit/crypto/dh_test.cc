#include "crypto/dh.h"

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/digest.h"

namespace {

/// The same byte again and again.
struct Same final : base::Random {
  std::byte byte;
  explicit Same(int value) : byte(static_cast<std::byte>(value)) {}
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), byte); }
};

/// RFC 2409 6.2: the 1024-bit MODP group.
const std::string kPrime = *base::hex_decode(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe135"
    "6d6d51"
    "c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff");
const std::string kTwo = "\x02";

crypto::DiffieHellman side(int byte) {
  Same random{byte};
  return *crypto::DiffieHellman::make(kPrime, kTwo, random);
}

/// kPrime - n.
std::string below(unsigned n) {
  auto out = kPrime;
  out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) - n);
  return out;
}

struct Row {
  const char* why;
  std::string theirs;
  bool good;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"nothing is 0", "", false},
    {"0", std::string(1, '\0'), false},
    {"1: the secret would be 1", "\x01", false},
    {"2 is the least", "\x02", true},
    {"p - 2 is the most", below(2), true},
    {"p - 1: the secret would be 1 or p - 1", below(1), false},
    {"p itself", kPrime, false},
    {"zeros in front change nothing", std::string(1, '\0') + below(2), true},
    {"more bytes than any number below p has", std::string(3, '\0') + below(2), false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_dh)

BOOST_AUTO_TEST_CASE(both_sides_come_to_one_secret) {
  const auto a = side(7), b = side(11);
  const auto at_a = a.shared(b.public_value()), at_b = b.shared(a.public_value());
  BOOST_REQUIRE((at_a && at_b));
  BOOST_TEST(at_a->reveal() == at_b->reveal());
  BOOST_TEST(a.public_value() != b.public_value());
  // Computed with Python's pow(2, int.from_bytes(bytes([7] * 64), "big"), p) and so on.
  BOOST_TEST(base::hex(crypto::sha256(a.public_value())) == "4db53553d7c128081d6378b7b4241dd6b762a3f01c61d50f1fc49c11ca3ccc64");
  BOOST_TEST(base::hex(crypto::sha256(at_a->reveal())) == "0873301ba059261e69041f526c52c01e62da4fab725548ab8fa768109fe18fff");
}
BOOST_DATA_TEST_CASE(a_value_that_gives_the_secret_away_is_refused, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(side(7).shared(row.theirs).has_value() == row.good);
}
BOOST_AUTO_TEST_CASE(a_modulus_must_be_one) {
  Same random{7};
  BOOST_TEST(!crypto::DiffieHellman::make("\x17", kTwo, random));
  BOOST_TEST(!crypto::DiffieHellman::make(below(1), kTwo, random));
}

BOOST_AUTO_TEST_SUITE_END()
