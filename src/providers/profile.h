// profile.h: from what the provider answered to an Identity, as the provider's map says. Pure.
#pragma once
#include <string>

#include "base/result.h"
#include "providers/identity.h"
#include "providers/spec.h"

namespace providers {

/// Fails if there is no uid: people without an id would all be one account (wire.md F27, F28).
base::Result<Identity> make_identity(const Spec& spec, const Values& values, std::string provider, std::string issuer);

}  // namespace providers
