#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "fake/random.h"
#include "token/session_cookie.h"

BOOST_AUTO_TEST_SUITE(token_session_cookie)

BOOST_AUTO_TEST_CASE(what_was_made_is_read) {
  fake::Random random;
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{258}, INT64_MAX}) {
    const auto secret = token::make_session_secret(random);
    const auto text = token::session_cookie(id, secret);
    BOOST_TEST(text.size() == 54u);
    const auto read = token::read_session_cookie(text);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->session == id);
    BOOST_TEST(read->hash == secret.hash);
  }
}

BOOST_AUTO_TEST_CASE(two_secrets_differ) {
  fake::Random random;
  BOOST_TEST(token::make_session_secret(random).bytes != token::make_session_secret(random).bytes);
}

BOOST_AUTO_TEST_CASE(anything_else_is_none) {
  fake::Random random;
  const auto good = token::session_cookie(7, token::make_session_secret(random));
  const std::string rows[] = {"", good.substr(1), good + "A", "=" + good.substr(1), std::string(54, 'A') /* session 0 */,
                              base::base64url(std::string(40, '\xff')) /* negative */, std::string(100'000, 'A')};
  for (const auto& row : rows) BOOST_TEST(!token::read_session_cookie(row).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
