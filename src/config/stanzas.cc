// stanzas.cc: the provider stanzas and the secrets that stand in files of their own.
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "config/files.h"
#include "config/steps.h"

namespace config {
namespace {

constexpr std::string_view kFile = "_file";
constexpr const char* kDemo = "demo";

// The name stands in URLs (/o/NAME/) and, in capitals, in variables.
bool is_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), good) && name[0] != '-' && name[0] != '_' &&
         name[0] != '.';
}

bool sounds_secret(std::string_view key) {
  return key.find("secret") != std::string_view::npos || key.find("key") != std::string_view::npos ||
         key.find("token") != std::string_view::npos || key.find("password") != std::string_view::npos;
}

void warn_open(Draft& draft, const std::string& path) {
  draft.config.warnings.push_back(path + ": holds a secret and everyone on this machine can read it: chmod o-r");
}

// The key that providers/ never sees: it becomes client_secret.
base::Status read_client_secret(const std::string& name, Node::Table& table) {
  constexpr const char *kSecret = "client_secret", *kSecretFile = "client_secret_file";
  const auto it = table.find(kSecretFile);
  if (it == table.end()) return base::ok;
  const auto place = it->second.where;
  if (table.contains(kSecret)) {
    return wrong(place + ": providers." + name + ".client_secret_file stands beside client_secret: keep one of the two");
  }
  bool open_to_all = false;
  const auto text = read_secret_file(*it->second.string(), open_to_all);
  if (!text) return wrong(place + ": providers." + name + ".client_secret_file: " + text.error().say);
  table.erase(it);
  table[kSecret] = Node{std::string{text->reveal()}, place};
  return base::ok;
}

// NAME_file = PATH, whatever NAME is: a relative path is seen from the configuration's folder, and a secret that all can read is warned of.
base::Status read_stanza(const std::string& name, Node& stanza, Draft& draft) {
  auto& table = std::get<Node::Table>(stanza.v);
  for (auto& [key, node] : table) {
    if (!key.ends_with(kFile)) continue;
    if (!node.string())
      return wrong(node.where + ": providers." + name + '.' + key + " is " + node.kind() + ": it wants the path of a file");
    node.v = beside(folder_of(draft.config.file), *node.string());
    if (sounds_secret(key) && readable_by_all(*node.string())) warn_open(draft, *node.string());
  }
  return read_client_secret(name, table);
}

bool holds_secret(const Draft& draft) {
  const auto from_file = [&](const std::string& where) { return where.starts_with(draft.config.file + ':'); };
  for (const auto* key : {"tokens.hs256_secret", "hooks.secret", "introspection.client_secret"}) {
    if (const auto it = draft.where.find(key); it != draft.where.end() && from_file(it->second)) return true;
  }
  for (const auto& [name, stanza] : draft.config.providers) {
    for (const auto& [key, node] : *stanza.table()) {
      if (sounds_secret(key) && !key.ends_with(kFile) && node.string() && from_file(node.where)) return true;
    }
  }
  return false;
}

// One of the two forms may come from the file and the other from the environment, which wins.
base::Status read_secret(Draft& draft, const std::string& key, base::Secret& secret, const std::string& file) {
  const auto of_environment = [&](const std::string& one) {
    const auto it = draft.where.find(one);
    return it != draft.where.end() && it->second.starts_with("environment ");
  };
  if (file.empty()) return base::ok;
  if (!secret.empty()) {
    const bool inline_wins = of_environment(key), file_wins = of_environment(key + "_file");
    if (inline_wins == file_wins)
      return wrong(at(draft, key + "_file") + " stands beside " + key.substr(key.find('.') + 1) + ": keep one of the two");
    if (inline_wins) return base::ok;
  }
  bool open_to_all = false;
  auto text = read_secret_file(file, open_to_all);
  if (!text) return wrong(at(draft, key + "_file") + ": " + text.error().say);
  if (open_to_all) warn_open(draft, file);
  secret = std::move(*text);
  return base::ok;
}

}  // namespace

base::Status take_stanzas(const Node& providers, Draft& draft) {
  if (!providers.table()) return wrong(providers.where + ": providers is " + providers.kind() + ": it wants tables, [providers.NAME]");
  std::map<std::string, std::string> seen;  // lower case -> place
  for (const auto& [name, stanza] : *providers.table()) {
    if (const auto [it, fresh] = seen.emplace(base::lower(name), stanza.where); !fresh) {
      return wrong(stanza.where + ": providers." + shown(name) + " is there already at " + it->second + ", but for capital letters");
    }
  }
  for (const auto& [name, stanza] : *providers.table()) {
    if (!is_name(name))
      return wrong(stanza.where + ": providers." + shown(name) + ": a provider's name is letters, digits, \"-\", \"_\" and \".\"");
    if (!stanza.table())
      return wrong(stanza.where + ": providers." + name + " is " + stanza.kind() + ": it wants a table, [providers." + name + "]");
  }
  draft.config.providers = {providers.table()->begin(), providers.table()->end()};
  return base::ok;
}

base::Status read_secrets(Draft& draft) {
  const auto& file = draft.config.file;
  if (!file.empty() && readable_by_all(file) && holds_secret(draft)) warn_open(draft, file);
  if (auto read = read_secret(draft, "tokens.hs256_secret", draft.config.tokens.hs256_secret, draft.hs256_secret_file); !read) return read;
  if (auto read = read_secret(draft, "hooks.secret", draft.config.hooks.secret, draft.hooks_secret_file); !read) return read;
  auto& introspection = draft.config.introspection.client_secret;
  if (auto read = read_secret(draft, "introspection.client_secret", introspection, draft.introspection_secret_file); !read) return read;
  for (auto& [name, stanza] : draft.config.providers) {
    if (auto read = read_stanza(name, stanza, draft); !read) return read;
  }
  return base::ok;
}

// The demo provider lets anyone be anyone, so it must not be reachable from elsewhere.
base::Status add_demo(Draft& draft) {
  auto& c = draft.config;
  if (!c.demo.enabled) return base::ok;
  const auto url = base::parse_url(c.public_url);
  if (!url || !base::is_loopback_host(url->host)) {
    return wrong(at(draft, "demo.enabled") +
                 ": refused: anyone can sign in as anyone at the demo provider, so public_url must be on loopback (" +
                 "http://localhost...)");
  }
  const auto place = draft.where["demo.enabled"];
  if (const auto it = c.providers.find(kDemo); it != c.providers.end()) {
    return wrong(it->second.where + ": providers.demo: the name is taken while demo.enabled is true");
  }
  const auto text = [&](std::string value) { return Node{std::move(value), place}; };
  auto base_url = c.public_url;
  while (base_url.ends_with('/')) base_url.pop_back();
  // A public client (RFC 6749 2.1): PKCE alone proves who redeems the code.
  Node::Table token{{"client_auth", text("none")}};
  c.providers[kDemo] = Node{Node::Table{{"kind", text("oidc")},
                                        {"title", text("Demo")},
                                        {"issuer", text(base_url + "/demo")},
                                        {"client_id", text("latchstring-demo")},
                                        {"token", Node{std::move(token), place}}},
                            place};
  return base::ok;
}

}  // namespace config
