#include "xml/document.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

namespace data = boost::unit_test::data;

namespace {

std::string nested(int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += "<a>";
  for (int i = 0; i < depth; ++i) out += "</a>";
  return out;
}
std::string many(const std::string& piece, int times) {
  std::string out = "<r>";
  for (int i = 0; i < times; ++i) out += piece;
  return out + "</r>";
}

BOOST_AUTO_TEST_SUITE(xml_document)

struct Bad {
  const char* why;
  std::string text;
  const char* what;  // stands in the detail
};
std::ostream& operator<<(std::ostream& os, const Bad& r) { return os << r.why; }
const Bad bad[] = {
    {"empty", "", "empty"},
    {"blank", "  ", "encoding"},
    {"no XML", "hello", "encoding"},
    {"cut off", "<a><b></b>", "well-formed"},
    {"two roots", "<a/><a/>", "well-formed"},
    {"text after the root", "<a/>x", "well-formed"},
    {"a document type alone", "<!DOCTYPE a><a/>", "document type"},
    {"an external subset", R"(<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>)", "document type"},
    {"an entity (billion laughs, CWE-776)", R"(<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>)", "document type"},
    {"an external entity (CWE-611)", R"(<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>)", "document type"},
    {"a parameter entity", R"(<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">%x;]><a/>)", "document type"},
    {"default attributes", R"(<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>)", "document type"},
    {"a document type after a comment", "<?xml version=\"1.0\"?><!-- --><!DOCTYPE a><a/>", "document type"},
    {"an entity that nobody declared", "<a>&nbsp;</a>", "well-formed"},
    {"the same in an attribute", "<a b=\"&nbsp;\"/>", "well-formed"},
    {"a prefix that nobody declared", "<x:a/>", "namespace"},
    {"an attribute twice", R"(<a b="1" b="2"/>)", "well-formed"},
    {"an attribute twice under two prefixes", R"(<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>)", "namespace"},
    {"not UTF-8", "<a>\xff</a>", "well-formed"},
    {"an overlong form", "<a>\xc0\xaf</a>", "well-formed"},
    {"a NUL", std::string{"<a>\0</a>", 8}, "NUL"},
    {"a NUL by number", "<a>&#0;</a>", "well-formed"},
    {"UTF-16", std::string{"\xff\xfe<\0a\0/\0>\0", 10}, "NUL"},
    {"UTF-7", "<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding"},
    {"an encoding of the system's tables", "<?xml version=\"1.0\" encoding=\"ISO-2022-CN-EXT\"?><a/>", "encoding"},
    {"an encoding after spaces", "<?xml version='1.0' encoding  =  'UTF-7'?><a/>", "encoding"},
    {"an encoding behind a mark", "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding"},
    {"too deep", nested(33), "deep"},
    {"too many elements", many("<b/>", 20000), "nodes"},
    {"too many attributes", many(R"(<b c="" d="" e="" xmlns:f="u"/>)", 4000), "nodes"},
    {"too many comments", many("<!---->", 20000), "nodes"},
    {"too many pieces of text", many("a<?b?>", 10000), "nodes"},
    {"a namespace with a long name", "<a xmlns=\"" + std::string(1025, 'u') + "\"/>", "long name"},
    {"the same under a prefix", "<a xmlns:b=\"u\" xmlns:c=\"" + std::string(1025, 'u') + "\"/>", "long name"},
    {"too large", "<a>" + std::string(256 << 10, 'x') + "</a>", "larger"},
};
BOOST_DATA_TEST_CASE(refused, data::make(bad), row) {
  const auto d = xml::Document::parse(row.text);
  BOOST_REQUIRE(!d);
  BOOST_TEST(d.error().detail.find(row.what) != std::string::npos, d.error().detail);
}

BOOST_AUTO_TEST_CASE(limits_are_reached_not_crossed) {
  BOOST_TEST(static_cast<bool>(xml::Document::parse(nested(32))));
  BOOST_TEST(static_cast<bool>(xml::Document::parse(many("<b/>", 19999))));
  BOOST_TEST(static_cast<bool>(xml::Document::parse("<a/>", {.bytes = 4})));
  BOOST_TEST(!xml::Document::parse("<a/>", {.bytes = 3}));
}

