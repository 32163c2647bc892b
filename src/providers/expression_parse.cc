// expression_parse.cc: text to Expression, by recursive descent. The text comes from provider files and the configuration: mistakes are
// told with their place; depth is limited because a file is still input.
#include <algorithm>

#include "base/text.h"
#include "providers/expression.h"

namespace providers {
namespace {

using Node = Expression::Node;
using Kind = Expression::Kind;

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

class Parser {
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;

  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void skip() {
    while (peek() == ' ') ++at_;
  }
  base::Error wrong(std::string what) const {
    return {base::Code::bad_request, {}, "character " + std::to_string(at_ + 1) + " of \"" + std::string{text_} + "\": " + std::move(what)};
  }

  base::Result<Node> literal() {
    const auto end = text_.find('\'', ++at_);
    if (end == std::string_view::npos) return wrong("the closing ' is missing");
    Node node{.kind = Kind::literal, .text = std::string{text_.substr(at_, end - at_)}};
    at_ = end + 1;
    return node;
  }

  base::Result<Node> quoted() {
    const auto end = text_.find('"', ++at_);
    if (end == std::string_view::npos) return wrong("the closing \" is missing");
    return pieces(end, 1);
  }

  base::Result<Node> call(const std::string& name) {
    const auto* entry = find_function(name);
    if (entry == nullptr) return wrong("there is no function " + name);
    ++at_;
    Node node{.kind = Kind::call};
    node.function = entry->call;
    node.stand_in = entry->stand_in;
    for (skip(); peek() != ')'; skip()) {
      if (!node.parts.empty()) {
        if (peek() != ',') return wrong("want , or )");
        ++at_;
      }
      auto argument = any();
      if (!argument) return argument.error();
      node.parts.push_back(std::move(*argument));
    }
    ++at_;
    if (node.parts.size() != entry->arguments) return wrong(name + " takes " + std::to_string(entry->arguments) + " arguments");
    return node;
  }

  /// A template, up to `end`; `after` characters close it.
  base::Result<Node> pieces(std::size_t end, std::size_t after) {
    Node node{.kind = Kind::all};
    while (at_ < end) {
      const auto brace = std::min(text_.find('{', at_), end);
      if (brace != at_) node.parts.push_back({.kind = Kind::literal, .text = std::string{text_.substr(at_, brace - at_)}});
      at_ = brace;
      if (brace == end) break;
      ++at_;
      auto part = any();
      if (!part) return part.error();
      if (peek() != '}' || at_ >= end) return wrong("want }");
      ++at_;
      node.parts.push_back(std::move(*part));
    }
    at_ += after;
    return node;
  }

  /// Up to what ends an expression: " |", ",", ")", "}". A select step may hold commas.
  base::Result<Node> pointer(const std::string& document) {
    Node node{.kind = Kind::pointer, .document = document[0]};
    if (document.size() > 1) node.number = static_cast<std::size_t>(document[1] - '1');
    ++at_;
    while (peek() == '/') {
      ++at_;
      auto step = peek() == '[' ? select() : peek() == '{' ? computed() : base::Result<Expression::Step>{member()};
      if (!step) return step.error();
      node.steps.push_back(std::move(*step));
    }
    if (node.steps.empty()) return wrong("want a pointer that begins with /");
    return node;
  }

  base::Result<Expression::Step> computed() {
    ++at_;
    auto name = any();
    if (!name) return name.error();
    if (peek() != '}') return wrong("want }");
    ++at_;
    Expression::Step step;
    step.computed.push_back(std::move(*name));
    return step;
  }

  Expression::Step member() {
    std::string name;
    for (; !done() && std::string_view{"/ |,)}"}.find(peek()) == std::string_view::npos; ++at_) {
      const auto escape = text_.substr(at_, 2);  // RFC 6901 4
      if (escape == "~0" || escape == "~1") {
        name += escape == "~0" ? '~' : '/';
        ++at_;
      } else {
        name += peek();
      }
    }
    return {std::move(name)};
  }

  base::Result<Expression::Step> select() {
    const auto end = text_.find(']', ++at_);
    if (end == std::string_view::npos) return wrong("the closing ] is missing");
    Expression::Step step;
    for (const auto& pair : base::split(text_.substr(at_, end - at_), ',')) {
      const auto equals = pair.find('=');
      if (equals == 0 || pair.empty()) return wrong("want [name=value] or [name]");
      if (equals == std::string::npos) {
        step.has = pair;
        continue;
      }
      step.equals.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    at_ = end + 1;
    return step;
  }

  base::Result<Node> one() {
    skip();
    if (peek() == '\'') return literal();
    if (peek() == '"') return quoted();
    std::string name;
    while (is_name(peek())) name += text_[at_++];
    if (name.empty()) return wrong("want t:/..., u:/..., i:/..., c:/..., a name, or 'text'");
    if (peek() == '(') return call(name);
    if (peek() != ':') return Node{.kind = Kind::variable, .text = name};
    const bool plain = name.size() == 1 && Expression::kDocuments.find(name[0]) != std::string_view::npos;
    const bool later = name.size() == 2 && name[0] == 'u' && name[1] >= '2' && name[1] <= '9';
    if (!plain && !later) return wrong("there is no document " + name + ": (t, u, u2 to u9, i, c, r, h)");
    return pointer(name);
  }

 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<Node> any() {
    if (++depth_ > 8) return wrong("nested too deeply");
    Node node{.kind = Kind::any};
    for (;;) {
      auto alternative = one();
      if (!alternative) return alternative.error();
      node.parts.push_back(std::move(*alternative));
      skip();
      if (peek() != '|') break;
      ++at_;
    }
    --depth_;
    if (node.parts.size() > 1) return node;
    Node only = std::move(node.parts.front());
    return only;
  }

  base::Result<Node> whole() {
    auto node = any();
    if (node && !done()) return wrong("want | or the end");
    return node;
  }
  base::Result<Node> pattern() { return pieces(text_.size(), 0); }
};

}  // namespace

base::Result<Expression> Expression::parse(std::string_view text) {
  auto node = Parser{text}.whole();
  if (!node) return node.error();
  Expression expression;
  expression.root_ = std::move(*node);
  return expression;
}

base::Result<Expression> Expression::parse_template(std::string_view text) {
  auto node = Parser{text}.pattern();
  if (!node) return node.error();
  Expression expression;
  expression.root_ = std::move(*node);
  return expression;
}

}  // namespace providers
