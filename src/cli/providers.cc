// providers.cc: `latchstring providers`: the names that can be used, and what one of them needs.
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "json/writer.h"
#include "providers/catalogue.h"

namespace cli {
namespace {

struct Known {
  std::string name, title, protocol, docs;
  bool enabled = false;
  struct Setting {
    std::string name, otherwise, help;
    bool required = false;
  };
  std::vector<Setting> settings;
};

std::string text_of(const config::Node& node, std::string_view key) {
  const auto* found = node.get(key);
  return found && found->string() ? *found->string() : "";
}

std::vector<Known::Setting> settings_of(const config::Node& file) {
  std::vector<Known::Setting> out;
  const auto* table = file.get("settings");
  if (!table || !table->table()) return out;
  for (const auto& [name, node] : *table->table()) {
    const auto* required = node.get("required");
    out.push_back({name, text_of(node, "default"), text_of(node, "help"), required && required->boolean() && *required->boolean()});
  }
  return out;
}

// Enabled as providers/ sees it: a stanza with a client id, or one that says so.
bool is_enabled(const config::Node& stanza) {
  const auto* flag = stanza.get("enabled");
  return flag && flag->boolean() ? *flag->boolean() : stanza.get("client_id") != nullptr;
}

/// The catalogue and, if there is a configuration, its own stanzas.
std::vector<Known> known(const config::Config* config) {
  std::map<std::string, Known> all;
  for (const auto& file : providers::catalogue_files()) {
    const auto root = config::parse_toml(file.toml, file.name);
    if (!root) continue;  // the build's tests read every file
    all[std::string{file.name}] = {
        std::string{file.name}, text_of(*root, "title"), text_of(*root, "protocol"), text_of(*root, "docs"), false, settings_of(*root)};
  }
  if (config) {
    for (const auto& [name, stanza] : config->providers) {
      auto& entry = all[name];
      const auto kind = text_of(stanza, "kind"), title = text_of(stanza, "title");
      if (const auto base = all.find(kind); base != all.end() && entry.name.empty()) entry = base->second;
      entry.name = name;
      if (!title.empty()) entry.title = title;
      if (entry.protocol.empty()) entry.protocol = kind;
      entry.enabled = is_enabled(stanza);
    }
  }
  std::vector<Known> out;
  for (auto& [name, entry] : all) out.push_back(std::move(entry));
  return out;
}

void write_json(const Known& p, json::Writer& w) {
  w.object()
      .member("id", p.name)
      .member("title", p.title)
      .member("protocol", p.protocol)
      .member("enabled", p.enabled)
      .key("settings")
      .array();
  for (const auto& s : p.settings) {
    w.object().member("name", s.name).member("required", s.required).member("default", s.otherwise).member("help", s.help).end_object();
  }
  w.end_array().end_object();
}

void print_one(const Known& p) {
  std::printf("%s: %s, protocol %s%s\n", p.name.c_str(), p.title.c_str(), p.protocol.c_str(), p.enabled ? ", enabled" : "");
  if (!p.docs.empty()) std::printf("register an application at: %s\n", p.docs.c_str());
  std::printf("\n[providers.%s]\n", p.name.find('.') == std::string::npos ? p.name.c_str() : ('"' + p.name + '"').c_str());
  if (p.protocol == "openid2") {
    std::puts("enabled = true");
  } else {
    std::puts("client_id = \"...\"\nclient_secret_file = \"...\"");
  }
  for (const auto& s : p.settings) {
    std::printf("%s%s = \"%s\"%s%s\n", s.required ? "" : "#", s.name.c_str(), s.required ? "..." : s.otherwise.c_str(),
                s.help.empty() ? "" : "   # ", s.help.c_str());
  }
}

void print_all(const std::vector<Known>& all) {
  for (const auto& p : all)
    std::printf("%-8s %-28s %-8s %s\n", p.enabled ? "enabled" : "-", p.name.c_str(), p.protocol.c_str(), p.title.c_str());
}

}  // namespace

int run_providers(const std::string& config_file, const std::string& name, bool json) {
  // The catalogue can be looked at before there is a configuration; one that was named, or that is there, must be right.
  const auto env = config::environment();
  const bool configured = !config::find_file(config_file, env).empty() || env.contains("LATCHSTRING_PUBLIC_URL");
  base::Result<config::Config> config = base::Error{};
  if (configured) {
    config = load_config(config_file);
    if (!config) return complain(config.error());
  }
  auto all = known(configured ? &*config : nullptr);
  if (!name.empty()) {
    std::vector<std::string> names;
    for (const auto& p : all) names.push_back(p.name);
    std::erase_if(all, [&](const Known& p) { return p.name != name; });
    if (all.empty()) {
      const auto near = base::nearest(name, names);
      return complain({base::Code::not_found, "there is no provider \"" + name + "\"" + (near ? ": did you mean " + *near + "?" : ""), ""});
    }
  }
  if (json) {
    json::Writer w;
    w.array();
    for (const auto& p : all) write_json(p, w);
    w.end_array();
    std::puts(w.str().c_str());
  } else if (!name.empty()) {
    print_one(all.front());
  } else {
    print_all(all);
  }
  return 0;
}

}  // namespace cli
