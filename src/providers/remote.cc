#include "providers/remote.h"

#include "base/url.h"

namespace providers {
namespace {

constexpr std::size_t kMost = 256 << 10;

base::Result<std::string> get_json(World& world, const RemoteCore::Ask& ask) {
  net::Request request{
      .url = ask.url, .headers = {{"Accept", "application/json"}}, .private_addresses = ask.private_addresses, .max_response = kMost};
  auto answer = world.client.send(request);
  if (!answer) return answer.error();
  if (answer->status != 200) return base::Error{base::Code::upstream, "HTTP " + std::to_string(answer->status)};
  return std::move(answer->body);
}

void count(World& world, base::Limit limit, const RemoteCore::Ask& ask) {
  const auto url = base::parse_url(ask.url);
  if (world.limits) world.limits->hit(limit, {{"host", url ? std::string_view{url->host} : std::string_view{}}});
}

}  // namespace

RemoteCore::Any RemoteCore::fresh(base::Time now) {
  const std::lock_guard lock{mutex_};
  return up_to_date(now) ? value_ : nullptr;
}

RemoteCore::Any RemoteCore::known() {
  const std::lock_guard lock{mutex_};
  return value_;
}

base::Result<RemoteCore::Any> RemoteCore::get(World& world, const Ask& ask, const Parse& parse) {
  std::unique_lock lock{mutex_};
  for (;; done_.wait(lock)) {
    const auto now = world.clock.now();
    if (up_to_date(now)) return value_;
    const bool stale = usable(now, 2 * kDocumentTtl);
    if (busy_ && !stale) continue;
    if (busy_ || failed_lately(now, world)) {
      if (!busy_) count(world, base::Limit::upstream_retry_after, ask);
      if (stale) return value_;
      return error_;
    }
    auto loaded = load(lock, world, ask, parse, true);
    if (!loaded && stale) return value_;
    return loaded;
  }
}

base::Result<RemoteCore::Any> RemoteCore::newer(World& world, const Ask& ask, const Parse& parse, const Any& than) {
  std::unique_lock lock{mutex_};
  done_.wait(lock, [this] { return !busy_; });
  const auto now = world.clock.now();
  if (value_ && value_ != than) return value_;
  if (const bool failed = failed_lately(now, world); failed || asked_lately(now, world)) {
    count(world, failed ? base::Limit::upstream_retry_after : base::Limit::upstream_refetch_after, ask);
    return than;
  }
  refetched_ = now;
  auto loaded = load(lock, world, ask, parse, false);
  if (!loaded) return than;
  return loaded;
}

void RemoteCore::fruitful() {
  const std::lock_guard lock{mutex_};
  refetched_ = {};
}

base::Result<RemoteCore::Any> RemoteCore::load(std::unique_lock<std::mutex>& lock, World& world, const Ask& ask, const Parse& parse,
                                               bool from_cache) {
  busy_ = true;
  lock.unlock();
  struct Free {  // also when something throws: waiting threads must not wait for ever
    RemoteCore& core;
    std::unique_lock<std::mutex>& lock;
    ~Free() {
      if (!lock.owns_lock()) lock.lock();
      core.busy_ = false;
      core.done_.notify_all();
    }
  } free{*this, lock};
  auto fetched = fetch(world, ask, parse, from_cache);
  lock.lock();
  if (!fetched) {
    error_ = fetched.error();
    retry_at_ = world.clock.now() + world.retry_after;
    return error_;
  }
  value_ = std::move(fetched->value);
  fetched_ = fetched->at;
  return value_;
}

base::Result<RemoteCore::Fetched> RemoteCore::fetch(World& world, const Ask& ask, const Parse& parse, bool from_cache) {
  const auto now = world.clock.now();
  if (from_cache) {
    const auto entry = world.cache.get(ask.url);
    if (entry && now < entry->fetched + kDocumentTtl && entry->fetched <= now + kAhead) {
      if (auto value = parse(entry->body)) return Fetched{std::move(*value), entry->fetched};
    }
  }
  auto body = ask.fetch ? ask.fetch(world) : get_json(world, ask);
  if (!body) return body.error();
  auto value = parse(*body);
  if (!value) return value.error();
  world.cache.put(ask.url, *body);
  return Fetched{std::move(*value), now};
}

}  // namespace providers
