#include "base/tally.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace base {
namespace {

constexpr std::size_t kSteps = Tally::kSteps;
/// One step's count: the step's number modulo 65,536 above, the count below. A cell of another step counts as nothing.
using Cell = std::atomic<std::uint32_t>;
using Cells = std::array<Cell, kSteps>;

struct Steps {
  std::int64_t width, first, last;  // those that count now: first..last
  Steps(Time now, std::chrono::seconds span) noexcept
      : width(std::max<std::int64_t>(1, (span.count() + 12) / 13)),
        // What began in the step where the span ends now is about to expire: it is not counted any more.
        first(step_of(now - span) + 1),
        last(step_of(now)) {}
  std::int64_t step_of(Time t) const noexcept { return t.time_since_epoch().count() / width; }
};

constexpr std::uint32_t mark_of(std::int64_t step) noexcept { return static_cast<std::uint32_t>(step & 0xffff) << 16; }
Cell& cell_of(Cells& cells, std::int64_t step) noexcept { return cells[static_cast<std::size_t>(step) % kSteps]; }

std::uint32_t in_step(Cells& cells, std::int64_t step) noexcept {
  const auto cell = cell_of(cells, step).load(std::memory_order_relaxed);
  return (cell & 0xffff0000u) == mark_of(step) ? cell & 0xffffu : 0;
}

std::uint32_t sum(Cells& cells, const Steps& steps) noexcept {
  std::uint32_t n = 0;
  for (auto step = steps.first; step <= steps.last; ++step) n += in_step(cells, step);
  return n;
}

}  // namespace

struct Tally::Set {
  std::array<std::atomic<std::uint64_t>, kWays> keys;  // 0 = free
  std::array<Cells, kWays> cells;

  Cells* find(std::uint64_t key) noexcept {
    for (std::size_t i = 0; i < kWays; ++i) {
      if (keys[i].load(std::memory_order_relaxed) == key) return &cells[i];
    }
    return nullptr;
  }
  /// An entry for a key that has none: of those that are there, the one with the fewest.
  Cells* claim(std::uint64_t key, const Steps& steps) noexcept {
    for (;;) {
      if (auto* found = find(key)) return found;  // another thread was first
      std::size_t least = 0;
      std::uint32_t fewest = UINT32_MAX;
      for (std::size_t i = 0; i < kWays && fewest != 0; ++i) {
        const auto n = keys[i].load(std::memory_order_relaxed) == 0 ? 0 : sum(cells[i], steps);
        if (n < fewest) fewest = n, least = i;
      }
      // Nobody's, then empty, then its new key's: what was counted for the old one is never seen as the new one's.
      auto owner = keys[least].load(std::memory_order_relaxed);
      if (owner != 0 && !keys[least].compare_exchange_strong(owner, 0, std::memory_order_relaxed)) continue;
      for (auto& cell : cells[least]) cell.store(0, std::memory_order_relaxed);
      owner = 0;
      if (keys[least].compare_exchange_strong(owner, key, std::memory_order_release)) return &cells[least];
    }
  }
};

namespace {

template <class Set>
Set& set_of(Set* sets, std::uint64_t key) noexcept {
  return sets[key % Tally::kSets];
}
constexpr std::uint64_t usable(std::uint64_t key) noexcept { return key == 0 ? 1 : key; }

}  // namespace

void Tally::Unmap::operator()(Set* p) const noexcept { munmap(static_cast<void*>(p), kSets * sizeof(Set)); }

Tally::Tally() {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared between processes");
  void* region = mmap(nullptr, kSets * sizeof(Set), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) std::abort();  // no memory at start
  sets_.reset(static_cast<Set*>(region));  // zero bytes are free entries
}

Tally::Counted Tally::add(std::uint64_t key, Time now, std::chrono::seconds span) noexcept {
  const Steps steps{now, span};
  key = usable(key);
  auto& set = set_of(sets_.get(), key);
  auto* cells = set.find(key);
  if (cells == nullptr) cells = set.claim(key, steps);
  auto& cell = cell_of(*cells, steps.last);
  auto was = cell.load(std::memory_order_relaxed);
  for (;;) {
    const bool this_step = (was & 0xffff0000u) == mark_of(steps.last);
    if (this_step && (was & 0xffffu) == 0xffffu) break;  // full
    if (cell.compare_exchange_weak(was, this_step ? was + 1 : mark_of(steps.last) + 1, std::memory_order_relaxed)) break;
  }
  Counted counted;
  for (auto step = steps.last; step >= steps.first; --step) {
    const auto n = in_step(*cells, step);
    counted.count += n;
    if (n != 0) counted.wait = std::chrono::seconds{step * steps.width} + span - now.time_since_epoch();
  }
  counted.wait = std::max(counted.wait, std::chrono::seconds{1});
  return counted;
}

void Tally::remove(std::uint64_t key, Time begun, std::chrono::seconds span) noexcept {
  const Steps steps{begun, span};
  key = usable(key);
  auto* cells = set_of(sets_.get(), key).find(key);
  if (cells == nullptr) return;
  auto& cell = cell_of(*cells, steps.last);
  auto was = cell.load(std::memory_order_relaxed);
  while ((was & 0xffff0000u) == mark_of(steps.last) && (was & 0xffffu) != 0) {
    if (cell.compare_exchange_weak(was, was - 1, std::memory_order_relaxed)) return;
  }
}

std::uint32_t Tally::count(std::uint64_t key, Time now, std::chrono::seconds span) const noexcept {
  key = usable(key);
  auto* cells = set_of(sets_.get(), key).find(key);
  return cells == nullptr ? 0 : sum(*cells, Steps{now, span});
}

}  // namespace base
