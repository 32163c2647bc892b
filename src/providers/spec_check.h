// spec_check.h: what must hold between the keys of a provider's file: the part of spec.h that no single key can say.
#pragma once
#include "providers/spec.h"
#include "providers/table.h"

namespace providers {

/// Mistakes go to `table`. `complete`: as in read_spec.
void check_spec(const Spec& spec, Table& table, bool complete);

}  // namespace providers
