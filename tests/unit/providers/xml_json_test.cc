#include "providers/xml_json.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace data = boost::unit_test::data;

namespace {

BOOST_AUTO_TEST_SUITE(providers_xml_json)

struct Row {
  const char* why;
  std::string_view xml, json;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"text", "<a>b</a>", R"({"a":"b"})"},
    {"nothing", "<a/>", R"({"a":""})"},
    {"an attribute", R"(<a b="c"/>)", R"({"a":{"@b":"c","#text":""}})"},
    {"an attribute and text", R"(<a b="c">d</a>)", R"({"a":{"@b":"c","#text":"d"}})"},
    {"elements", "<a><b>c</b><d/></a>", R"({"a":{"b":"c","d":""}})"},
    {"an element again", "<a><b>c</b><d/><b>e</b></a>", R"({"a":{"b":["c","e"],"d":""}})"},
    {"space between elements", "<a> <b>c</b>\n</a>", R"({"a":{"b":"c"}})"},
    {"prefixes are left out", R"(<x:a xmlns:x="urn:1"><x:b>c</x:b></x:a>)", R"({"a":{"b":"c"}})"},
    {"attributes told apart by namespace only: the first", R"(<a xmlns:x="u" b="1" x:b="2"/>)", R"({"a":{"@b":"1","#text":""}})"},
    {"a comment cuts nothing off", "<a>b<!-- -->c</a>", R"({"a":"bc"})"},
    {"quotes", "<a>\"\\\n</a>", R"({"a":"\"\\\n"})"},
};
BOOST_DATA_TEST_CASE(as_json, data::make(rows), row) {
  const auto answer = providers::json_of_xml(row.xml);
  BOOST_REQUIRE(static_cast<bool>(answer));
  BOOST_TEST(answer->root().dump() == row.json);
}

BOOST_AUTO_TEST_CASE(what_is_no_xml_is_refused) {
  for (const auto* body : {"", "{}", "<a>", "<!DOCTYPE a><a/>"}) BOOST_TEST(!providers::json_of_xml(body));
  std::string many = "<a>";
  for (int i = 0; i < 2000; ++i) many += "<b/>";
  BOOST_TEST(!providers::json_of_xml(many + "</a>"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
