// reference.cc: the annotated configuration, written from the table of keys. conf/latchstring.toml is its output.
#include "base/text.h"
#include "config/keys.h"

namespace config {
namespace {

constexpr const char* kHead =
    R"(# latchstring.toml: every key of latchstring with its meaning. A key that is commented out (#key = ...) shows its default,
# or an example where the default is empty. `latchstring check` says what is wrong with this file.
#
# Any key can come from the environment, which wins over the file: LATCHSTRING_ and the key in capitals, such as LATCHSTRING_STORE_URL
# or LATCHSTRING_FLOWS_TTL. Lists are comma-separated or JSON arrays there; an empty variable counts as absent.
# python-social-auth's names work as they are: SOCIAL_AUTH_GOOGLE_OAUTH2_KEY, SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET,
# SOCIAL_AUTH_GOOGLE_OAUTH2_SCOPE, SOCIAL_AUTH_ALLOWED_REDIRECT_URIS.
#
# Durations: "10s", "5m", "2h", "30d". Sizes: "64KiB", "1MiB". Relative paths are seen from this file's folder.
)";

constexpr const char* kGate =
    R"(# ---- the gate -----------------------------------------------------------------------------------------------------------------------
# A login in front of pages that have none: who may see which paths of the web server (conf/web/*-gate.conf). The longest matching path of
# all rules counts; a path below no rule, or no rule at all: whoever is signed in.
# email_domains, emails (verified addresses only) and users (names, or ids without quotes) are alternatives; providers and claims must hold
# besides. claims: what the provider's file keeps ([extra]), and what the login hook said; of a list, one element must fit.
#
#[gate.team]
#paths = ["/team/", "/wiki/"]
#email_domains = ["example.com"]
#users = ["ada", 7]
#
#[gate.admins]
#paths = ["/team/admin/"]
#providers = ["acme"]
#claims = { groups = ["admins"] }
#
#[gate.open]
#paths = ["/team/help/"]
#public = true

)";

constexpr const char* kProviders =
    R"(# ---- providers ------------------------------------------------------------------------------------------------------------------
# A provider is enabled by its client_id or, where it needs none, by enabled = true. Names: `latchstring providers`; what one needs:
# `latchstring providers NAME`. client_secret_file = PATH reads the secret from a file of its own.
#
#[providers.google-oauth2]
#client_id = "..."
#client_secret_file = "google.secret"
#scope = ["openid", "email", "profile"]
#
# Any OpenID provider, by its issuer:
#[providers.acme]
#kind = "oidc"
#issuer = "https://login.acme.example"
#client_id = "..."
#client_secret_file = "acme.secret"
)";

std::string comment(std::string_view text) {
  std::string out;
  for (const auto& line : base::split(text, '\n')) out += "# " + line + '\n';
  return out;
}

std::string entry(const Key& key, Draft& defaults, const std::map<std::string, std::string>& values) {
  const auto name = std::string{key.path.substr(key.path.rfind('.') + 1)};
  const auto wanted = wants(key);
  std::string out = '\n' + comment(key.help);
  if (!key.allowed.empty()) out += "# It wants " + wanted.substr(0, wanted.find(", such as")) + ".\n";
  if (const auto it = values.find(std::string{key.path}); it != values.end()) return out + name + " = " + it->second + '\n';
  const bool essential = key.path == "public_url" || key.path == "redirect_uris";  // examples that make the reference a working file
  return out + (essential && values.empty() ? "" : "#") + name + " = " +
         (key.example.empty() ? value_of(key, defaults) : std::string{key.example}) + '\n';
}

}  // namespace

std::string reference(const std::map<std::string, std::string>& values, const std::string& stanzas) {
  Draft defaults;
  std::string out = kHead;
  for (const auto& section : sections()) {
    if (!section.name.empty()) out += "\n# " + std::string{section.help} + "\n[" + std::string{section.name} + "]\n";
    for (const auto& key : keys()) {
      if (section_of(key) == section.name) out += entry(key, defaults, values);
    }
  }
  return out + '\n' + kGate + (stanzas.empty() ? kProviders : stanzas);
}

}  // namespace config
