#include "providers/layers.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "config/files.h"
#include "providers/catalogue.h"
#include "providers/engine.h"
#include "providers/social_keys.h"
#include "providers/table.h"

namespace providers {
namespace {

base::Error mistake(const config::Node& at, std::string what) {
  return {base::Code::bad_request, {}, (at.where.empty() ? "" : at.where + ": ") + std::move(what)};
}

config::Node bare(std::string protocol) {
  config::Node text, out;
  text.v = std::move(protocol);
  config::Node::Table table;
  table.emplace("protocol", std::move(text));
  out.v = std::move(table);
  return out;
}

/// Who names another issuer means another provider's addresses too: those come from its metadata, or from the stanza itself.
void forget_addresses(config::Node& base) {
  auto& table = std::get<config::Node::Table>(base.v);
  for (const auto& [group, key] : {std::pair{"authorize", "url"}, {"authorize", "pushed"}, {"token", "url"}, {"id_token", "keys"}}) {
    const auto it = table.find(group);
    if (it == table.end()) continue;
    if (auto* inner = std::get_if<config::Node::Table>(&it->second.v)) inner->erase(key);
  }
  for (const auto* key : {"user", "other_issuers", "discovery", "issuer", "end_session", "events"}) table.erase(key);
}

/// In a stanza, `discovery` names another provider as `issuer` does.
bool names_another(const config::Node& over) { return over.get("issuer") != nullptr || over.get("discovery") != nullptr; }

}  // namespace

base::Result<Layers> Layers::open(const std::string& folder) {
  Layers layers;
  if (folder.empty()) return layers;
  std::error_code failed;
  for (std::filesystem::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed)) {
    const auto path = at->path();
    if (path.extension() != ".toml") continue;
    auto text = config::read_file(path.string());
    if (!text) return base::Error{base::Code::bad_request, {}, "providers_dir: " + text.error().say};
    layers.own_.emplace(path.stem().string(), text->reveal());
  }
  if (failed) return base::Error{base::Code::bad_request, {}, "providers_dir: " + folder + ": " + failed.message()};
  return layers;
}

std::vector<std::string> Layers::names() const {
  auto names = catalogue_names();
  for (const auto& [name, text] : own_) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

base::Result<config::Node> Layers::file(std::string_view name) const {
  if (const auto it = own_.find(name); it != own_.end()) return config::parse_toml(it->second, std::string{name} + ".toml");
  const auto files = catalogue_files();
  const auto it = std::find_if(files.begin(), files.end(), [name](const auto& f) { return f.name == name; });
  if (it != files.end()) return config::parse_toml(it->toml, "conf/providers/" + std::string{name} + ".toml");
  return base::Error{base::Code::not_found, "no such file"};
}

base::Result<config::Node> Layers::lay(const std::string& name, const config::Node& over, int depth) const {
  const auto* kind = over.get("kind");
  const auto* text = kind == nullptr ? nullptr : kind->string();
  if (kind != nullptr && text == nullptr) return mistake(*kind, "providers." + name + ".kind: want a text");
  const auto& below = text != nullptr ? *text : name;
  if (over.table() == nullptr) return mistake(over, "providers." + name + ": want a table");
  // A protocol goes before a file of its name: kind = "cas" is CAS, and [providers.cas] the catalogue's OpenID Connect provider of that
  // name.
  const auto* engine = text == nullptr ? nullptr : find_engine(below);
  if (engine != nullptr && !engine->has_file) return merged(bare(below), over);
  if (depth > 3) return mistake(over, "providers." + name + ": its kinds go in a circle");
  auto base = file(below);
  if (!base && base.error().code == base::Code::not_found) {
    const auto near = base::nearest(below, names());
    return mistake(kind != nullptr ? *kind : over,
                   "providers." + name + ": \"" + below + "\" is not in the catalogue" +
                       (near ? "; did you mean " + *near + "?" : "; for one of your own write kind = \"oidc\" or kind = \"oauth2\""));
  }
  if (!base) return base.error();
  if (base->get("kind") != nullptr) base = lay(below, *base, depth + 1);
  if (base && names_another(over)) forget_addresses(*base);
  if (!base) return base.error();
  return merged(*base, over);
}

std::string Layers::psa_uid(std::string_view name) const {
  const auto node = file(name);
  const auto* said = node ? node->get("psa_uid") : nullptr;
  return said != nullptr && said->string() != nullptr ? *said->string() : std::string{};
}

base::Result<config::Node> Layers::resolve(const std::string& name, const config::Node& stanza) const {
  auto below = lay(name, stanza, 0);
  if (!below || stanza.table() == nullptr) return below;
  auto ours = with_our_keys(stanza, *below);
  if (!ours) return base::Error{ours.error().code, {}, stanza.where + ": providers." + name + '.' + ours.error().say};
  return lay(name, *ours, 0);
}

}  // namespace providers
