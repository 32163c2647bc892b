// oidc.h: the engine for protocol "oidc".
#pragma once
#include "providers/engine.h"
#include "providers/exchange.h"

namespace providers::oidc {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
base::Status check(Provider& provider, World& world);
base::Result<std::string> issuer(Provider& provider, std::string_view uid, World& world);

/// The file's requests, else the metadata's userinfo endpoint (Core 5.3); whoever they name must be `sub`.
base::Status read_user(Login& login, const Metadata* metadata, const std::string& sub);
base::Result<TokenEndpoint> refreshes_at(Provider& provider, World& world);

}  // namespace providers::oidc
