// environment.cc: LATCHSTRING_STORE_URL and python-social-auth's SOCIAL_AUTH_<NAME>_<SETTING>, over what the file says.
// An empty variable counts as absent: container tools set variables that nobody filled in to "".
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "config/files.h"
#include "config/steps.h"

namespace config {
namespace {

constexpr std::string_view kOurs = "LATCHSTRING_", kSocial = "SOCIAL_AUTH_", kRedirects = "SOCIAL_AUTH_ALLOWED_REDIRECT_URIS";

// "google-oauth2" -> "GOOGLE_OAUTH2", as python-social-auth names settings.
std::string setting_name(std::string_view provider) {
  std::string name = base::upper(provider);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

base::Status take_ours(const std::string& variable, const std::string& value, Draft& draft) {
  std::vector<std::string> names;
  for (const auto& key : keys()) {
    if (variable_of(key) == variable) return take_variable(key, variable, value, draft);
    names.push_back(variable_of(key).substr(kOurs.size()));
  }
  // Others may own names with our prefix (Kubernetes sets LATCHSTRING_SERVICE_HOST beside a service of that name), so only a name that is
  // nearly one of ours stops the start.
  if (const auto near = base::nearest(variable.substr(kOurs.size()), names)) {
    return wrong("environment " + variable + ": unknown key: did you mean " + std::string{kOurs} + *near + "?");
  }
  draft.config.warnings.push_back("environment " + variable + ": no key of latchstring: ignored");
  return base::ok;
}

// The provider that a variable means: the longest name that fits, so that GOOGLE_OAUTH2_KEY is google-oauth2's and not google's.
const std::string* provider_of(std::string_view rest, const std::set<std::string>& names) {
  const std::string* best = nullptr;
  for (const auto& name : names) {
    const auto prefix = setting_name(name) + '_';
    if (rest.starts_with(prefix) && rest.size() > prefix.size() && (!best || name.size() > best->size())) best = &name;
  }
  return best;
}

// The stanza's key for a setting: KEY and SECRET have their OAuth names, the rest is in lower case.
std::string key_of(std::string_view setting) {
  if (setting == "KEY") return "client_id";
  if (setting == "SECRET") return "client_secret";
  if (setting == "SECRET_FILE") return "client_secret_file";
  return base::lower(setting);
}

base::Result<Node> value_of_setting(const std::string& key, const std::string& value, const std::string& variable) {
  Node node;
  node.where = "environment " + variable;
  node.v = value;
  if (key == "client_id" || key.starts_with("client_secret")) return node;  // never anything but text
  auto parsed = parse_variable(value, variable);
  if (!parsed || key != "scope" || !parsed->string()) return parsed;
  Node::Array scopes;
  std::string spaced = value;
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  for (const auto& scope : base::split(spaced, ' ')) {
    if (scope.empty()) continue;
    scopes.push_back(node);
    scopes.back().v = scope;
  }
  node.v = std::move(scopes);
  return node;
}

// Every name that a variable can mean: the catalogue's, the file's own, and those of the folder of provider files.
std::set<std::string> all_names(const std::vector<std::string>& catalogue, const Config& config) {
  std::set<std::string> names{catalogue.begin(), catalogue.end()};
  for (const auto& [name, stanza] : config.providers) names.insert(name);
  if (config.providers_dir.empty()) return names;
  std::error_code ignored;  // a folder that is not there is check.cc's to report
  for (const auto& entry : std::filesystem::directory_iterator{beside(folder_of(config.file), config.providers_dir), ignored}) {
    if (entry.path().extension() == ".toml") names.insert(entry.path().stem().string());
  }
  return names;
}

base::Status take_social(const std::string& variable, const std::string& value, const std::set<std::string>& names, Draft& draft) {
  const auto rest = std::string_view{variable}.substr(kSocial.size());
  const auto* name = provider_of(rest, names);
  if (!name) {
    draft.config.warnings.push_back("environment " + variable + ": neither a provider's setting nor one of latchstring: ignored");
    return base::ok;
  }
  const auto key = key_of(rest.substr(setting_name(*name).size() + 1));
  auto node = value_of_setting(key, value, variable);
  if (!node) return node.error();
  auto& stanza = draft.config.providers[*name];
  if (!stanza.table()) stanza = Node{Node::Table{}, node->where};
  auto& table = std::get<Node::Table>(stanza.v);
  // The environment's secret replaces the file's, in whichever of the two forms that stands there.
  constexpr std::string_view kFile = "_file";
  const auto other = key.ends_with(kFile) ? key.substr(0, key.size() - kFile.size()) : key + std::string{kFile};
  if (const auto it = table.find(other); it != table.end() && !it->second.where.starts_with("environment ")) table.erase(it);
  table[key] = std::move(*node);
  return base::ok;
}

}  // namespace

base::Status take_environment(const Environment& env, const std::vector<std::string>& provider_names, Draft& draft) {
  if (const auto it = env.find(std::string{kRedirects}); it != env.end() && !it->second.empty()) {
    if (auto taken = take_variable(*find_key("redirect_uris"), kRedirects, it->second, draft); !taken) return taken;
  }
  for (const auto& [variable, value] : env) {
    if (value.empty() || variable == "LATCHSTRING_CONFIG" || !variable.starts_with(kOurs)) continue;
    if (auto taken = take_ours(variable, value, draft); !taken) return taken;
  }
  const auto names = all_names(provider_names, draft.config);
  for (const auto& [variable, value] : env) {
    if (value.empty() || variable == kRedirects || !variable.starts_with(kSocial)) continue;
    if (auto taken = take_social(variable, value, names, draft); !taken) return taken;
  }
  return base::ok;
}

}  // namespace config
