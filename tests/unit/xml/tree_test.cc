// What a reader answers is not believed: it may have been taken over by the document that it read.
#include "xml/tree.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "xml/ask.h"
#include "xml/wire.h"

namespace {

using xml::Packer;

struct Element {
  std::uint32_t kind, parent;
  std::string name = "a", ns = "";
};

std::string tree_of(std::uint32_t count, const std::vector<Element>& nodes, const std::string& behind = "") {
  Packer out;
  out.number(count);
  for (const auto& n : nodes) {
    out.number(n.kind).number(n.parent).text(n.name);
    if (n.kind == 1) out.text(n.ns).number(0);
  }
  return out.take() + behind;
}
std::string with_attributes(std::uint32_t said) {
  return Packer{}.number(1).number(1).number(0).text("a").text("").number(said).text("name").text("").text("value").take();
}
std::string deep(std::uint32_t levels) {
  std::vector<Element> nodes;
  for (std::uint32_t i = 0; i < levels; ++i) nodes.push_back({1, i == 0 ? 0 : i - 1});
  return tree_of(levels, nodes);
}

struct Row {
  const char* why;
  std::string told;
  bool good;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

const Row rows[] = {
    {"one element", tree_of(1, {{1, 0}}), true},
    {"an element, text in it, an element beside the text", tree_of(3, {{1, 0}, {0, 0, "text"}, {1, 0}}), true},
    {"as deep as may be", deep(32), true},
    {"an attribute", with_attributes(1), true},
    {"nothing", "", false},
    {"no node", tree_of(0, {}), false},
    {"the root is text", tree_of(1, {{0, 0, "text"}}), false},
    {"fewer nodes than said", tree_of(2, {{1, 0}}), false},
    {"more than said", tree_of(1, {{1, 0}, {1, 0}}), false},
    {"something behind the last one", tree_of(1, {{1, 0}}, "x"), false},
    {"a count that would take all memory", Packer{}.number(0xffffffff).take() + std::string(64, '\0'), false},
    {"more nodes than the limit", tree_of(101, std::vector<Element>(101, Element{1, 0})), false},
    {"a parent that comes later", tree_of(2, {{1, 0}, {1, 2}}), false},
    {"itself as parent", tree_of(2, {{1, 0}, {1, 1}}), false},
    {"text as parent", tree_of(3, {{1, 0}, {0, 0, "text"}, {1, 1}}), false},
    {"a parent that has ended", tree_of(4, {{1, 0}, {1, 0}, {1, 0}, {1, 1}}), false},
    {"deeper than the limit", deep(33), false},
    {"a name that is no UTF-8", tree_of(1, {{1, 0, "\xff"}}), false},
    {"text that is no UTF-8", tree_of(2, {{1, 0}, {0, 0, "\xc3"}}), false},
    {"more attributes than there are", with_attributes(2), false},
    {"attributes that would take all memory", with_attributes(0xffffffff), false},
    {"a length behind the end", Packer{}.number(1).number(1).number(0).number(1000).take() + "a", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_tree)

BOOST_DATA_TEST_CASE(a_tree_that_does_not_fit_itself_is_none, boost::unit_test::data::make(rows), row) {
  const auto tree = xml::read_tree(row.told, 0, "<a/>", {.nodes = 100});
  BOOST_TEST(static_cast<bool>(tree) == row.good);
  if (!tree) BOOST_TEST(tree.error().detail == "XML: the reader's answer does not hold together");
}

/// Every shorter answer of a good one: nothing is read behind the end.
BOOST_AUTO_TEST_CASE(an_answer_that_was_cut_off_is_none) {
  const auto whole = tree_of(3, {{1, 0}, {0, 0, "text"}, {1, 0, "b", "urn:n"}});
  BOOST_TEST(static_cast<bool>(xml::read_tree(whole, 0, "", {})));
  for (std::size_t n = 0; n < whole.size(); ++n) BOOST_TEST(!xml::read_tree(whole.substr(0, n), 0, "", {}));
}

BOOST_AUTO_TEST_CASE(the_way_of_a_request_is_settled_at_the_start) {
  std::string answer;
  xml::send_work_by([&](std::string_view) -> base::Result<std::string> { return answer; });
  answer = Packer{}.number(1).take() + tree_of(1, {{1, 0, "other"}});
  const auto there = xml::Document::parse("<a/>");
  answer = Packer{}.number(0).number(static_cast<std::uint32_t>(base::Code::denied)).text("why").text("").take();
  const auto refused = xml::Document::parse("<a/>");
  answer = "?";
  const auto torn = xml::Document::parse("<a/>");
  xml::send_work_by([&](std::string_view) -> base::Result<std::string> { return base::Error{base::Code::busy, "gone"}; });
  const auto gone = xml::Document::parse("<a/>");
  xml::send_work_by({});
  const auto here = xml::Document::parse("<a/>");
  BOOST_TEST(there->root().name() == "other");
  BOOST_TEST(refused.error().detail == "why");
  BOOST_TEST((refused.error().code == base::Code::denied));
  BOOST_TEST(!torn);
  BOOST_TEST(gone.error().detail == "gone");
  BOOST_TEST(here->root().name() == "a");
}

BOOST_AUTO_TEST_SUITE_END()
