// limits.h: what was refused because it would have grown too large. Each limit is a key of the configuration; here is its name, a counter
// (`latchstring_limit_hits_total{limit="KEY"}`) and a log line, of which a flood makes no flood: one a second for each limit and worker,
// with the number of those that were left out.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"

namespace base {

enum class Limit : std::uint8_t {
  server_max_body,
  server_max_params,
  server_max_headers,
  flows_max,
  flows_max_per_address,
  sessions_max_per_user,
  sessions_max_refresh_tokens,
  hooks_max_events,
  upstream_max_response,
  upstream_max_calls,
  upstream_refetch_after,
  upstream_retry_after,
};
inline constexpr std::size_t kLimitCount = 12;
/// The key: "flows.max".
std::string_view name_of(Limit limit) noexcept;

class Limits {
  struct Said {
    std::atomic<std::int64_t> second{-1}, left_out{0};
  };
  std::array<Said, kLimitCount> said_;
  const Log& log_;
  Metrics& metrics_;
  const Clock& clock_;

 public:
  Limits(const Log& log, Metrics& metrics, const Clock& clock) : log_(log), metrics_(metrics), clock_(clock) {}
  Limits(const Limits&) = delete;
  Limits& operator=(const Limits&) = delete;
  /// Counts one.
  void count(Limit limit) noexcept;
  /// Counts one refusal and writes its line, with these fields besides, unless this second has one already. True if it was written. Any
  /// thread.
  bool hit(Limit limit, std::initializer_list<Log::Field> fields = {}) noexcept;
};

}  // namespace base
