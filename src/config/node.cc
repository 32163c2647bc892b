// node.cc: TOML text to Node. The only file that sees toml++.
#include "config/node.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0  // we only read
namespace config {
struct Unfounded {};  // toml++ takes for granted that "[" is followed by a name: "[:]" would end the process by an assertion
[[noreturn]] static void unfounded() { throw Unfounded{}; }
}  // namespace config
#define TOML_ASSERT(expr) ((expr) ? void() : config::unfounded())
#include <toml++/toml.h>

#include <optional>

#include "base/text.h"

namespace config {
namespace {

constexpr std::size_t kMostText = 1 << 20;
constexpr std::string_view kEnvironment = "environment ";

std::string place(std::string_view name, toml::source_index line) { return std::string{name} + ':' + std::to_string(line); }

// What the parser quotes may be a piece of a secret, so its texts are cut before the quotation. Names of keys and tables are no secrets.
std::string without_values(std::string text) {
  if (text.find("cannot redefine") != std::string::npos) return text;
  text = text.substr(0, text.find(", saw"));
  const auto expected = text.find("expected '");
  if (expected == std::string::npos) text = text.substr(0, text.find('\''));
  if (text.find("could not determine value type") != std::string::npos) text += " (a text wants double quotes)";
  return std::string{base::trim(text)};
}

// The line of the first table header that begins with what no key begins with, 0 if there is none: toml++ asserts there and tells no place.
toml::source_index nameless_header(std::string_view text) {
  toml::source_index number = 0;
  for (const auto& line : base::split(text, '\n')) {
    ++number;
    const auto header = base::trim(line);
    if (!header.starts_with('[')) continue;
    const auto key = base::trim(header.substr(header.starts_with("[[") ? 2 : 1));
    const auto plain = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
    };
    if (!key.empty() && !plain(key.front()) && key.front() != '"' && key.front() != '\'') return number;
  }
  return 0;
}

std::optional<toml::parse_result> parse(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const Unfounded&) {
    return std::nullopt;
  }
}

Node convert(const toml::node& in, std::string_view name, toml::source_index line);

Node::Table convert_table(const toml::table& in, std::string_view name) {
  Node::Table out;
  for (const auto& [key, value] : in) out.emplace(std::string{key.str()}, convert(value, name, key.source().begin.line));
  return out;
}

Node convert(const toml::node& in, std::string_view name, toml::source_index line) {
  Node out;
  out.where = place(name, line);
  if (const auto* table = in.as_table()) {
    out.v = convert_table(*table, name);
  } else if (const auto* array = in.as_array()) {
    Node::Array items;
    for (const auto& item : *array) items.push_back(convert(item, name, item.source().begin.line));
    out.v = std::move(items);
  } else if (const auto* text = in.as_string()) {
    out.v = text->get();
  } else if (const auto* flag = in.as_boolean()) {
    out.v = flag->get();
  } else if (const auto* whole = in.as_integer()) {
    out.v = whole->get();
  } else if (const auto* real = in.as_floating_point()) {
    out.v = real->get();
  }
  return out;  // dates and times stay "nothing": no key wants one
}

base::Error wrong(std::string line) { return {base::Code::bad_request, line, line}; }

}  // namespace

const Node* Node::get(std::string_view key) const {
  const auto* members = table();
  if (!members) return nullptr;
  const auto it = members->find(key);
  return it == members->end() ? nullptr : &it->second;
}

const char* Node::kind() const noexcept {
  constexpr const char* kNames[] = {"a date or time", "true or false", "a whole number", "a fraction", "a string", "a list", "a table"};
  return kNames[v.index()];
}

base::Result<Node> parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMostText) return wrong(std::string{name} + ": larger than 1 MiB: this is no configuration");
  const auto parsed = parse(text);
  if (!parsed)
    return wrong(place(name, nameless_header(text)) + ": not TOML: Error while parsing table header: a name is expected after [");
  if (!*parsed) {
    const auto& error = parsed->error();
    return wrong(place(name, error.source().begin.line) + ": not TOML: " + without_values(std::string{error.description()}));
  }
  Node root;
  root.v = convert_table(parsed->table(), name);
  root.where = name;
  return root;
}

base::Result<Node> parse_variable(std::string_view text, std::string_view variable) {
  Node out;
  out.where = std::string{kEnvironment} + std::string{variable};
  text = base::trim(text);
  if (text == "true" || text == "false") {
    out.v = text == "true";
  } else if (text.starts_with('[')) {
    auto parsed = parse_toml("v = " + std::string{text}, variable);  // an array of JSON strings, numbers and booleans is TOML too
    const auto* value = parsed ? parsed->get("v") : nullptr;
    if (!value || !value->array() || parsed->table()->size() != 1) return wrong(out.where + ": begins with [ and is no JSON array");
    out.v = value->v;
  } else {
    out.v = std::string{text};
  }
  return out;
}

base::Result<std::vector<std::string>> as_list(const Node& node) {
  std::vector<std::string> out;
  if (const auto* text = node.string(); text && node.where.starts_with(kEnvironment)) {
    for (const auto& part : base::split(*text, ',')) {
      if (const auto item = base::trim(part); !item.empty()) out.emplace_back(item);
    }
    return out;
  }
  if (!node.array()) return wrong(node.where + ": found " + node.kind() + ", it wants a list of strings");
  for (const auto& item : *node.array()) {
    if (!item.string()) return wrong(item.where + ": found " + std::string{item.kind()} + " in a list of strings");
    out.push_back(*item.string());
  }
  return out;
}

}  // namespace config
