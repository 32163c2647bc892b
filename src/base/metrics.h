// metrics.h: counters that all workers share, so that /metrics of any worker shows the sum over all.
// One region of shared memory, mapped by the master before fork; fixed slots, found by hash and claimed with a
// compare-and-swap; no locks. A full table drops new series and counts them in `latchstring_metrics_dropped_total`.
#pragma once
#include <atomic>
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
  /// A process's part of a gauge, which is shown as the sum of all parts. Kept as long as the Metrics; any thread.
  class Part {
    std::atomic<std::int64_t>* value_ = nullptr;

   public:
    Part() = default;
    explicit Part(std::atomic<std::int64_t>* value) : value_(value) {}
    void add(std::int64_t n) noexcept {
      if (value_ != nullptr) value_->fetch_add(n, std::memory_order_relaxed);
    }
  };
  /// This process's, in which it is the only one to count.
  Part part(std::string_view name, std::initializer_list<Label> labels = {}) noexcept;
  /// A worker has ended, however it did: its parts are nothing now.
  void process_ended(int pid) noexcept;
  /// Adds one observation to a histogram with fixed buckets 0.005 ... 10 s.
  void observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::microseconds took) noexcept;
  /// Prometheus text format 0.0.4, series sorted, with # TYPE lines.
  std::string render() const;
};

}  // namespace base
