// social_keys.h: python-social-auth's settings that every back end has (SOCIAL_AUTH_<NAME>_AUTHORIZATION_URL ...), under the keys that they
// have here, so that a configuration moves over as it is.
#pragma once
#include "base/result.h"
#include "config/node.h"

namespace providers {

/// `stanza` with its keys renamed. `below` is what it stands on: a setting that the file itself declares means what the file says. Those
/// that say what is done anyway (USE_PKCE ...) are dropped. Error.say: "KEY: what is wrong".
base::Result<config::Node> with_our_keys(config::Node stanza, const config::Node& below);

}  // namespace providers
