// config/steps.h: the steps of load(), each in its own file: the environment, the provider stanzas, the checks.
#pragma once
#include <string>
#include <vector>

#include "config/keys.h"

namespace config {

/// environment.cc: LATCHSTRING_* and SOCIAL_AUTH_* over what the file says.
base::Status take_environment(const Environment& env, const std::vector<std::string>& provider_names, Draft& draft);

/// stanzas.cc: [providers] of the file: names are checked, contents are not (providers/ does that).
base::Status take_stanzas(const Node& providers, Draft& draft);
/// gate.cc: [gate.NAME] of the file.
base::Status take_gate(const Node& gate, Draft& draft);
/// gate.cc: the providers that rules name are there.
base::Status check_gate(Draft& draft);
/// stanzas.cc: client_secret_file = PATH becomes client_secret, in every stanza, and tokens.hs256_secret_file likewise.
base::Status read_secrets(Draft& draft);
/// stanzas.cc: the built-in provider of demo.enabled.
base::Status add_demo(Draft& draft);

/// check.cc: what a type cannot say: URLs, origins, combinations. Adds warnings.
base::Status check(Draft& draft);

/// "latchstring.toml:12: tokens.algorithm": where a key was set, and its name; for errors after reading.
std::string at(const Draft& draft, std::string_view path);

}  // namespace config
