// fake/random.h: bytes that count up: every value is different, every run the same.
#pragma once
#include <cstring>
#include <mutex>

#include "base/random.h"

namespace fake {

struct Random final : base::Random {
  std::mutex mutex;
  std::uint64_t next = 1;
  void fill(std::span<std::byte> out) override {
    std::lock_guard lock{mutex};
    for (std::size_t i = 0; i < out.size(); ++i) {
      // splitmix64: well spread, so that code which takes a few bytes of it sees different ones
      std::uint64_t z = (next += 0x9e3779b97f4a7c15u);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      out[i] = static_cast<std::byte>((z ^ (z >> 31)) & 0xff);
    }
  }
};

}  // namespace fake
