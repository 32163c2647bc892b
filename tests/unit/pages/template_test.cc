#include "pages/template.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

constexpr pages::Text kTexts[] = {{"t.greet", "Hello, {name} & all"}, {"t.open", "an {open brace"}, {"t.plain", "<b>"}};
constexpr pages::Language kLanguage{"xx", kTexts};
const pages::Values kValues{{{"name", "Zoë <b>\"'&"}, {"empty", ""}, {"page", "{{name}} {name}"}},
                            {{"rows", {{{"name", "one"}, {"id", "1"}}, {{"name", "<two>"}}}}, {"none", {}}}};

BOOST_AUTO_TEST_SUITE(pages_template)

struct Row {
  const char* why;
  std::string_view in, out;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"no tags", "<p>plain {brace}</p>", "<p>plain {brace}</p>"},
    {"a value is escaped", "<a title=\"{{name}}\">", "<a title=\"Zoë &lt;b&gt;&quot;&#39;&amp;\">"},
    {"a value with tags in it is text", "{{page}}", "{{name}} {name}"},
    {"a value that is not there is empty", "[{{nope}}]", "[]"},
    {"a text, with a value in it", "{{@t.greet}}", "Hello, Zoë &lt;b&gt;&quot;&#39;&amp; &amp; all"},
    {"our own texts are escaped too", "{{@t.plain}}", "&lt;b&gt;"},
    {"a brace that is not closed stays", "{{@t.open}}", "an {open brace"},
    {"a list", "{{#rows}}<i>{{name}}{{id}}</i>{{/rows}}", "<i>one1</i><i>&lt;two&gt;</i>"},
    {"a row's value fills its texts", "{{#rows}}{{@t.greet}};{{/rows}}", "Hello, one &amp; all;Hello, &lt;two&gt; &amp; all;"},
    {"the page's values are there in a row", "{{#rows}}{{empty}}{{page}}{{/rows}}", "{{name}} {name}{{name}} {name}"},
    {"an empty list", "a{{#none}}b{{/none}}c{{^none}}d{{/none}}", "acd"},
    {"a list that is not empty", "{{^rows}}b{{/rows}}", ""},
    {"a value as a condition", "{{#name}}b{{/name}}{{^name}}c{{/name}}", "b"},
    {"an empty value", "{{#empty}}b{{/empty}}{{^empty}}c{{/empty}}", "c"},
    {"sections in sections", "{{#rows}}{{#id}}({{id}}){{/id}}{{^id}}-{{/id}}{{/rows}}", "(1)-"},
    {"a tag that is not closed ends it", "a{{name", "a"},
};
BOOST_DATA_TEST_CASE(what_is_put_in_is_text, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(pages::render(row.in, kValues, kLanguage) == row.out);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace
