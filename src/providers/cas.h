// cas.h: the engine for protocol "cas": a service of a CAS server (CAS Protocol 2 and 3). Not to be taken for the catalogue's provider
// "cas", which is Apereo CAS by OpenID Connect: [providers.cas] is that one, kind = "cas" is this engine.
#pragma once
#include "providers/engine.h"

namespace providers::cas {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
base::Status check(Provider& provider, World& world);
void read(Table& table, Spec& spec);
void examine(const Spec& spec, bool complete, const Wrong& wrong);

}  // namespace providers::cas
