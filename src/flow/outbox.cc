// outbox.cc: the application is told, one fact after the other.
#include "flow/outbox.h"

#include <algorithm>

#include "flow/hooks.h"
#include "json/writer.h"

namespace flow {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 1s;            // how often to look
constexpr auto kLongestPause = 60s;   // while nobody answers at all
constexpr auto kGivenUpAfter = 24h;   // a fact that was refused for so long
constexpr auto kBeyondTimeout = 10s;  // of the lease: to write down what came of it

}  // namespace

std::chrono::seconds event_backoff(int attempts) noexcept {
  return attempts >= 12 ? 3600s : std::chrono::seconds{1LL << std::max(attempts, 0)};
}

std::string event_id(const store::OutboxEvent& event) {
  return "evt_" + std::to_string(event.created.time_since_epoch().count()) + '_' + std::to_string(event.id);
}

std::string event_body(const store::OutboxEvent& event) {
  json::Writer w;
  w.object().member("type", event.event).member("id", event_id(event)).member("at", event.created.time_since_epoch().count());
  return w.key("data").raw(event.payload).end_object().take();
}

std::chrono::seconds Courier::deliver() {
  const auto& hooks = deps_.config.hooks;
  auto taken = deps_.store.take_event(hooks.timeout + kBeyondTimeout);
  if (!taken) {
    deps_.log.event(base::Level::warn, "events", {{"why", taken.error().detail}});
    return kIdle;
  }
  if (!*taken) return kIdle;
  const auto& event = **taken;
  auto answer = deps_.net.send(hook_message(deps_.config, hooks.events, event_id(event), deps_.clock.now(), event_body(event)));
  if (answer && answer->status / 100 == 2) {
    pause_ = 0s;
    deps_.metrics.add("latchstring_events_total", {{"outcome", "delivered"}});
    if (auto dropped = deps_.store.drop_event(event.id); !dropped)  // it is delivered again, under the same id
      deps_.log.event(base::Level::warn, "events", {{"event", event_id(event)}, {"why", dropped.error().detail}});
    return 0s;
  }
  not_taken(event, answer ? "HTTP " + std::to_string(answer->status) : answer.error().detail, bool{answer});
  if (answer) pause_ = 0s;
  return pause_;
}

/// Where somebody answered, it is this fact that was refused and the others may be taken; where nobody did, all of them wait.
void Courier::not_taken(const store::OutboxEvent& event, const std::string& why, bool answered) {
  const auto now = deps_.clock.now();
  const bool given_up = now - event.created >= kGivenUpAfter;
  if (!answered) pause_ = std::clamp<std::chrono::seconds>(pause_ * 2, kIdle, kLongestPause);
  const auto attempts = std::to_string(event.attempts + 1);
  deps_.log.event(given_up ? base::Level::error : base::Level::warn, "events",
                  {{"event", event_id(event)},
                   {"type", event.event},
                   {"outcome", given_up ? "dropped" : "later"},
                   {"why", why},
                   {"attempts", attempts}});
  deps_.metrics.add("latchstring_events_total", {{"outcome", given_up ? "dropped" : "failed"}});
  auto done = given_up ? deps_.store.drop_event(event.id) : deps_.store.put_back_event(event.id, now + event_backoff(event.attempts));
  if (!done) deps_.log.event(base::Level::warn, "events", {{"event", event_id(event)}, {"why", done.error().detail}});
}

}  // namespace flow
