// oidc.h: the engine for protocol "oidc".
#pragma once
#include "providers/engine.h"

namespace providers::oidc {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
base::Status check(Provider& provider, World& world);
base::Result<std::string> issuer(Provider& provider, std::string_view uid, World& world);

}  // namespace providers::oidc
