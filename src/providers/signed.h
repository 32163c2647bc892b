// providers/signed.h: the engine for callbacks that are signed themselves, and for the own protocols that are close to it (signed_spec.h).
#pragma once
#include "providers/engine.h"
#include "providers/signed_spec.h"

namespace providers::signed_callback {

inline const SignedSpec& signed_of(const Spec& spec) noexcept { return *static_cast<const SignedSpec*>(spec.own.get()); }

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
void read(Table& table, Spec& spec);
/// Is client_id or client_secret named anywhere that a login evaluates?
bool needs(const Spec& spec, std::string_view setting);
base::Status check(Provider& provider, World& world);

}  // namespace providers::signed_callback
