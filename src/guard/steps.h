// steps.h: the two halves of confine(). Of guard/ alone.
#pragma once
#include "guard/guard.h"

namespace guard {

/// landlock.cc. 0 = the kernel has none, or it is switched off.
int landlock_version() noexcept;
base::Status restrict_files(const Rules& rules, int version);

/// seccomp.cc
base::Status restrict_calls(Profile profile);

}  // namespace guard
