#include "flow/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace flow {
namespace {

constexpr std::chrono::seconds kCountEvery{300};    // while there is room
constexpr std::chrono::seconds kCountWhenFull{30};  // from half of flows.max on
constexpr std::chrono::seconds kWaitWhenFull{30};   // what a client is told

constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};        // ::ffff:0:0/96 (RFC 4291 2.5.5.2)
constexpr std::string_view kTranslated{"\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12};  // 64:ff9b::/96 (RFC 6052 2.1)
constexpr std::string_view kLoopback6{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16};

std::string group4(std::string_view four) { return four.front() == 127 ? std::string{} : std::string{four}; }

/// Django REST framework's words (throttling), which clients know.
base::Error throttled(base::Limit limit, std::chrono::seconds wait) {
  const auto n = std::to_string(wait.count());
  return {base::Code::throttled, std::string{base::name_of(limit)},
          "Request was throttled. Expected available in " + n + (wait.count() == 1 ? " second." : " seconds."), wait};
}

}  // namespace

std::string address_group(std::string_view address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.empty() || address.size() >= sizeof text) return {};
  std::memcpy(text, address.data(), address.size());
  char binary[sizeof(in6_addr)];
  if (inet_pton(AF_INET, text, binary) == 1) return group4({binary, 4});
  if (inet_pton(AF_INET6, text, binary) != 1) return {};
  const std::string_view six{binary, sizeof binary};
  if (six == kLoopback6) return {};
  if (six.starts_with(kMapped) || six.starts_with(kTranslated)) return group4(six.substr(12));
  return std::string{six.substr(0, 8)};
}

std::uint64_t Throttle::key_of(const std::string& group) const {
  // With another ttl steps have other numbers: counts of before a reload are not looked at after it.
  return base::sip_hash(crowd_.key_, group + ' ' + std::to_string(config_.flows.ttl.count()));
}

Throttle::Place::~Place() {
  if (throttle_ == nullptr) return;
  throttle_->crowd_.totals_->since.fetch_sub(1, std::memory_order_relaxed);
  if (key_) throttle_->crowd_.tally_.remove(*key_, begun_, throttle_->config_.flows.ttl);
}

base::Result<Throttle::Place> Throttle::enter(const Who& who) {
  const auto& flows = config_.flows;
  const auto now = clock_.now();
  auto& totals = *crowd_.totals_.operator->();
  const auto before = totals.since.fetch_add(1, std::memory_order_relaxed);
  Place place{*this, std::nullopt, now};
  const auto outstanding = totals.counted.load(std::memory_order_relaxed) + before;
  if (flows.max > 0 && outstanding >= flows.max) {
    limits_.hit(base::Limit::flows_max, {{"provider", who.provider}, {"ip", who.address}, {"req", who.request_id}});
    return throttled(base::Limit::flows_max, std::min(kWaitWhenFull, flows.ttl));
  }
  if (flows.max_per_address == 0) return place;
  const auto group = address_group(who.address);
  if (group.empty()) return place;
  place.key_ = key_of(group);
  const auto counted = crowd_.tally_.add(*place.key_, now, flows.ttl);
  if (counted.count > static_cast<std::uint32_t>(flows.max_per_address)) {
    limits_.hit(base::Limit::flows_max_per_address, {{"provider", who.provider}, {"ip", who.address}, {"req", who.request_id}});
    return throttled(base::Limit::flows_max_per_address, counted.wait);
  }
  return place;
}

void Throttle::leave(std::string_view address, base::Time begun) {
  crowd_.totals_->since.fetch_sub(1, std::memory_order_relaxed);
  if (config_.flows.max_per_address == 0) return;
  if (const auto group = address_group(address); !group.empty()) crowd_.tally_.remove(key_of(group), begun, config_.flows.ttl);
}

std::int64_t Throttle::outstanding() const noexcept {
  return std::max<std::int64_t>(
      0, crowd_.totals_->counted.load(std::memory_order_relaxed) + crowd_.totals_->since.load(std::memory_order_relaxed));
}

std::optional<Throttle::Count> Throttle::time_to_count() noexcept {
  auto& totals = *crowd_.totals_.operator->();
  const auto now = clock_.now().time_since_epoch();
  auto due = totals.next_count.load(std::memory_order_relaxed);
  const auto every = config_.flows.max > 0 && outstanding() >= config_.flows.max / 2 ? kCountWhenFull : kCountEvery;
  // `due` was said when there was room; a clock that was set back must not put it off for ever.
  if (now.count() < due - (kCountEvery - every).count() && due <= (now + kCountEvery).count()) return std::nullopt;
  if (!totals.next_count.compare_exchange_strong(due, (now + kCountEvery).count(), std::memory_order_relaxed)) return std::nullopt;
  return Count{totals.since.load(std::memory_order_relaxed)};
}

void Throttle::recount(const Count& at, std::int64_t counted) noexcept {
  auto& totals = *crowd_.totals_.operator->();
  totals.counted.store(counted, std::memory_order_relaxed);
  totals.since.fetch_sub(at.since, std::memory_order_relaxed);
}

}  // namespace flow
