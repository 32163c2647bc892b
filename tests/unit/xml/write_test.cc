#include "xml/write.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/markup.h"
#include "unit/xml/forge.h"
#include "xml/document.h"

namespace {

const std::string texts[] = {"", "plain", "<a b=\"c\">&'</a>", "ä\xe2\x98\xba", std::string(100000, 'x')};

BOOST_AUTO_TEST_SUITE(xml_write)

BOOST_DATA_TEST_CASE(escaped_text_is_text_again, boost::unit_test::data::make(texts), text) {
  const auto as_text = xml::Document::parse("<a>" + base::escape_markup(text) + "</a>"),
             as_value = xml::Document::parse("<a b=\"" + base::escape_markup(text) + "\"/>");
  BOOST_REQUIRE((as_text && as_value));
  BOOST_TEST(as_text->root().text() == text);
  BOOST_TEST(as_value->root().attribute("b").value() == text);
  BOOST_TEST(base::escape_markup(text).find_first_of("<>\"'") == std::string::npos);
}

BOOST_DATA_TEST_CASE(deflated_bytes_come_back, boost::unit_test::data::make(texts), text) {
  const auto packed = xml::deflated(text);
  BOOST_REQUIRE(bool{packed});
  if (text.size() < 65536) BOOST_TEST(forge::inflate(*packed) == text);
  BOOST_TEST(packed->size() <= text.size() + 16);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
