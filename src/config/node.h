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
  const Node* get(std::string_view key) const;
};

/// Parses TOML text; `name` is what errors call it. Error.say: one line "name:LINE: what is wrong".
base::Result<Node> parse_toml(std::string_view text, std::string_view name);

}  // namespace config
