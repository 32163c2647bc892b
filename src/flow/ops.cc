// ops.cc: for whoever is paged at night: liveness with the databases asked, and counters summed over all workers.
#include <algorithm>

#include "flow/call.h"
#include "json/writer.h"

namespace flow {

http::Response health(Call& call) {
  auto alive = call.deps.store.ping();
  json::Writer w;
  w.object().member("status", alive ? "ok" : "database does not answer").member("version", LATCHSTRING_VERSION).end_object();
  auto response = http::json(alive ? 200 : 503, w.take());
  if (!alive) response.note("why", alive.error().detail);
  return response;
}

http::Response metrics(Call& call) {
  auto& store = call.deps.store;
  if (auto open = store.count_flows()) {
    const bool all = *open < store.kMostCounted;  // beyond that, what the throttle thinks
    call.deps.metrics.set("latchstring_flows_open", {}, all ? *open : std::max(*open, call.deps.throttle.outstanding()));
  }
  if (auto users = store.count_users()) call.deps.metrics.set("latchstring_users", {}, *users);
  if (auto sessions = store.count_sessions()) call.deps.metrics.set("latchstring_sessions", {}, *sessions);
  if (auto waiting = store.count_events()) call.deps.metrics.set("latchstring_events_waiting", {}, *waiting);
  http::Response response{200, {}, call.deps.metrics.render(), {}};
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

}  // namespace flow
