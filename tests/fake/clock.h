// fake/clock.h: a clock that tests turn by hand. It never sleeps.
#pragma once
#include "base/clock.h"

namespace fake {

struct Clock final : base::Clock {
  base::Time t{std::chrono::seconds{1'700'000'000}};
  base::Time now() const override { return t; }
  void tick(std::chrono::seconds s) { t += s; }
};

}  // namespace fake
