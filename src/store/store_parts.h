// store/store_parts.h: what all parts of the store stand on. References outlive the store.
#pragma once
#include "base/clock.h"
#include "base/random.h"
#include "store/db.h"
#include "store/events.h"

namespace store {

struct StoreParts {
  Db& main_;
  Db& flows_;
  const base::Clock& clock_;
  base::Random& random_;
  Events events_;
};

}  // namespace store
