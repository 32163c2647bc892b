// metrics.h: counters that all workers share, so that /metrics of any worker shows the sum over all.
// One region of shared memory, mapped by the master before fork; fixed slots, found by hash and claimed with a
// compare-and-swap; no locks. A full table drops new series and counts them in `latchstring_metrics_dropped_total`.
#pragma once
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace base {

class Metrics {
  struct Slot;
  struct Unmap {
    void operator()(Slot* p) const noexcept;
  };
  std::unique_ptr<Slot, Unmap> slots_;

 public:
  using Label = std::pair<std::string_view, std::string_view>;
  /// Maps the region. Call before fork; children inherit it.
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  /// Adds to the counter `name{labels}`. Name and labels together at most 200 bytes. Any thread, any worker.
  void add(std::string_view name, std::initializer_list<Label> labels = {}, std::int64_t n = 1) noexcept;
  /// Sets a gauge (last writer wins).
  void set(std::string_view name, std::initializer_list<Label> labels, std::int64_t value) noexcept;
  /// Adds one observation to a histogram with fixed buckets 0.005 ... 10 s.
  void observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::microseconds took) noexcept;
  /// Prometheus text format 0.0.4, series sorted, with # TYPE lines.
  std::string render() const;
};

}  // namespace base
