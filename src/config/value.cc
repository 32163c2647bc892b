// value.cc: a value that was read goes into its key's slot, if it is of the right type and within range; and back to text for the
// reference.
#include <algorithm>

#include "base/text.h"
#include "config/keys.h"

namespace config {
namespace {

using std::chrono::seconds;
using Texts = std::vector<std::string>;

std::string quote(std::string_view s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string_view least(const Key& key) { return key.allowed.substr(0, key.allowed.find("..")); }
std::string_view most(const Key& key) { return key.allowed.substr(key.allowed.find("..") + 2); }

template <class T, class Parse>
bool in_range(const Key& key, T value, Parse parse) {
  return value >= *parse(least(key)) && value <= *parse(most(key));
}

// `found` is never the value of a secret.
base::Error refused(const Key& key, const Node& node, const std::string& found = "") {
  return wrong(node.where + ": " + std::string{key.path} + (found.empty() ? " is " + std::string{node.kind()} : " = " + found) +
               ": it wants " + wants(key));
}

// ---- one overload per type of slot: what it wants, how it is read, how it is written
// ------------------------------------------------------
std::string describe(const Key& key, const std::string*) {
  if (key.allowed.empty()) return "a string";
  auto words = base::split(key.allowed, '|');
  for (auto& word : words) word = quote(word);
  return either(words);
}
std::string describe(const Key&, const base::Secret*) { return "a string"; }
std::string describe(const Key&, const bool*) { return "true or false"; }
std::string range(const Key& key) { return std::string{least(key)} + " to " + std::string{most(key)}; }
std::string describe(const Key& key, const int*) { return "a whole number from " + range(key); }
std::string describe(const Key& key, const seconds*) {
  return "a duration from " + range(key) + ", such as \"10s\", \"5m\", \"2h\" or \"30d\"";
}
std::string describe(const Key& key, const std::size_t*) { return "a size from " + range(key) + ", such as \"64KiB\" or \"1MiB\""; }
std::string describe(const Key&, const Texts*) { return "a list of strings"; }

base::Status put(const Key& key, const Node& node, std::string& slot) {
  const auto* text = node.string();
  if (!text) return refused(key, node);
  const auto words = base::split(key.allowed, '|');
  if (!key.allowed.empty() && std::find(words.begin(), words.end(), *text) == words.end()) return refused(key, node, shown(*text));
  slot = *text;
  return base::ok;
}
base::Status put(const Key& key, const Node& node, base::Secret& slot) {
  if (!node.string()) return refused(key, node);
  slot = base::Secret{*node.string()};
  return base::ok;
}
base::Status put(const Key& key, const Node& node, bool& slot) {
  if (!node.boolean()) return refused(key, node, node.string() ? shown(*node.string()) : "");
  slot = *node.boolean();
  return base::ok;
}
base::Status put(const Key& key, const Node& node, int& slot) {
  const auto* number = node.integer();
  if (!number) return refused(key, node, node.string() ? shown(*node.string()) : "");
  if (!in_range(key, *number, base::parse_int)) return refused(key, node, std::to_string(*number));
  slot = static_cast<int>(*number);
  return base::ok;
}
template <class T, class Parse>
base::Status put_parsed(const Key& key, const Node& node, T& slot, Parse parse) {
  if (!node.string()) return refused(key, node, node.integer() ? std::to_string(*node.integer()) : "");
  const auto value = parse(*node.string());
  if (!value || !in_range(key, *value, parse)) return refused(key, node, shown(*node.string()));
  slot = *value;
  return base::ok;
}
base::Status put(const Key& key, const Node& node, seconds& slot) { return put_parsed(key, node, slot, base::parse_duration); }
base::Status put(const Key& key, const Node& node, std::size_t& slot) { return put_parsed(key, node, slot, base::parse_size); }
base::Status put(const Key& key, const Node& node, Texts& slot) {
  auto list = as_list(node);
  if (!list) return refused(key, node, node.array() ? "a list with something else in it" : "");
  slot = std::move(*list);
  return base::ok;
}

std::string written(const std::string& value) { return quote(value); }
std::string written(const base::Secret&) { return "\"\""; }
std::string written(bool value) { return value ? "true" : "false"; }
std::string written(int value) { return std::to_string(value); }
std::string written(seconds value) {
  constexpr std::pair<std::int64_t, char> kUnits[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};
  for (const auto& [size, unit] : kUnits) {
    if (value.count() > 0 && value.count() % size == 0) return quote(std::to_string(value.count() / size) + unit);
  }
  return quote(std::to_string(value.count()) + 's');
}
std::string written(std::size_t bytes) {
  const bool mega = bytes % (1 << 20) == 0;
  return quote(std::to_string(bytes >> (mega ? 20 : 10)) + (mega ? "MiB" : "KiB"));
}
std::string written(const Texts& value) {
  Texts items;
  for (const auto& item : value) items.push_back(quote(item));
  return '[' + base::join(items, ", ") + ']';
}

template <class T>
bool goes_to(const Key& key) {
  return std::holds_alternative<T& (*)(Draft&)>(key.slot);
}

}  // namespace

std::string wants(const Key& key) {
  return std::visit([&]<class T>(T& (*)(Draft&)) { return describe(key, static_cast<const T*>(nullptr)); }, key.slot);
}

std::string value_of(const Key& key, Draft& draft) {
  return std::visit([&](auto slot) { return written(slot(draft)); }, key.slot);
}

base::Status take(const Key& key, const Node& node, Draft& draft) {
  draft.where[std::string{key.path}] = node.where;
  return std::visit([&](auto slot) { return put(key, node, slot(draft)); }, key.slot);
}

base::Status take_variable(const Key& key, std::string_view variable, std::string_view text, Draft& draft) {
  Node node;
  node.where = "environment " + std::string{variable};
  node.v = std::string{text};
  if (goes_to<bool>(key) || (goes_to<Texts>(key) && base::trim(text).starts_with('['))) {
    auto parsed = parse_variable(text, variable);
    if (!parsed) return parsed.error();
    node = std::move(*parsed);
  } else if (goes_to<int>(key)) {
    if (const auto number = base::parse_int(base::trim(text))) node.v = *number;
  }
  return take(key, node, draft);
}

base::Error wrong(std::string line) { return {base::Code::bad_request, line, line}; }

std::string either(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return out;
}

std::string shown(std::string_view value) {
  std::string safe{value.substr(0, value.find('?'))};              // a query may hold a token
  if (const auto at = safe.rfind('@'); at != std::string::npos) {  // userinfo may hold a password
    const auto slashes = safe.find("//");
    const auto from = slashes == std::string::npos || slashes > at ? 0 : slashes + 2;
    safe.replace(from, at - from, "***");
  }
  if (safe.size() > 80) safe = safe.substr(0, 77) + "...";
  for (char& c : safe) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return '"' + safe + '"';
}

}  // namespace config
