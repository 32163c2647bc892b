// oauth2.h: the engine for protocol "oauth2".
#pragma once
#include "providers/engine.h"

namespace providers::oauth2 {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
base::Status check(Provider& provider, World& world);
base::Result<TokenEndpoint> refreshes_at(Provider& provider, World& world);

}  // namespace providers::oauth2
