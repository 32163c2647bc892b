// metrics.cc: a table of counters in memory that all workers share. A slot is found by the hash of its series' text and claimed with a
// compare-and-swap; it is never given back.
#include "base/metrics.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>

#include "base/encode.h"

namespace base {
namespace {

constexpr std::size_t kSlots = 4096;
constexpr std::size_t kLongestSeries = 200;
constexpr std::string_view kDropped = "latchstring_metrics_dropped_total";
struct Bucket {
  std::chrono::microseconds most;
  std::string_view name;
};
constexpr std::chrono::microseconds ms(double n) { return std::chrono::microseconds{static_cast<std::int64_t>(n * 1000)}; }
constexpr std::array<Bucket, 12> kBuckets{{{ms(5), "0.005"},
                                           {ms(10), "0.01"},
                                           {ms(25), "0.025"},
                                           {ms(50), "0.05"},
                                           {ms(100), "0.1"},
                                           {ms(250), "0.25"},
                                           {ms(500), "0.5"},
                                           {ms(1000), "1"},
                                           {ms(2500), "2.5"},
                                           {ms(5000), "5"},
                                           {ms(10000), "10"},
                                           {std::chrono::microseconds::max(), "+Inf"}}};

enum State : std::uint32_t { empty = 0, claimed = 1, ready = 2 };
enum class Kind : std::uint8_t { counter, gauge, histogram };

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
    if (size_ == sizeof text_)
      fits_ = false;
    else
      text_[size_++] = c;
  }
  void put(std::string_view s) noexcept {
    for (const char c : s) put(c);
  }
  void put_value(std::string_view value) noexcept {  // escapes of the Prometheus text format 0.0.4
    const bool utf8 = is_utf8(value);
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\\' || c == '"') put('\\');
      if (c == '\n')
        put("\\n");
      else
        put(byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8) ? '?' : c);
    }
  }

 public:
  Series(std::string_view name, std::initializer_list<Metrics::Label> labels) noexcept {
    put(name);
    char before = '{';
    for (const auto& [key, value] : labels) {
      put(before);
      before = ',';
      put(key);
      put("=\"");
      put_value(value);
      put('"');
    }
    if (labels.size() != 0) put('}');
  }
  std::string_view text() const noexcept { return fits_ ? std::string_view{text_, size_} : std::string_view{}; }
};

}  // namespace

struct Metrics::Slot {
  std::atomic<std::uint32_t> state;
  std::atomic<std::int32_t> owner;  // of a part of a gauge: the process, kNobody once that has ended; else 0
  Kind kind;
  std::uint8_t size;
  char text[kLongestSeries];
  std::atomic<std::int64_t> value;  // of a histogram: the sum in microseconds
  std::atomic<std::int64_t> buckets[kBuckets.size()];
};

namespace {

constexpr std::int32_t kNobody = -1;

/// True if the slot of this series is `owner`'s, or becomes it.
template <class Slot>
bool belongs(Slot& slot, std::int32_t owner) noexcept {
  auto now = slot.owner.load(std::memory_order_acquire);
  return now == owner || (owner != 0 && now == kNobody && slot.owner.compare_exchange_strong(now, owner, std::memory_order_acq_rel));
}

template <class Slot>
Slot* find_slot(Slot* slots, std::string_view series, Kind kind, std::int32_t owner = 0) noexcept {
  if (series.empty()) return nullptr;
  auto at = hash_of(series) % kSlots;
  for (std::size_t tried = 0; tried < kSlots; ++tried, at = (at + 1) % kSlots) {
    Slot& slot = slots[at];
    std::uint32_t state = slot.state.load(std::memory_order_acquire);
    if (state == empty && slot.state.compare_exchange_strong(state, claimed, std::memory_order_acq_rel)) {
      slot.kind = kind;
      slot.owner.store(owner, std::memory_order_relaxed);
      slot.size = static_cast<std::uint8_t>(series.size());
      std::memcpy(slot.text, series.data(), series.size());
      slot.state.store(ready, std::memory_order_release);
      return &slot;
    }
    // Another worker is writing the name here: a few instructions. One that dies meanwhile leaves the slot claimed, and one that is
    // suspended may come too late for us: then the series has two slots, which render() adds up.
    for (int spin = 0; state == claimed && spin < 1000; ++spin) state = slot.state.load(std::memory_order_acquire);
    if (state == ready && std::string_view{slot.text, slot.size} == series && belongs(slot, owner)) return &slot;
  }
  return nullptr;
}

/// The slot of a series; where there is no room for it, nullptr, and the loss is counted.
template <class Slot>
Slot* slot_for(Slot* slots, const Series& series, Kind kind, std::int32_t owner = 0) noexcept {
  if (auto* slot = find_slot(slots, series.text(), kind, owner)) return slot;
  if (auto* dropped = find_slot(slots, kDropped, Kind::counter)) dropped->value.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

struct Line {
  Kind kind = Kind::counter;
  std::int64_t value = 0;
  std::array<std::int64_t, kBuckets.size()> buckets{};
};

void write_histogram(std::string& out, std::string_view series, const Line& line) {
  const auto brace = series.find('{');
  const auto name = series.substr(0, brace);
  const std::string labels{brace == series.npos ? "" : series.substr(brace + 1, series.size() - brace - 2)};
  std::int64_t count = 0;
  const auto write = [&](const char* suffix, const std::string& inside, const std::string& value) {
    out.append(name).append(suffix);
    if (!inside.empty()) out.append("{").append(inside).append("}");
    out.append(" ").append(value).append("\n");
  };
  for (std::size_t i = 0; i < kBuckets.size(); ++i) {
    count += line.buckets[i];
    write("_bucket", labels + (labels.empty() ? "le=\"" : ",le=\"") + std::string{kBuckets[i].name} + '"', std::to_string(count));
  }
  write("_sum", labels, std::to_string(static_cast<double>(line.value) / 1e6));
  write("_count", labels, std::to_string(count));
}

constexpr const char* type_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::counter: return " counter\n";
    case Kind::gauge: return " gauge\n";
    case Kind::histogram: return " histogram\n";
  }
  return " untyped\n";
}

}  // namespace

