// later.h: a provider's tokens after the login: refreshed when they are stale (RFC 6749 6), revoked when they are not needed any more (RFC
// 7009).
#pragma once
#include "providers/engine.h"

namespace providers {

bool can_refresh(const Provider& provider, const Engine& engine, const Kept& kept);

/// Code::denied: the provider says that the grant is gone (RFC 6749 5.2 invalid_grant, or what the file calls so), or its answer is about
/// somebody else (OIDC Core 12.2): there is nothing left to try. Any other failure may pass.
base::Result<ProviderTokens> refresh_tokens(Provider& provider, const Engine& engine, const Kept& kept, World& world);

base::Status revoke_tokens(Provider& provider, const Engine& engine, const Kept& kept, World& world);

}  // namespace providers
