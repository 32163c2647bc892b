// openid2.h: the engine for protocol "openid2": OpenID Authentication 2.0, relying party.
#pragma once
#include "providers/engine.h"

namespace providers::openid2 {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
base::Status check(Provider& provider, World& world);
void read(Table& table, Spec& spec);
void examine(const Spec& spec, bool complete, const Wrong& wrong);

}  // namespace providers::openid2
