// table.h: reading a configuration table whose keys are a closed list. A key that was never asked for is an error with its place, what was
// found and the nearest right key; so is a value of the wrong type. The first mistake is kept; reading goes on with defaults.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"

namespace providers {

class Table {
  const config::Node* node_;
  std::string path_;  // "providers.github.authorize"
  std::vector<std::string> known_;
  std::optional<base::Error>& mistake_;

 public:
  /// `node` may be null: every key is absent then. `mistake` is shared by the tables of one file.
  Table(const config::Node* node, std::string path, std::optional<base::Error>& mistake);

  /// The node under `key`; null if absent. Marks the key as known.
  const config::Node* get(std::string_view key);
  Table table(std::string_view key);
  /// A table that is read as if it stood under `key`: one of rest(), or one that was made of a text.
  Table inside(std::string_view key, const config::Node* node) const { return {node, path_ + '.' + std::string{key}, mistake_}; }
  std::string text(std::string_view key, std::string_view otherwise = {});
  std::optional<bool> boolean(std::string_view key);
  /// An array of strings, or one string.
  std::vector<std::string> list(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  /// One of `allowed`, or "" where the key is absent.
  std::string one_of(std::string_view key, const std::vector<std::string>& allowed);
  /// The keys that were not asked for, each with its node: for tables with free names (params, headers, settings).
  std::vector<std::pair<std::string, const config::Node*>> rest();
  /// To be called when every key was asked for.
  void done();

  bool given(std::string_view key) const { return node_ != nullptr && node_->get(key) != nullptr; }
  void wrong(const config::Node* at, std::string_view key, std::string what);
  const std::string& path() const noexcept { return path_; }
};

/// `over` laid over `base`: tables are merged key by key, everything else is replaced.
config::Node merged(const config::Node& base, const config::Node& over);

}  // namespace providers
