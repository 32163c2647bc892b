// tally.h: how many of something each key has begun within a span of time and not finished: login attempts by client address. One region
// of memory that all workers of a master share (as Metrics), no locks, fixed size.
//
// A key is 64 bits of a keyed hash (base::Sip), so that nobody can choose what falls together. It has one of 8 entries of a set, of which
// there are 8,192; an entry counts in steps of time, a thirteenth of the span each. What is in a step ends with the step's first
// moment, so a count is never too high and at most a thirteenth of the span's traffic too low. No key is counted for another, but for a
// collision of 64 bits, or when an entry changes hands in the very instant in which another thread adds to it: then that one addition may
// be the neighbour's. Where more than 8 keys meet in a set, the one with the fewest loses its count: who floods from very many addresses is
// forgotten now and then, and nobody is refused for it (what then holds is the limit over all).
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/clock.h"

namespace base {

class Tally {
  struct Set;
  struct Unmap {
    void operator()(Set* p) const noexcept;
  };
  std::unique_ptr<Set, Unmap> sets_;

 public:
  /// Maps the region. Call before fork; children inherit it.
  Tally();
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  /// One of a key, begun now. `count` is what the key has with it; `wait`: when the oldest of them will have ended.
  struct Counted {
    std::uint32_t count = 0;
    std::chrono::seconds wait{0};
  };
  Counted add(std::uint64_t key, Time now, std::chrono::seconds span) noexcept;
  /// One that was begun then is over. Nothing happens where none is on record.
  void remove(std::uint64_t key, Time begun, std::chrono::seconds span) noexcept;
  std::uint32_t count(std::uint64_t key, Time now, std::chrono::seconds span) const noexcept;

  static constexpr std::size_t kSets = 8192, kWays = 8, kSteps = 14;
};

}  // namespace base
