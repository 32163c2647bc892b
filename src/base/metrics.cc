// metrics.cc: a table of counters in memory that all workers share. A slot is found by the hash of its series' text and claimed with a
// compare-and-swap; it is never given back.
#include "base/metrics.h"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

namespace base {
namespace {

constexpr std::size_t kSlots = 4096;
constexpr std::size_t kTextSize = 208;
constexpr std::size_t kLongestSeries = 200;
constexpr std::array<double, 11> kBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
constexpr std::array<std::string_view, 11> kBucketNames{"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"};

enum State : std::uint32_t { empty = 0, claimed = 1, ready = 2 };
enum Kind : std::uint8_t { counter = 'c', gauge = 'g', histogram_part = 'h' };

std::uint64_t hash_of(std::string_view s) noexcept {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : s) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return h;
}

/// `name{a="x",b="y"}` in a buffer on the stack; empty if it would be too long.
class Series {
  char text_[kLongestSeries];
  std::size_t size_ = 0;
  bool fits_ = true;

  void put(char c) noexcept {
    if (size_ == sizeof text_) fits_ = false;
    else text_[size_++] = c;
  }
  void put(std::string_view s) noexcept {
    for (const char c : s) put(c);
  }

 public:
  Series(std::string_view name, std::initializer_list<Metrics::Label> labels, std::string_view le = {}) noexcept {
    put(name);
    if (labels.size() == 0 && le.empty()) return;
    put('{');
    bool first = true;
    const auto label = [&](std::string_view key, std::string_view value) {
      if (!first) put(',');
      first = false;
      put(key);
      put("=\"");
      for (const char c : value) {  // Prometheus text format 0.0.4
        if (c == '\\' || c == '"') put('\\');
        if (c == '\n') put("\\n");
        else put(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
      }
      put('"');
    };
    for (const auto& [key, value] : labels) label(key, value);
    if (!le.empty()) label("le", le);
    put('}');
  }
  std::string_view text() const noexcept { return fits_ ? std::string_view{text_, size_} : std::string_view{}; }
};

}  // namespace

struct Metrics::Slot {
  std::atomic<std::uint32_t> state;
  std::atomic<std::int64_t> value;
  Kind kind;
  std::uint8_t size;
  char text[kTextSize];
};

namespace {

template <class Slot>
Slot* find_slot(Slot* slots, std::string_view series, Kind kind) noexcept {
  if (series.empty()) return nullptr;
  auto at = hash_of(series) % kSlots;
  for (std::size_t tried = 0; tried < kSlots; ++tried, at = (at + 1) % kSlots) {
    Slot& slot = slots[at];
    std::uint32_t state = slot.state.load(std::memory_order_acquire);
    if (state == empty && slot.state.compare_exchange_strong(state, claimed, std::memory_order_acq_rel)) {
      slot.kind = kind;
      slot.size = static_cast<std::uint8_t>(series.size());
      std::memcpy(slot.text, series.data(), series.size());
      slot.state.store(ready, std::memory_order_release);
      return &slot;
    }
    // Another worker is writing the name here: a few instructions. One that dies meanwhile leaves the slot claimed: skip it.
    for (int spin = 0; state == claimed && spin < 1000; ++spin) state = slot.state.load(std::memory_order_acquire);
    if (state == ready && std::string_view{slot.text, slot.size} == series) return &slot;
  }
  return nullptr;
}

}  // namespace

void Metrics::Unmap::operator()(Slot* p) const noexcept { munmap(static_cast<void*>(p), kSlots * sizeof(Slot)); }

Metrics::Metrics() {
  static_assert(std::atomic<std::int64_t>::is_always_lock_free, "shared between processes");
  void* region = mmap(nullptr, kSlots * sizeof(Slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) std::abort();  // no memory at start
  slots_.reset(static_cast<Slot*>(region));  // zero bytes are empty slots
}

void Metrics::add(std::string_view name, std::initializer_list<Label> labels, std::int64_t n) noexcept {
  if (auto* slot = find_slot(slots_.get(), Series{name, labels}.text(), counter)) {
    slot->value.fetch_add(n, std::memory_order_relaxed);
  } else if (auto* dropped = find_slot(slots_.get(), "latchstring_metrics_dropped_total", counter)) {
    dropped->value.fetch_add(1, std::memory_order_relaxed);
  }
}

void Metrics::set(std::string_view name, std::initializer_list<Label> labels, std::int64_t value) noexcept {
  if (auto* slot = find_slot(slots_.get(), Series{name, labels}.text(), gauge)) slot->value.store(value, std::memory_order_relaxed);
}

void Metrics::observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::microseconds took) noexcept {
  const auto part = [&](std::string_view suffix, std::string_view le, std::int64_t n) {
    char text[64];
    if (name.size() + suffix.size() > sizeof text) return;
    std::memcpy(text, name.data(), name.size());
    std::memcpy(text + name.size(), suffix.data(), suffix.size());
    const Series series{std::string_view{text, name.size() + suffix.size()}, labels, le};
    if (auto* slot = find_slot(slots_.get(), series.text(), histogram_part)) slot->value.fetch_add(n, std::memory_order_relaxed);
  };
  const double seconds = static_cast<double>(took.count()) / 1e6;
  for (std::size_t i = 0; i < kBuckets.size(); ++i) part("_bucket", kBucketNames[i], seconds <= kBuckets[i] ? 1 : 0);
  part("_bucket", "+Inf", 1);
  part("_sum", "", took.count());
  part("_count", "", 1);
}

std::string Metrics::render() const {
  struct Line {
    std::string_view series;
    Kind kind;
    std::int64_t value;
  };
  std::map<std::string_view, std::vector<Line>> families;  // by name without labels and histogram suffix
  for (std::size_t i = 0; i < kSlots; ++i) {
    const auto& slot = slots_.get()[i];
    if (slot.state.load(std::memory_order_acquire) != ready) continue;
    const std::string_view series{slot.text, slot.size};
    auto name = series.substr(0, series.find('{'));
    if (slot.kind == histogram_part) name = name.substr(0, name.rfind('_'));
    families[name].push_back({series, slot.kind, slot.value.load(std::memory_order_relaxed)});
  }
  std::string out;
  for (auto& [name, lines] : families) {
    const auto kind = lines.front().kind;
    out += "# TYPE " + std::string{name} + (kind == counter ? " counter\n" : kind == gauge ? " gauge\n" : " histogram\n");
    std::map<std::string_view, const Line*> sorted;
    for (const auto& line : lines) sorted[line.series] = &line;
    for (const auto& [series, line] : sorted) {
      out += std::string{series} + ' ';
      const bool sum = kind == histogram_part && series.substr(0, series.find('{')).ends_with("_sum");
      out += sum ? std::to_string(static_cast<double>(line->value) / 1e6) : std::to_string(line->value);
      out += '\n';
    }
  }
  return out;
}

}  // namespace base
