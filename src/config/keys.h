// config/keys.h: the one table of keys. Reading, environment names, the annotated reference and "did you mean" all come from it.
// A key's type is the type of the member that its slot names; its default is that member's initial value in config.h.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/config.h"

namespace config {

/// A Config being read, with what only reading needs.
struct Draft {
  Config config;
  std::string binding = "required";
  std::string hs256_secret_file, hooks_secret_file, introspection_secret_file;
  std::map<std::string, std::string, std::less<>> where;  // key -> place it was read from; absent = default
};

using Slot = std::variant<std::string& (*)(Draft&), base::Secret& (*)(Draft&), bool& (*)(Draft&), int& (*)(Draft&),
                          std::chrono::seconds& (*)(Draft&), std::size_t& (*)(Draft&), std::vector<std::string>& (*)(Draft&)>;

struct Key {
  std::string_view path;  // "store.url"; a key without a dot stands at the top of the file
  Slot slot;
  std::string_view allowed;  // strings: "a|b" or "" = any; numbers, durations, sizes: "LEAST..MOST"
  std::string_view help;     // lines for the reference
  std::string_view example;  // shown in the reference where the default says little; TOML
};
std::span<const Key> keys();
/// The explanation of a table, for the reference; "" for the top of the file.
struct Section {
  std::string_view name, help;
};
std::span<const Section> sections();

/// nullptr if there is no such key.
const Key* find_key(std::string_view path);
/// "LATCHSTRING_STORE_URL" for "store.url".
std::string variable_of(const Key& key);
/// The part before the dot: "store"; "" for a key at the top.
std::string_view section_of(const Key& key);
/// `a whole number from 1 to 4096`, `"lax", "strict" or "none"`: what a value of this key must be.
std::string wants(const Key& key);
/// The key's value in `draft` as TOML; a secret is always "".
std::string value_of(const Key& key, Draft& draft);

/// Takes a value that was read. Error.say: "place: key: what was found, what it wants".
base::Status take(const Key& key, const Node& node, Draft& draft);
/// The same for a value from the environment, which has no types; `variable` is its name.
base::Status take_variable(const Key& key, std::string_view variable, std::string_view text, Draft& draft);

/// A value as it may stand in an error: at most 80 printable characters, in quotes, without userinfo and query of a URL.
std::string shown(std::string_view value);
/// "a, b or c"
std::string either(const std::vector<std::string>& words);
/// A configuration error: its one line is log detail and message at once.
base::Error wrong(std::string line);

}  // namespace config
