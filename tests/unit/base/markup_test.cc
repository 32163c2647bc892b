#include "base/markup.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(base_markup)

BOOST_AUTO_TEST_CASE(escapes_all_five_and_nothing_else) {
  BOOST_TEST(base::escape_markup("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  BOOST_TEST(base::escape_markup("") == "");
  BOOST_TEST(base::escape_markup("pl\xc3\xa4in \n") == "pl\xc3\xa4in \n");
}

BOOST_AUTO_TEST_SUITE_END()
