// remote.h: a document that a provider publishes (metadata, key set): in memory, else in the Cache that processes share, else from the
// network. One thread fetches, the others wait for it; a failure is remembered for upstream.retry_after, so that a provider that is down
// is not hammered.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "providers/broker.h"

namespace providers {

inline constexpr std::chrono::hours kDocumentTtl{24};
/// What was noted further ahead than this is of a clock that has been set back since: it counts as old, or a clock that was hours ahead
/// would keep a provider away for hours.
inline constexpr std::chrono::minutes kAhead{1};

class RemoteCore {
 public:
  using Any = std::shared_ptr<const void>;
  /// Checks a body; what it refuses is neither kept nor cached.
  using Parse = std::function<base::Result<Any>(std::string_view body)>;
  struct Ask {
    std::string url;  // its name in the cache, too
    bool private_addresses = false;
    /// How it is had where that takes more than a GET. What it gives is what is cached.
    std::function<base::Result<std::string>(World&)> fetch = {};
  };

 protected:
  Any fresh(base::Time now);
  Any known();
  base::Result<Any> get(World& world, const Ask& ask, const Parse& parse);
  base::Result<Any> newer(World& world, const Ask& ask, const Parse& parse, const Any& than);
  void fruitful();

 private:
  struct Fetched {
    Any value;
    base::Time at{};
  };
  std::mutex mutex_;
  std::condition_variable done_;
  Any value_;
  base::Time fetched_{}, refetched_{}, retry_at_{};
  base::Error error_;
  bool busy_ = false;

  bool usable(base::Time now, std::chrono::seconds age) const { return value_ && now < fetched_ + age; }
  bool up_to_date(base::Time now) const { return usable(now, kDocumentTtl) && fetched_ <= now + kAhead; }
  bool failed_lately(base::Time now, const World& world) const { return now < retry_at_ && retry_at_ <= now + world.retry_after + kAhead; }
  bool asked_lately(base::Time now, const World& world) const {
    return now < refetched_ + world.refetch_after && refetched_ <= now + kAhead;
  }
  base::Result<Any> load(std::unique_lock<std::mutex>& lock, World& world, const Ask& ask, const Parse& parse, bool from_cache);
  static base::Result<Fetched> fetch(World& world, const Ask& ask, const Parse& parse, bool from_cache);
};

template <class T>
class Remote : RemoteCore {
 public:
  using RemoteCore::Ask;
  using Pointer = std::shared_ptr<const T>;

  /// What is in memory and no older than a day; null otherwise. The hot path: one short lock, no allocation.
  Pointer fresh(base::Time now) { return std::static_pointer_cast<const T>(RemoteCore::fresh(now)); }
  /// The newest that there is in memory, however old it is; null = none.
  Pointer known() { return std::static_pointer_cast<const T>(RemoteCore::known()); }
  /// At most a day old; where it cannot be fetched, at most two.
  template <class F>
  base::Result<Pointer> get(World& world, const Ask& ask, const F& parse) {
    return cast(RemoteCore::get(world, ask, wrap(parse)));
  }
  /// Another one than `than`, asked for once in upstream.refetch_after (a flood of unknown key ids must not become a flood of requests);
  /// `than` itself where there is none. For an unknown `kid`: OIDC Core 10.1.1.
  template <class F>
  base::Result<Pointer> newer(World& world, const Ask& ask, const F& parse, const Pointer& than) {
    return cast(RemoteCore::newer(world, ask, wrap(parse), than));
  }
  /// The newer one had what was missing: then fetching it was no part of a flood, and the next may be asked for at once.
  using RemoteCore::fruitful;

 private:
  template <class F>
  static Parse wrap(const F& parse) {
    return [&parse](std::string_view body) -> base::Result<Any> {
      auto value = parse(body);
      if (!value) return value.error();
      return Any{std::make_shared<const T>(std::move(*value))};
    };
  }
  static base::Result<Pointer> cast(base::Result<Any> any) {
    if (!any) return any.error();
    return std::static_pointer_cast<const T>(*any);
  }
};

}  // namespace providers
