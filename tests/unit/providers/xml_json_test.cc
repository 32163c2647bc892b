// XML answers as the JSON that expressions point into.
#include "providers/xml_json.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/expression.h"

namespace {

namespace data = boost::unit_test::data;

std::string repeated(const std::string& piece, int times, const std::string& name = "r") {
  std::string out = '<' + name + '>';
  for (int i = 0; i < times; ++i) out += piece;
  return out + "</" + name + '>';
}
std::string nested(int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += "<a>";
  out += 'x';
  for (int i = 0; i < depth; ++i) out += "</a>";
  return out;
}

struct Row {
  const char* why;
  std::string xml;
  const char* json;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"a leaf is its text", "<id>7</id>", R"({"id":"7"})"},
    {"an empty leaf is an empty text", "<id/>", R"({"id":""})"},
    {"text is not trimmed", "<id> 7\n</id>", R"({"id":" 7\n"})"},
    {"children", "<user><id>7</id><name>Ann</name></user>", R"({"user":{"id":"7","name":"Ann"}})"},
    {"attributes", "<user id=\"7\"/>", R"({"user":{"@id":"7","#text":""}})"},
    {"attributes and text", "<user id=\"7\">Ann</user>", R"({"user":{"@id":"7","#text":"Ann"}})"},
    {"attributes and children", "<user id=\"7\"><name>Ann</name></user>", R"({"user":{"@id":"7","name":"Ann"}})"},
    {"an attribute and a child of one name are two", "<user id=\"7\"><id>8</id></user>", R"({"user":{"@id":"7","id":"8"}})"},
    {"repeated children are a list, where the first one stands", "<r><mail>a</mail><id>7</id><mail>b</mail></r>",
     R"({"r":{"mail":["a","b"],"id":"7"}})"},
    {"a list of what has attributes", "<r><m p=\"1\">a</m><m>b</m><m><x>c</x></m></r>",
     R"({"r":{"m":[{"@p":"1","#text":"a"},"b",{"x":"c"}]}})"},
    {"text between children is dropped", "<r> a<b>c</b>d </r>", R"({"r":{"b":"c"}})"},
    {"deep", "<a><b><c><d>x</d></c></b></a>", R"({"a":{"b":{"c":{"d":"x"}}}})"},
    {"entities", "<a>&lt;b&gt; &amp; &#65;</a>", R"({"a":"<b> & A"})"},
    {"CDATA", "<a><![CDATA[<b>]]></a>", R"({"a":"<b>"})"},
    {"a comment cuts no text off (CVE-2017-11427)", "<a>ann<!-- x -->@evil</a>", R"({"a":"ann@evil"})"},
    {"a processing instruction neither", "<a>ann<?x?>@evil</a>", R"({"a":"ann@evil"})"},
    {"quotes, backslashes and control characters stay text", "<a>\"\\\t</a>", R"({"a":"\"\\\t"})"},
    {"namespaces are dropped", R"(<c:r xmlns:c="http://www.example/cas"><c:user>ann</c:user></c:r>)", R"({"r":{"user":"ann"}})"},
    {"one name in two namespaces is a list", R"(<r xmlns:a="u:a" xmlns:b="u:b"><a:id>1</a:id><b:id>2</b:id></r>)",
     R"({"r":{"id":["1","2"]}})"},
    {"an attribute in two namespaces: the first", R"(<r xmlns:a="u:a" xmlns:b="u:b" b:id="2" a:id="1"/>)",
     R"({"r":{"@id":"2","#text":""}})"},
    {"a declaration of a namespace is no attribute", R"(<r xmlns="u:r"><id>7</id></r>)", R"({"r":{"id":"7"}})"},
    {"an encoding", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xfc</a>", "{\"a\":\"\xc3\xbc\"}"},
};

struct BadRow {
  const char* why;
  std::string xml;
};
std::ostream& operator<<(std::ostream& os, const BadRow& row) { return os << row.why; }
const BadRow bad[] = {
    {"empty", ""},
    {"no XML", R"({"id":7})"},
    {"cut off", "<a><b></b>"},
    {"an entity of its own (CWE-776)", R"(<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>)"},
    {"a file (CWE-611)", R"(<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>)"},
    {"an attribute twice", R"(<a b="1" b="2"/>)"},
    {"nested too deep", nested(33)},
    {"more elements than a user has", repeated("<b/>", 2000)},
    {"too large", "<a>" + std::string(256 << 10, 'x') + "</a>"},
};

std::string json_of(const std::string& xml) {
  const auto document = providers::json_of_xml(xml);
  return document ? document->root().dump() : "! " + document.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_xml_json)
BOOST_DATA_TEST_CASE(elements_become_members, data::make(rows), row) { BOOST_TEST(json_of(row.xml) == row.json); }
BOOST_DATA_TEST_CASE(what_is_no_plain_xml_is_refused, data::make(bad), row) { BOOST_TEST(json_of(row.xml).starts_with("! ")); }
BOOST_AUTO_TEST_CASE(limits_are_reached_not_crossed) {
  BOOST_TEST(json_of(nested(32)).starts_with(R"({"a":{"a":)"));
  BOOST_TEST(json_of(repeated("<b/>", 1999)).starts_with(R"({"r":{"b":["","",)"));
}
BOOST_AUTO_TEST_CASE(what_grows_when_it_is_written_as_json_is_still_read) {  // a control character is six bytes of JSON
  const auto document = providers::json_of_xml("<a>" + std::string(200 << 10, '\t') + "</a>");
  BOOST_REQUIRE(bool{document});
  BOOST_TEST(document->root()["a"].string()->size() == std::size_t{200 << 10});
}
BOOST_AUTO_TEST_CASE(expressions_point_into_it) {
  const auto document = *providers::json_of_xml(
      R"(<r xmlns:c="u:c"><c:user kind="member">ann</c:user><mail primary="0">a@x</mail><mail primary="1">b@x</mail></r>)");
  const auto value = [&](const char* text) {
    return providers::Expression::parse(text)->evaluate({.user = {document.root()}}).value_or("(none)");
  };
  BOOST_TEST(value("u:/r/user/#text") == "ann");
  BOOST_TEST(value("u:/r/user/@kind") == "member");
  BOOST_TEST(value("u:/r/mail/[@primary=1]/#text") == "b@x");
  BOOST_TEST(value("u:/r/mail/0/#text") == "a@x");
}
BOOST_AUTO_TEST_SUITE_END()
