// providers.cc: `latchstring providers`: the names that can be used, and how one of them is set up.
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "json/writer.h"
#include "providers/engine.h"
#include "providers/layers.h"

namespace cli {
namespace {

using config::Node;
using Is = providers::ServiceStatus::Is;

/// A provider's file with its stanza laid over it.
struct Known {
  std::string name;
  providers::Spec spec;
  bool enabled = false;
};

std::string_view word_of(Is is) {
  switch (is) {
    case Is::alive: return "alive";
    case Is::unsure: return "unsure";
    case Is::dead: return "dead";
    case Is::unproven: return "unproven";
    case Is::refused: return "refused";
  }
  return "";
}

bool is_true(const Node& table, std::string_view key, bool otherwise) {
  const auto* found = table.get(key);
  return found && found->boolean() ? *found->boolean() : otherwise;
}

/// The catalogue, the folder of provider files, and the configuration's own stanzas; in order of their names. One name alone if given.
base::Result<std::vector<Known>> known(const config::Config* config, const std::string& only) {
  const auto layers = providers::Layers::open(config ? config->providers_dir : "");
  if (!layers) return layers.error();
  std::map<std::string, Node> stanzas;
  for (const auto& name : layers->names()) stanzas[name] = Node{Node::Table{}, ""};
  if (config) {
    for (const auto& [name, stanza] : config->providers) stanzas[name] = stanza;
  }
  if (!only.empty() && !stanzas.contains(only)) {
    std::vector<std::string> names;
    for (const auto& [name, stanza] : stanzas) names.push_back(name);
    const auto near = base::nearest(only, names);
    return base::Error{base::Code::not_found, {}, "there is no provider \"" + only + "\"" + (near ? ": did you mean " + *near + "?" : "")};
  }
  std::vector<Known> out;
  for (const auto& [name, stanza] : stanzas) {
    if (!only.empty() && name != only) continue;
    auto node = layers->resolve(name, stanza);
    if (!node) return node.error();
    auto spec = providers::read_spec(*node, "providers." + name, false);
    if (!spec) return spec.error();
    out.push_back({name, std::move(*spec), config && config->providers.contains(name) && is_true(stanza, "enabled", true)});
  }
  return out;
}

/// What stands for the client in a stanza; empty where the provider knows no clients.
struct Client {
  bool id = false;
  const char* secret = "";  // the key that holds it
};
Client client_of(const providers::Spec& spec) {
  const auto* engine = providers::find_engine(spec.protocol);
  if (engine != nullptr && engine->needs != nullptr)
    return {engine->needs(spec, "client_id"), engine->needs(spec, "client_secret") ? "client_secret_file" : ""};
  if (engine == nullptr || !engine->needs_client) return {};
  if (spec.client_auth == providers::ClientAuth::private_key_jwt) return {true, "private_key_file"};
  if (spec.client_auth == providers::ClientAuth::tls) return {true, "client_certificate_file"};
  return {true, spec.client_auth == providers::ClientAuth::none ? "" : "client_secret_file"};
}

void write_json(const Known& p, json::Writer& w) {
  const auto client = client_of(p.spec);
  w.object().member("id", p.name).member("title", p.spec.title).member("protocol", p.spec.protocol).member("enabled", p.enabled);
  w.member("status", word_of(p.spec.status.is)).member("status_at", p.spec.status.at).member("status_why", p.spec.status.why);
  w.member("docs", p.spec.docs).member("register", p.spec.register_at);
  w.member("needs_client_id", client.id).member("needs_client_secret", *client.secret != '\0');
  w.key("scope").array();
  for (const auto& scope : p.spec.authorize.scope) w.value(scope);
  w.end_array().key("settings").array();
  for (const auto& [name, setting] : p.spec.settings) {
    w.object().member("name", name).member("required", setting.required).member("secret", setting.secret);
    w.member("default", setting.secret ? "" : setting.otherwise.value_or("")).member("help", setting.help).end_object();
  }
  w.end_array().end_object();
}

void print_settings(const Known& p) {
  const auto client = client_of(p.spec);
  const bool quoted = p.name.find('.') != std::string::npos;
  std::printf("[providers.%s]\n", quoted ? ('"' + p.name + '"').c_str() : p.name.c_str());
  if (client.id) std::puts("client_id = \"...\"");
  if (*client.secret != '\0') std::printf("%s = \"...\"\n", client.secret);
  if (!client.id) std::puts("enabled = true");
  for (const auto& [name, setting] : p.spec.settings) {
    const auto value = setting.required ? "..." : setting.secret ? "" : setting.otherwise.value_or("");
    std::printf("%s%s = \"%s\"%s%s\n", setting.required ? "" : "#", name.c_str(), value.c_str(), setting.help.empty() ? "" : "   # ",
                setting.help.c_str());
  }
}

/// How to register an application there, and the stanza to copy: what must be set, and what may be.
void print_one(const Known& p, const config::Config* config) {
  const auto& spec = p.spec;
  std::printf("# %s, protocol %s%s\n", spec.title.c_str(), spec.protocol.c_str(), p.enabled ? ", enabled" : "");
  if (spec.status.is != Is::alive)
    std::printf("# status: %s (%s): %s\n", std::string{word_of(spec.status.is)}.c_str(), spec.status.at.c_str(), spec.status.why.c_str());
  auto step = [n = 0](const char* what, const std::string& value) mutable { std::printf("#   %d. %s %s\n", ++n, what, value.c_str()); };
  std::puts("# How to set it up:");
  if (client_of(spec).id || !spec.register_at.empty())
    step("register an application at", spec.register_at.empty() ? "the provider; see " + spec.docs : spec.register_at);
  auto callbacks =
      config && !config->redirect_uris.empty() ? base::join(config->redirect_uris, " and ") : std::string{"each of your redirect_uris"};
  if (client_of(spec).id) {
    step("its callback URL (redirect URI) is", callbacks);
    const auto mount = config ? config->public_url : std::string{"public_url"};
    std::printf("#      in redirect mode (links to /o/%s/login): %s/o/%s/callback\n", p.name.c_str(), mount.c_str(), p.name.c_str());
  }
  if (!spec.authorize.scope.empty()) step("scopes asked for:", base::join(spec.authorize.scope, " "));
  step("copy this into latchstring.toml and fill it in; documentation:", spec.docs);
  print_settings(p);
}

void print_all(const std::vector<Known>& all) {
  for (const auto& p : all) {
    std::string needs;
    for (const auto& [name, setting] : p.spec.settings) {
      if (setting.required) needs += (needs.empty() ? "  needs " : ", ") + name;
    }
    const auto status = p.spec.status.is == Is::alive ? std::string{} : "  (" + std::string{word_of(p.spec.status.is)} + ")";
    std::printf("%-8s %-28s %-8s %s%s%s\n", p.enabled ? "enabled" : "-", p.name.c_str(), p.spec.protocol.c_str(), p.spec.title.c_str(),
                status.c_str(), needs.c_str());
  }
}

}  // namespace

int run_providers(const std::string& config_file, const std::string& name, bool json) {
  // The catalogue can be looked at before there is a configuration; one that was named, or that is there, must be right.
  const auto env = config::environment();
  const bool configured = !config::find_file(config_file, env).empty() || env.contains("LATCHSTRING_PUBLIC_URL");
  auto config = configured ? load_config(config_file) : base::Error{};
  if (configured && !config) return complain(config.error());
  auto all = known(configured ? &*config : nullptr, name);
  if (!all) return complain(all.error());
  if (json) {
    json::Writer w;
    w.array();
    for (const auto& p : *all) write_json(p, w);
    std::puts(w.end_array().str().c_str());
  } else if (!name.empty()) {
    print_one(all->front(), configured ? &*config : nullptr);
  } else {
    print_all(*all);
  }
  return 0;
}

}  // namespace cli
