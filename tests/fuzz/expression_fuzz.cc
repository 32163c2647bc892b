// expression_fuzz.cc: the expressions and templates of provider files, over documents that a provider could have sent. The first
// line is the expression, the rest the document. What stands before the first value from outside stays what it is, whatever the
// document says.
#include "fuzz.h"
#include "providers/expression.h"

namespace {

using providers::Expression;

void evaluate(const Expression& expression, const json::Document& document) {
  static const providers::Variables variables{{"client_id", "client"}, {"api_url", "https://api.example"}, {"scope", "a b"}};
  static const providers::Variables more{{"access_token", "at"}};
  static const base::Secret secret{"s3cr3t"};
  const auto root = document.root();
  const providers::Values values{root, root, root, root, root, {root, root["u2"]}, &variables, &secret, &more, nullptr};
  const auto value = expression.evaluate(values);
  HOLDS(value == expression.evaluate(values));
  for (const auto escape : {Expression::Escape::none, Expression::Escape::url}) expression.evaluate(values, escape);
  expression.each(values);
  for (std::size_t i = 0; i < expression.alternatives(); ++i) expression.alternative(i, values);
  HOLDS(!expression.alternative(expression.alternatives(), values));
  expression.fixed_part(values);
  expression.first_member('t');
  HOLDS(expression.user_answers() <= 99);
  for (const auto& name : expression.variables()) HOLDS(!name.empty());
  if (!expression.reads(Expression::kDocuments)) {
    const providers::Values none{{}, {}, {}, {}, {}, {}, &variables, &secret, &more, nullptr};
    HOLDS(expression.evaluate(none) == value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines{fuzz::view(data, size)};
  const auto text = lines.next();
  auto document = json::Document::parse(lines.rest());
  if (!document) document = json::Document::parse(R"({"id":7,"a":[{"k":"v","x":1},2],"n":{"m":"t"}})");
  if (const auto expression = Expression::parse(text)) evaluate(*expression, *document);
  if (const auto expression = Expression::parse_template(text)) {
    evaluate(*expression, *document);
    // A template that begins as an address keeps its host: values are escaped, or guarded.
    const providers::Values values{document->root(), {}, {}, {}, {}, {}, nullptr, nullptr, nullptr, nullptr};
    const auto url = text.starts_with("https://fixed.example/") ? expression->evaluate(values, Expression::Escape::url) : std::nullopt;
    if (url) HOLDS(url->starts_with("https://fixed.example/"));
  }
  return 0;
}
