// random.h: unpredictable bytes, passed in. SystemRandom is the kernel's getrandom(2), opened after fork by nature.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace base {

struct Random {
  virtual ~Random() = default;
  /// Fills `out`; never fails (the process aborts where the kernel has no randomness).
  virtual void fill(std::span<std::byte> out) = 0;
};

struct SystemRandom final : Random {
  void fill(std::span<std::byte> out) override;
};

/// `n` random bytes as a byte string. n <= 256.
std::string random_bytes(Random& random, std::size_t n);

}  // namespace base