void Metrics::Unmap::operator()(Slot* p) const noexcept { munmap(static_cast<void*>(p), kSlots * sizeof(Slot)); }

Metrics::Metrics() {
  static_assert(std::atomic<std::int64_t>::is_always_lock_free, "shared between processes");
  void* region = mmap(nullptr, kSlots * sizeof(Slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) std::abort();            // no memory at start
  slots_.reset(static_cast<Slot*>(region));          // zero bytes are empty slots
  find_slot(slots_.get(), kDropped, Kind::counter);  // while there is room
}

void Metrics::add(std::string_view name, std::initializer_list<Label> labels, std::int64_t n) noexcept {
  if (auto* slot = slot_for(slots_.get(), Series{name, labels}, Kind::counter)) slot->value.fetch_add(n, std::memory_order_relaxed);
}

void Metrics::set(std::string_view name, std::initializer_list<Label> labels, std::int64_t value) noexcept {
  if (auto* slot = slot_for(slots_.get(), Series{name, labels}, Kind::gauge)) slot->value.store(value, std::memory_order_relaxed);
}

Metrics::Part Metrics::part(std::string_view name, std::initializer_list<Label> labels) noexcept {
  auto* slot = slot_for(slots_.get(), Series{name, labels}, Kind::gauge, getpid());
  return slot == nullptr ? Part{} : Part{&slot->value};
}

void Metrics::process_ended(int pid) noexcept {
  for (std::size_t i = 0; i < kSlots; ++i) {
    auto& slot = slots_.get()[i];
    if (slot.owner.load(std::memory_order_acquire) != pid) continue;
    slot.value.store(0, std::memory_order_relaxed);
    slot.owner.store(kNobody, std::memory_order_release);
  }
}

void Metrics::observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::microseconds took) noexcept {
  auto* slot = slot_for(slots_.get(), Series{name, labels}, Kind::histogram);
  if (slot == nullptr) return;
  const auto bucket = std::find_if(kBuckets.begin(), kBuckets.end(), [&](const Bucket& b) { return took <= b.most; });
  slot->buckets[bucket - kBuckets.begin()].fetch_add(1, std::memory_order_relaxed);
  slot->value.fetch_add(took.count(), std::memory_order_relaxed);
}

std::string Metrics::render() const {
  std::map<std::string_view, std::map<std::string_view, Line>> families;  // by name, then by series
  for (std::size_t i = 0; i < kSlots; ++i) {
    const auto& slot = slots_.get()[i];
    if (slot.state.load(std::memory_order_acquire) != ready) continue;
    const std::string_view series{slot.text, slot.size};
    auto& line = families[series.substr(0, series.find('{'))][series];
    line.kind = slot.kind;
    line.value += slot.value.load(std::memory_order_relaxed);
    for (std::size_t b = 0; b < kBuckets.size(); ++b) line.buckets[b] += slot.buckets[b].load(std::memory_order_relaxed);
  }
  std::string out;
  for (const auto& [name, lines] : families) {
    out.append("# TYPE ").append(name).append(type_of(lines.begin()->second.kind));
    for (const auto& [series, line] : lines) {
      if (line.kind == Kind::histogram)
        write_histogram(out, series, line);
      else
        out.append(series).append(" ").append(std::to_string(line.value)).append("\n");
    }
  }
  return out;
}

}  // namespace base
