#include "demo/page.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(demo_page)

BOOST_AUTO_TEST_CASE(text_from_outside_is_escaped_on_both_pages) {
  const std::string evil = "<script>\"'";
  for (const auto& page : {demo::choose_page("http://127.0.0.1:8080", evil), demo::refusal_page(evil)}) {
    BOOST_TEST(page.body.find("<script") == std::string::npos);
    BOOST_TEST(page.body.find("&lt;script&gt;&quot;&#39;") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_complaint_is_a_400_and_announced) {
  BOOST_TEST(demo::choose_page("http://x", "").status == 200);
  const auto page = demo::choose_page("http://x", "A name is needed.");
  BOOST_TEST(page.status == 400);
  BOOST_TEST(page.body.find("role=\"alert\">A name is needed.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_refusal_page_has_no_form) {
  BOOST_TEST(demo::refusal_page("x").body.find("<form") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
