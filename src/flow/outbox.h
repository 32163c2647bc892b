// outbox.h: tells the application what has happened (hooks.events), at least once, from whichever process is there. The facts are rows of
// the table outbox (store/outbox.cc); a process that is killed between taking and delivering one leaves it to the next.
#pragma once
#include <chrono>
#include <string>

#include "flow/app.h"

namespace flow {

/// Sends again after 1 s, 2 s, 4 s ... and then every hour.
std::chrono::seconds event_backoff(int attempts) noexcept;
/// {"type","id","at","data"}; `id` is the same for every attempt, so that the application can tell what it has had.
std::string event_id(const store::OutboxEvent& event);
std::string event_body(const store::OutboxEvent& event);

class Courier {
  Deps& deps_;
  std::chrono::seconds pause_{0};

  void not_taken(const store::OutboxEvent& event, const std::string& why, bool answered);

 public:
  explicit Courier(Deps& deps) : deps_(deps) {}
  /// Delivers one fact, if one is due. How long to wait before the next call: 0 = there may be more. Waits for the network.
  std::chrono::seconds deliver();
};

}  // namespace flow
