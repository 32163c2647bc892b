#include "token/state.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "base/encode.h"
#include "crypto/digest.h"
#include "fake/clock.h"
#include "fake/random.h"

namespace {

struct World {
  fake::Clock clock;
  fake::Random random;
  token::Master master = *token::Master::from_text(token::Master::make_text(random));
};

BOOST_AUTO_TEST_SUITE(token_state)

BOOST_AUTO_TEST_CASE(a_state_is_read_back) {
  World w;
  const auto made = token::make_state(w.clock, w.random, w.master);
  const auto read = token::read_state(made.text, w.master);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(made.text.size() == 54u);
  BOOST_TEST(read->id == made.id);
  BOOST_TEST(read->secret_hash == made.secret_hash);
  BOOST_TEST(read->seed == made.seed);
  BOOST_TEST(made.secret_hash.size() == 32u);
}

BOOST_AUTO_TEST_CASE(ids_grow_with_time) {
  World w;
  auto last = token::make_state(w.clock, w.random, w.master).id;
  for (int i = 0; i < 100; ++i) {
    w.clock.tick(std::chrono::seconds{1});
    const auto id = token::make_state(w.clock, w.random, w.master).id;
    BOOST_TEST(id > last);
    last = id;
  }
}

BOOST_AUTO_TEST_CASE(no_two_states_are_alike) {
  World w;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(token::make_state(w.clock, w.random, w.master).text);
  BOOST_TEST(seen.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(the_seed_needs_the_master_key) {
  World w, other;
  other.random.next = 99;
  other.master = *token::Master::from_text(token::Master::make_text(other.random));
  const auto made = token::make_state(w.clock, w.random, w.master);
  BOOST_TEST(token::read_state(made.text, other.master)->seed != made.seed);
}

BOOST_AUTO_TEST_CASE(what_has_not_the_form_of_a_state_is_none) {
  World w;
  const auto good = token::make_state(w.clock, w.random, w.master).text;
  for (const auto& wrong :
       {std::string{}, good + "A", good.substr(1), std::string(54, '='), std::string(54, 'A'), std::string(54, '\xc3')}) {
    BOOST_TEST(!token::read_state(wrong, w.master), wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_browser_cookie_is_ours_or_none) {
  World w;
  const auto made = token::make_browser(w.clock, w.random, w.master);
  const auto read = token::read_browser(made.text, w.master);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->number == made.number);
  BOOST_TEST(read->hash == made.hash);
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    auto altered = made.text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!token::read_browser(altered, w.master), "character " << i);
  }
  BOOST_TEST(!token::read_browser("", w.master));
  BOOST_TEST(!token::read_browser(token::make_state(w.clock, w.random, w.master).text, w.master), "a state is no cookie");
}

BOOST_AUTO_TEST_CASE(challenge_and_verifier_are_rfc_7636) {
  const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  BOOST_TEST(token::proves(verifier, challenge));
  BOOST_TEST(!token::proves(verifier + "x", challenge));
  BOOST_TEST(!token::proves("", challenge));
  BOOST_TEST(!token::proves("", ""));
  BOOST_TEST(token::is_verifier(verifier));
  BOOST_TEST(!token::is_verifier(std::string(42, 'a')));
  BOOST_TEST(!token::is_verifier(std::string(129, 'a')));
  BOOST_TEST(!token::is_verifier(std::string(43, ' ')));
  BOOST_TEST(token::is_challenge(challenge));
  BOOST_TEST(!token::is_challenge(std::string(43, '.')));
  BOOST_TEST(!token::is_challenge(challenge + "="));
  BOOST_TEST(!token::is_challenge(""));
}

BOOST_AUTO_TEST_CASE(a_jti_is_32_hex_digits) {
  World w;
  const auto jti = token::make_jti(w.random);
  BOOST_TEST(jti.size() == 32u);
  BOOST_TEST(base::hex_decode(jti).has_value());
  BOOST_TEST(token::stored_hash(jti) == crypto::sha256(jti));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(token_master)

BOOST_AUTO_TEST_CASE(a_key_file_holds_32_bytes) {
  for (const auto* wrong : {"", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    BOOST_TEST(!token::Master::from_text(base::Secret{wrong}), wrong);
  }
  BOOST_TEST(static_cast<bool>(token::Master::from_text(base::Secret{std::string(43, 'A') + "\n"})));
}

BOOST_AUTO_TEST_CASE(purposes_do_not_mix) {
  World w;
  BOOST_TEST(w.master.mac("a", "bc") != w.master.mac("ab", "c"));
  const auto sealed = w.master.seal("text", "here", w.random);
  BOOST_TEST(w.master.open(sealed, "here")->reveal() == "text");
  BOOST_TEST(!w.master.open(sealed, "there"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
