// config/node.h: a configuration tree without its TOML, each node with the place it was read from. For the provider stanzas,
// whose keys providers/ knows and config/ does not, and for the catalogue's files.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace config {

struct Node {
  using Table = std::map<std::string, Node, std::less<>>;
  using Array = std::vector<Node>;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Table> v;
  std::string where;  // "latchstring.toml:12" or "environment SOCIAL_AUTH_X"

  const Table* table() const { return std::get_if<Table>(&v); }
  const Array* array() const { return std::get_if<Array>(&v); }
  const std::string* string() const { return std::get_if<std::string>(&v); }
  const bool* boolean() const { return std::get_if<bool>(&v); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&v); }
  /// The member of a table; nullptr if there is none or this is no table.
  const Node* get(std::string_view key) const;
  /// "a string", "a list" ...: for error messages, which name the kind of a value and never the value of a secret.
  const char* kind() const noexcept;
};

/// Parses TOML text; `name` is what errors call it. Error.say: one line "name:LINE: what is wrong". Nothing of a value is ever in it: a
/// secret without its quotes is a common mistake. At most 1 MiB.
base::Result<Node> parse_toml(std::string_view text, std::string_view name);

/// A value from the environment, which knows no types: "true" and "false" are booleans, [...] is a JSON array, all else a string.
/// Code::bad_request if it begins as an array and is none.
base::Result<Node> parse_variable(std::string_view text, std::string_view variable);

/// A list of strings: an array of strings, or a string from the environment, which is split at commas. Code::bad_request otherwise;
/// Error.say is the node's place and what was found, to which the caller adds the key.
base::Result<std::vector<std::string>> as_list(const Node& node);

}  // namespace config