struct Text {
  const char* why;
  std::string_view in, text;
};
std::ostream& operator<<(std::ostream& os, const Text& r) { return os << r.why; }
const Text texts[] = {
    {"plain", "<a>b</a>", "b"},
    {"none", "<a/>", ""},
    {"as it stands", "<a> b\n</a>", " b\n"},
    {"a comment cuts nothing off (CVE-2017-11427)", "<a>admin@x.example<!-- -->.evil.example</a>", "admin@x.example.evil.example"},
    {"nor does an instruction", "<a>b<?c d?>e</a>", "be"},
    {"nor does an element", "<a>b<c>d</c>e</a>", "bde"},
    {"CDATA is text", "<a>b<![CDATA[<c>]]>d</a>", "b<c>d"},
    {"the five and numbers", "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x263a;</a>", "<&>\"'A\xe2\x98\xba"},
    {"line ends are one character (XML 1.0 2.11)", "<a>b\r\nc</a>", "b\nc"},
    {"ISO-8859-1 comes out as UTF-8", "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>", "\xc3\xa9"},
    {"a byte order mark", "\xef\xbb\xbf<a>b</a>", "b"},
};
BOOST_DATA_TEST_CASE(text_is_all_text, data::make(texts), row) {
  const auto d = xml::Document::parse(row.in);
  BOOST_REQUIRE(static_cast<bool>(d));
  BOOST_TEST(d->root().text() == row.text);
}

BOOST_AUTO_TEST_CASE(elements_are_found_by_namespace_not_by_prefix) {
  const auto d = xml::Document::parse(R"(<x:r xmlns:x="urn:1" xmlns="urn:2"><a n="0"/><x:a x:n="1" n="2"/><x:a/><b xmlns=""/>t</x:r>)");
  BOOST_REQUIRE(static_cast<bool>(d));
  const auto r = d->root();
  BOOST_TEST(r.is("r", "urn:1"));
  BOOST_TEST(!r.is("r", ""));
  BOOST_TEST(r.children().size() == 4U);
  BOOST_TEST(r.children("a", "urn:1").size() == 2U);
  BOOST_TEST(r.child("a", "urn:2").attribute("n").value() == "0");
  const auto a = r.child("a", "urn:1");
  BOOST_TEST(a.attribute("n").value() == "2");
  BOOST_TEST(a.attribute("n", "urn:1").value() == "1");
  BOOST_TEST(!a.attribute("m").has_value());
  BOOST_TEST(a.attributes().size() == 2U);
  BOOST_TEST(static_cast<bool>(r.child("b", "")));
  BOOST_TEST((a.parent() == r));
  BOOST_TEST(!r.parent());
  BOOST_TEST(a.leaf());
  BOOST_TEST(!r.leaf());
}

BOOST_AUTO_TEST_CASE(the_five_are_characters_in_attributes_and_namespaces_too) {
  const auto d = xml::Document::parse(R"(<a xmlns="urn:a?b&amp;c" d="&lt;&quot;&#65;"/>)");
  BOOST_REQUIRE(static_cast<bool>(d));
  BOOST_TEST(d->root().ns() == "urn:a?b&c");
  BOOST_TEST(d->root().attribute("d").value() == "<\"A");
}

BOOST_AUTO_TEST_CASE(a_missing_element_answers_nothing) {
  const xml::Element none;
  BOOST_TEST(!none);
  BOOST_TEST(none.name() == "");
  BOOST_TEST(none.ns() == "");
  BOOST_TEST(none.text() == "");
  BOOST_TEST(!none.attribute("a").has_value());
  BOOST_TEST(!none.child("a", ""));
  BOOST_TEST(none.children().empty());
  BOOST_TEST(!none.parent());
  BOOST_TEST(!none.is("", ""));
}

BOOST_AUTO_TEST_CASE(threads_read_side_by_side) {
  std::vector<std::thread> threads;
  std::vector<int> right(4, 0);
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&right, t] {
      for (int i = 0; i < 200; ++i) {
        const auto d = xml::Document::parse(i % 2 == 0 ? "<a>b</a>" : "<a>");
        right[t] += static_cast<bool>(d) == (i % 2 == 0);
      }
    });
  for (auto& t : threads) t.join();
  for (const int n : right) BOOST_TEST(n == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
