// load.cc: from a file and the environment to a checked Config.
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "config/files.h"
#include "config/steps.h"

namespace config {
namespace {

constexpr const char* kPlaces[] = {"./latchstring.toml", "/etc/latchstring/latchstring.toml"};
constexpr const char* kDefaultKeyFile = "latchstring.key";

std::string_view leaf_of(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::vector<std::string> leaves(std::string_view section) {
  std::vector<std::string> out;
  for (const auto& key : keys()) {
    if (section_of(key) == section) out.emplace_back(leaf_of(key.path));
  }
  if (section.empty()) {
    for (const auto& s : sections()) {
      if (!s.name.empty()) out.emplace_back(s.name);
    }
    out.emplace_back("gate");
    out.emplace_back("providers");
  }
  return out;
}

// A key in the wrong table is the commonest mistake of TOML: what follows a [table] belongs to it, to the end of the file.
std::string advice(std::string_view section, std::string_view leaf) {
  const auto here = leaves(section);
  for (const auto& key : keys()) {
    if (leaf_of(key.path) != leaf) continue;
    const auto home = section_of(key);
    return home.empty() ? "it belongs at the top of the file, before the first [table]" : "it belongs under [" + std::string{home} + "]";
  }
  if (const auto near = base::nearest(leaf, here)) return "did you mean " + *near + "?";
  return "allowed here: " + base::join(here, ", ");
}

base::Error unknown(const Node& node, std::string_view section, std::string_view leaf) {
  const auto path = section.empty() ? std::string{leaf} : std::string{section} + '.' + std::string{leaf};
  return wrong(node.where + ": unknown key " + shown(path) + ": " + advice(section, leaf));
}

bool is_section(std::string_view name) {
  const auto all = sections();
  return !name.empty() && std::any_of(all.begin(), all.end(), [&](const Section& s) { return s.name == name; });
}

base::Status take_section(const std::string& section, const Node& node, Draft& draft) {
  if (!node.table()) return wrong(node.where + ": " + section + " is " + node.kind() + ": it wants a table, [" + section + "]");
  for (const auto& [leaf, value] : *node.table()) {
    const auto* key = find_key(section + '.' + leaf);
    if (!key) return unknown(value, section, leaf);
    if (auto taken = take(*key, value, draft); !taken) return taken;
  }
  return base::ok;
}

base::Status take_root(const Node& root, Draft& draft) {
  for (const auto& [name, node] : *root.table()) {
    base::Status taken = base::ok;
    if (name == "providers") {
      taken = take_stanzas(node, draft);
    } else if (name == "gate") {
      taken = take_gate(node, draft);
    } else if (is_section(name)) {
      taken = take_section(name, node, draft);
    } else if (const auto* key = name.find('.') == std::string::npos ? find_key(name) : nullptr) {
      taken = take(*key, node, draft);
    } else {
      return unknown(node, "", name);
    }
    if (!taken) return taken;
  }
  return base::ok;
}

// Relative paths are meant from the folder of the file that names them: the start must not depend on the current directory.
void resolve_paths(Draft& draft) {
  auto& c = draft.config;
  const auto folder = folder_of(c.file);
  if (c.store.key_file.empty()) c.store.key_file = c.file.empty() ? std::string{"/etc/latchstring/"} + kDefaultKeyFile : kDefaultKeyFile;
  for (auto* path : {&c.store.key_file, &c.upstream.ca_file, &c.providers_dir, &draft.hs256_secret_file, &draft.hooks_secret_file})
    *path = beside(folder, *path);
  constexpr std::string_view kSqlite = "sqlite:";
  if (c.store.url.starts_with(kSqlite) && c.store.url.size() > kSqlite.size()) {
    c.store.url = std::string{kSqlite} + beside(folder, c.store.url.substr(kSqlite.size()));
  }
}

}  // namespace

std::string at(const Draft& draft, std::string_view path) {
  const auto it = draft.where.find(path);
  const auto place = it != draft.where.end() ? it->second : draft.config.file.empty() ? std::string{"configuration"} : draft.config.file;
  return place + ": " + std::string{path};
}

Environment environment() {
  Environment out;
  for (char** entry = ::environ; entry && *entry; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || !(text.starts_with("LATCHSTRING_") || text.starts_with("SOCIAL_AUTH_"))) continue;
    out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::string find_file(const std::string& given, const Environment& env) {
  if (!given.empty()) return given;
  if (const auto it = env.find("LATCHSTRING_CONFIG"); it != env.end() && !it->second.empty()) return it->second;
  for (const auto* place : kPlaces) {
    if (::access(place, F_OK) == 0) return place;
  }
  return "";
}

base::Result<Config> load(const std::string& file, const Environment& env, const std::vector<std::string>& provider_names) {
  Draft draft;
  draft.config.file = file;
  if (!file.empty()) {
    const auto text = read_file(file);
    if (!text) return wrong("cannot read the configuration: " + text.error().say + "; `latchstring init` makes one");
    const auto root = parse_toml(text->reveal(), file);
    if (!root) return root.error();
    if (auto taken = take_root(*root, draft); !taken) return taken.error();
  }
  if (auto taken = take_environment(env, provider_names, draft); !taken) return taken.error();
  if (file.empty() && draft.config.public_url.empty()) {
    return wrong(
        "no configuration: none of ./latchstring.toml and /etc/latchstring/latchstring.toml is there: make one with `latchstring init`, or "
        "name "
        "it with --config");
  }
  resolve_paths(draft);
  if (auto read = read_secrets(draft); !read) return read.error();
  if (auto added = add_demo(draft); !added) return added.error();
  if (auto good = check(draft); !good) return good.error();
  return std::move(draft.config);
}

}  // namespace config
