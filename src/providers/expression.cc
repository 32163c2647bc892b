#include "providers/expression.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"

namespace providers {
namespace {

json::Value document_of(const Expression::Node& node, const Values& values) {
  switch (node.document) {
    case 't': return values.token;
    case 'i': return values.id_token;
    case 'c': return values.callback;
    case 'r': return values.request;
    case 'h': return values.headers;
    default: return node.number < values.user.size() ? values.user[node.number] : json::Value{};
  }
}

bool has_all(json::Value element, const Expression::Step& step) {
  return std::all_of(step.equals.begin(), step.equals.end(), [&](const auto& want) { return element[want.first].text() == want.second; });
}

json::Value take(json::Value from, const Expression::Step& step, const Values& values) {
  if (!step.equals.empty() || !step.has.empty()) {
    for (std::size_t i = 0; from.is_array() && i < from.size(); ++i) {
      if (has_all(from.at(i), step) && (step.has.empty() || from.at(i)[step.has].exists())) return from.at(i);
    }
    return {};
  }
  if (!step.computed.empty()) {
    const auto name = evaluate(step.computed.front(), values);
    return name ? from[*name] : json::Value{};
  }
  if (step.name == "*") {
    if (from.is_array()) return from.at(0);
    const auto members = from.members();
    return members.empty() ? json::Value{} : members.front().second;
  }
  if (!from.is_array()) return from[step.name];
  const auto index = base::parse_int(step.name);
  return index && *index >= 0 ? from.at(static_cast<std::size_t>(*index)) : json::Value{};
}

json::Value found(const Expression::Node& node, const Values& values) {
  auto value = document_of(node, values);
  for (const auto& step : node.steps) value = take(value, step, values);
  return value;
}

/// A pointer to true or false, or a template with one in it.
bool holds_flag(const Expression::Node& node, const Values& values) {
  if (node.kind == Expression::Kind::pointer) return found(node, values).is_bool();
  const auto part_holds = [&](const Expression::Node& part) { return holds_flag(part, values); };
  return node.kind == Expression::Kind::all && std::any_of(node.parts.begin(), node.parts.end(), part_holds);
}

std::optional<std::string> text_of(json::Value value) {
  // A number that is not whole, or too large, is no value: rounded, two users' numbers could become one.
  if (value.is_number() && !value.integer()) return std::nullopt;
  return value.text();
}

std::optional<std::string> look_up(const std::string& name, const Values& values) {
  if (name == "client_secret" && values.client_secret != nullptr) return std::string{values.client_secret->reveal()};
  for (const auto* variables : {values.more, values.variables}) {
    if (variables == nullptr) continue;
    if (const auto it = variables->find(name); it != variables->end()) return it->second;
  }
  if (values.secrets == nullptr) return std::nullopt;
  const auto secret = values.secrets->find(name);
  return secret == values.secrets->end() ? std::nullopt : std::optional{std::string{secret->second.reveal()}};
}

bool is_own(const std::string& name, const Values& values) {
  if (values.secrets != nullptr && values.secrets->contains(name)) return true;
  return name == "client_secret" || (values.variables != nullptr && values.variables->contains(name));
}

std::optional<std::string> all_of(const Expression::Node& node, const Values& values, Expression::Escape escape) {
  std::string out;
  for (const auto& part : node.parts) {
    auto text = evaluate(part, values, escape);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

}  // namespace

std::optional<std::string> evaluate(const Expression::Node& node, const Values& values, Expression::Escape escape) {
  std::optional<std::string> out;
  switch (node.kind) {
    case Expression::Kind::literal: return node.text;
    case Expression::Kind::all: return all_of(node, values, escape);
    case Expression::Kind::variable: out = look_up(node.text, values); break;
    case Expression::Kind::pointer: out = text_of(found(node, values)); break;
    case Expression::Kind::call: out = node.function(node.parts, values); break;
    case Expression::Kind::any:
      for (const auto& part : node.parts) {
        if (auto text = evaluate(part, values, escape); text && !text->empty()) return text;
      }
      return std::nullopt;
  }
  if (!out || out->empty()) return std::nullopt;
  // The operator's own values stand as they are, and so does what a guard let through; all else could name another path.
  const bool own = (node.kind == Expression::Kind::variable && is_own(node.text, values)) || node.stand_in != nullptr;
  return escape == Expression::Escape::url && !own ? base::percent_encode(*out) : out;
}

std::optional<std::string> Expression::identifier(const Values& values) const {
  for (const auto& node : root_.kind == Kind::any ? root_.parts : std::vector<Node>{root_}) {
    if (holds_flag(node, values)) continue;
    if (auto text = providers::evaluate(node, values); text && !text->empty()) return text;
  }
  return std::nullopt;
}

std::vector<std::string> Expression::each(const Values& values) const {
  std::vector<std::string> out;
  const auto alternatives_of = root_.kind == Kind::any ? root_.parts : std::vector<Node>{root_};
  for (const auto& node : alternatives_of) {
    const auto value = node.kind == Kind::pointer ? found(node, values) : json::Value{};
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      if (auto text = text_of(value.at(i))) out.push_back(std::move(*text));
    }
    if (auto text = providers::evaluate(node, values); text && !value.is_array()) out.push_back(std::move(*text));
    if (!out.empty()) return out;
  }
  return out;
}

Expression Expression::text(std::string text) {
  Expression expression;
  expression.root_.text = std::move(text);
  return expression;
}

std::optional<std::string> Expression::evaluate(const Values& values, Escape escape) const {
  return providers::evaluate(root_, values, escape);
}

std::optional<std::string> Expression::alternative(std::size_t index, const Values& values) const {
  if (index >= alternatives()) return std::nullopt;
  return providers::evaluate(root_.kind == Kind::any ? root_.parts[index] : root_, values);
}

bool Expression::reads(const Node& node, std::string_view documents) noexcept {
  if (node.kind == Kind::pointer && documents.find(node.document) != std::string_view::npos) return true;
  const auto also = [&](const Node& part) { return reads(part, documents); };
  return std::any_of(node.parts.begin(), node.parts.end(), also) ||
         std::any_of(node.steps.begin(), node.steps.end(),
                     [&](const Step& step) { return std::any_of(step.computed.begin(), step.computed.end(), also); });
}

std::size_t Expression::user_answers(const Node& node) noexcept {
  std::size_t most = node.kind == Kind::pointer && node.document == 'u' ? node.number + 1 : 0;
  for (const auto& part : node.parts) most = std::max(most, user_answers(part));
  for (const auto& step : node.steps) {
    for (const auto& part : step.computed) most = std::max(most, user_answers(part));
  }
  return most;
}

std::string Expression::fixed_part(const Values& values) const {
  std::string out;
  const auto parts = root_.kind == Kind::all ? root_.parts : std::vector<Node>{root_};
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (part->stand_in != nullptr) {
      out += part->stand_in;
      // host(x,'.example.com'): the suffix is part of what stands there
      if (part->parts.size() > 1) out += providers::evaluate(part->parts[1], values).value_or("");
      if (part->stand_in != std::string_view{"https://"}) continue;
      const auto next = part + 1;
      if (next == parts.end()) return out + '/';
      // The address may end with its host, which what follows must not go on with: ".evil.example".
      if (next->kind != Kind::literal || (next->text[0] != '/' && next->text[0] != '?')) return out;
      continue;
    }
    if (reads(*part, kDocuments)) break;
    out += providers::evaluate(*part, values, Escape::url).value_or("");
  }
  return out;
}

std::string Expression::first_member(const Node& node, char document) {
  if (node.kind == Kind::pointer && node.document == document && !node.steps.empty()) return node.steps.front().name;
  for (const auto& part : node.parts) {
    if (auto name = first_member(part, document); !name.empty()) return name;
  }
  return {};
}

void Expression::collect(const Node& node, std::vector<std::string>& names) {
  if (node.kind == Kind::variable) names.push_back(node.text);
  for (const auto& part : node.parts) collect(part, names);
  for (const auto& step : node.steps) {
    for (const auto& part : step.computed) collect(part, names);
  }
}

std::vector<std::string> Expression::variables() const {
  std::vector<std::string> names;
  collect(root_, names);
  return names;
}

}  // namespace providers
