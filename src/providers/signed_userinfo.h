// signed_userinfo.h: userinfo that is a signed JWT (OpenID Connect Core 1.0 5.3.2), where a client is registered so.
#pragma once
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "providers/provider.h"

namespace providers {

/// The claims, believed: signed by the provider as its id_tokens are, with its issuer and for this client as far as it says so. Whose they
/// are (`sub`) is the caller's to check. A JWE, which only a registration could ask for, is refused.
base::Result<json::Document> signed_userinfo(Provider& provider, World& world, const Metadata* metadata, std::string_view compact);

}  // namespace providers
