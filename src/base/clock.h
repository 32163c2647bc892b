// clock.h: the time, passed in, so that tests turn it by hand (tests/fake/clock.h).
// Times are std::chrono::sys_seconds, spans std::chrono::seconds: never a bare int.
#pragma once
#include <chrono>

namespace base {

using Time = std::chrono::sys_seconds;
using PreciseTime = std::chrono::sys_time<std::chrono::microseconds>;

struct Clock {
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  /// The same clock to the microsecond: for time-ordered keys, never for checks.
  virtual PreciseTime precise() const { return now(); }
};

/// The machine's clock.
struct SystemClock final : Clock {
  Time now() const override { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }
  PreciseTime precise() const override { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }
};

}  // namespace base
