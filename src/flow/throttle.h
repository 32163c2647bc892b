// throttle.h: how many logins may have begun and not be finished: over all (flows.max), and from one client address
// (flows.max_per_address). Nothing is asked of the database for it while somebody waits.
//
// Over all: what the store counted last (cli/worker.cc: at the start, and again later) and what this server's workers have begun and ended
// since. By address: base::Tally. What ends a flow is known by the address that finishes it; where that is another than the one that began
// it, the beginner's stays counted until it expires.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/shared.h"
#include "base/sip.h"
#include "base/tally.h"
#include "config/config.h"

namespace flow {

/// What all workers of a master have in common. Made before fork.
class Crowd {
  friend class Throttle;
  struct Totals {
    std::atomic<std::int64_t> counted, since, next_count;
  };
  base::SipKey key_;
  base::Tally tally_;
  base::Shared<Totals> totals_;

 public:
  explicit Crowd(base::Random& random) : key_(base::make_sip_key(random)) {}
};

/// Whose flows are counted together: an IPv4 address (also one that is mapped or translated into IPv6), or an IPv6 network of 64 bits,
/// which is what one customer has at the least (RFC 6177). "" = nobody's: loopback, and what is no address.
std::string address_group(std::string_view address);

class Throttle {
  Crowd& crowd_;
  const config::Config& config_;
  const base::Clock& clock_;
  base::Limits& limits_;

  std::uint64_t key_of(const std::string& group) const;

 public:
  Throttle(Crowd& crowd, const config::Config& config, const base::Clock& clock, base::Limits& limits)
      : crowd_(crowd), config_(config), clock_(clock), limits_(limits) {}

  /// A flow that begins. Unless it is kept, it was none.
  class Place {
    Throttle* throttle_;
    std::optional<std::uint64_t> key_;
    base::Time begun_{};
    friend class Throttle;
    Place(Throttle& throttle, std::optional<std::uint64_t> key, base::Time begun) : throttle_(&throttle), key_(key), begun_(begun) {}

   public:
    Place(Place&& other) noexcept : throttle_(other.throttle_), key_(other.key_), begun_(other.begun_) { other.keep(); }
    Place& operator=(Place&&) = delete;
    ~Place();
    void keep() noexcept { throttle_ = nullptr; }
  };
  struct Who {
    std::string_view address, provider, request_id;
  };
  /// Code::throttled, with `say` and `wait`, where there are too many. That has its line in the log.
  base::Result<Place> enter(const Who& who);
  /// A flow that was begun then is finished.
  void leave(std::string_view address, base::Time begun);

  /// How many are outstanding over all, as far as is known.
  std::int64_t outstanding() const noexcept;
  /// For one worker now and then: is it time to count again? Then recount() is due, with `since` as it stands now.
  struct Count {
    std::int64_t since;
  };
  std::optional<Count> time_to_count() noexcept;
  void recount(const Count& at, std::int64_t counted) noexcept;
};

}  // namespace flow
