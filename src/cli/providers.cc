// providers.cc: `latchstring providers`: the names that can be used, and what one of them needs.
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "json/writer.h"
#include "providers/layers.h"

namespace cli {
namespace {

using config::Node;

/// A provider's file with its stanza laid over it.
struct Known {
  std::string name;
  Node node;
  bool enabled = false;

  std::string text(std::string_view key) const { return text_of(&node, key); }
  static std::string text_of(const Node* table, std::string_view key) {
    const auto* found = table ? table->get(key) : nullptr;
    return found && found->string() ? *found->string() : "";
  }
};

bool is_true(const Node& table, std::string_view key, bool otherwise) {
  const auto* found = table.get(key);
  return found && found->boolean() ? *found->boolean() : otherwise;
}

/// The catalogue, the folder of provider files, and the configuration's own stanzas; in order of their names.
base::Result<std::vector<Known>> known(const config::Config* config) {
  const auto layers = providers::Layers::open(config ? config->providers_dir : "");
  if (!layers) return layers.error();
  std::map<std::string, Node> stanzas;
  for (const auto& name : layers->names()) stanzas[name] = Node{Node::Table{}, ""};
  if (config) {
    for (const auto& [name, stanza] : config->providers) stanzas[name] = stanza;
  }
  std::vector<Known> out;
  for (const auto& [name, stanza] : stanzas) {
    auto node = layers->resolve(name, stanza);
    if (!node) return node.error();
    out.push_back({name, std::move(*node), config && config->providers.contains(name) && is_true(stanza, "enabled", true)});
  }
  return out;
}

std::vector<std::pair<std::string, Node>> settings_of(const Known& p) {
  const auto* table = p.node.get("settings");
  if (!table || !table->table()) return {};
  return {table->table()->begin(), table->table()->end()};
}

void write_json(const Known& p, json::Writer& w) {
  w.object().member("id", p.name).member("title", p.text("title")).member("protocol", p.text("protocol")).member("enabled", p.enabled);
  w.key("settings").array();
  for (const auto& [name, node] : settings_of(p)) {
    w.object().member("name", name).member("required", is_true(node, "required", false));
    w.member("default", Known::text_of(&node, "default")).member("help", Known::text_of(&node, "help")).end_object();
  }
  w.end_array().end_object();
}

// As a stanza to copy: what must be set, and what may be.
void print_one(const Known& p) {
  std::printf("# %s, protocol %s%s\n", p.text("title").c_str(), p.text("protocol").c_str(), p.enabled ? ", enabled" : "");
  if (const auto docs = p.text("docs"); !docs.empty()) std::printf("# %s\n", docs.c_str());
  std::printf("[providers.%s]\nclient_id = \"...\"\n",
              p.name.find('.') == std::string::npos ? p.name.c_str() : ('"' + p.name + '"').c_str());
  const auto auth = Known::text_of(p.node.get("token"), "client_auth");
  if (auth == "private_key_jwt") {
    std::puts("private_key_file = \"...\"");
  } else if (auth != "none") {
    std::puts("client_secret_file = \"...\"");
  }
  for (const auto& [name, node] : settings_of(p)) {
    const bool required = is_true(node, "required", false);
    const auto help = Known::text_of(&node, "help");
    std::printf("%s%s = \"%s\"%s%s\n", required ? "" : "#", name.c_str(), required ? "..." : Known::text_of(&node, "default").c_str(),
                help.empty() ? "" : "   # ", help.c_str());
  }
}

void print_all(const std::vector<Known>& all) {
  for (const auto& p : all) {
    std::printf("%-8s %-28s %-8s %s\n", p.enabled ? "enabled" : "-", p.name.c_str(), p.text("protocol").c_str(), p.text("title").c_str());
  }
}

}  // namespace

int run_providers(const std::string& config_file, const std::string& name, bool json) {
  // The catalogue can be looked at before there is a configuration; one that was named, or that is there, must be right.
  const auto env = config::environment();
  const bool configured = !config::find_file(config_file, env).empty() || env.contains("LATCHSTRING_PUBLIC_URL");
  auto config = configured ? load_config(config_file) : base::Error{};
  if (configured && !config) return complain(config.error());
  auto all = known(configured ? &*config : nullptr);
  if (!all) return complain(all.error());
  if (!name.empty()) {
    std::vector<std::string> names;
    for (const auto& p : *all) names.push_back(p.name);
    std::erase_if(*all, [&](const Known& p) { return p.name != name; });
    if (all->empty()) {
      const auto near = base::nearest(name, names);
      return complain({base::Code::not_found, "there is no provider \"" + name + "\"" + (near ? ": did you mean " + *near + "?" : ""), ""});
    }
  }
  if (json) {
    json::Writer w;
    w.array();
    for (const auto& p : *all) write_json(p, w);
    std::puts(w.end_array().str().c_str());
  } else if (!name.empty()) {
    print_one(all->front());
  } else {
    print_all(*all);
  }
  return 0;
}

}  // namespace cli
