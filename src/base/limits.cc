#include "base/limits.h"

#include <string>
#include <vector>

namespace base {
namespace {

constexpr std::array<std::string_view, kLimitCount> kNames{
    "server.max_body",       "server.max_params",     "server.max_headers",          "flows.max",
    "flows.max_per_address", "sessions.max_per_user", "sessions.max_refresh_tokens", "hooks.max_events",
    "upstream.max_response", "upstream.max_calls",    "upstream.refetch_after",      "upstream.retry_after"};

}  // namespace

std::string_view name_of(Limit limit) noexcept { return kNames[static_cast<std::size_t>(limit)]; }

void Limits::count(Limit limit) noexcept { metrics_.add("latchstring_limit_hits_total", {{"limit", name_of(limit)}}); }

bool Limits::hit(Limit limit, std::initializer_list<Log::Field> fields) noexcept {
  const auto name = name_of(limit);
  count(limit);
  auto& said = said_[static_cast<std::size_t>(limit)];
  const auto now = clock_.now().time_since_epoch().count();
  auto last = said.second.load(std::memory_order_relaxed);
  if (last == now || !said.second.compare_exchange_strong(last, now, std::memory_order_relaxed)) {
    said.left_out.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const auto left_out = std::to_string(said.left_out.exchange(0, std::memory_order_relaxed));
  std::vector<Log::Field> all{{"limit", name}};
  all.insert(all.end(), fields);
  all.emplace_back("left_out", left_out);
  log_.event(Level::warn, "limit", all);
  return true;
}

}  // namespace base
