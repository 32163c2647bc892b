// outbox.cc: facts for the application (hooks.events): written in the transaction that makes them, taken on a lease, gone when delivered.
// Whoever takes one and dies loses nothing: the lease ends, and somebody else takes it. So each is delivered at least once.
#include "base/json_text.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

void append_value(std::string& out, const EventValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) out += std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value)) out += *truth ? "true" : "false";
  if (const auto* text = std::get_if<std::string_view>(&value)) base::append_json_text(out, *text);
}

}  // namespace

std::string event_payload(std::initializer_list<std::pair<std::string_view, EventValue>> members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (out.size() > 1) out += ',';
    base::append_json_text(out, name);
    out += ':';
    append_value(out, value);
  }
  return out + '}';
}

base::Status add_event(Tx& tx, const Events& events, std::string_view event, std::string_view payload, base::Time now) {
  // Both ends of the key are found at once; rows are counted only where so many numbers lie between them.
  const auto added = tx.run(
      "INSERT INTO outbox (event, payload, created, due) SELECT $1, $2, $3, $3 WHERE "
      "coalesce((SELECT max(id) FROM outbox) - (SELECT min(id) FROM outbox) + 1, 0) < $4 OR (SELECT count(*) FROM outbox) < $4",
      {event, payload, seconds(now), events.most});
  if (!added) return added.error();
  if (added->changes == 0) events.hit(base::Limit::hooks_max_events, {{"type", event}});
  return base::ok;
}

base::Result<std::optional<OutboxEvent>> Store::take_event(std::chrono::seconds lease) {
  const auto now = clock_.now();
  // Mostly there is none, and to find that out costs no write.
  const auto waiting = read_one(main_, "SELECT 1 FROM outbox WHERE due <= $1 LIMIT 1", {seconds(now)});
  if (!waiting) return waiting.error();
  if (waiting->empty()) return std::optional<OutboxEvent>{};
  // `due` is asked twice: where writers run in parallel (PostgreSQL), who comes second must find that it is leased.
  const auto rows = write_one(main_,
                              "UPDATE outbox SET due = $2 WHERE id = (SELECT id FROM outbox WHERE due <= $1 ORDER BY due, id LIMIT 1) "
                              "AND due <= $1 RETURNING id, event, payload, created, attempts",
                              {seconds(now), seconds(now + lease)});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<OutboxEvent>{};
  const auto& row = rows->rows[0];
  return std::optional{OutboxEvent{.id = row.integer(0),
                                   .event = row.text(1),
                                   .payload = row.text(2),
                                   .created = time(row.integer(3)),
                                   .attempts = static_cast<int>(row.integer(4))}};
}

base::Status Store::drop_event(std::int64_t id) {
  const auto gone = write_one(main_, "DELETE FROM outbox WHERE id = $1", {id});
  if (!gone) return gone.error();
  return base::ok;
}

base::Status Store::put_back_event(std::int64_t id, base::Time due) {
  const auto done = write_one(main_, "UPDATE outbox SET due = $2, attempts = attempts + 1 WHERE id = $1", {id, seconds(due)});
  if (!done) return done.error();
  return base::ok;
}

base::Result<std::int64_t> Store::count_events() {
  const auto rows = read_one(main_, "SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT $1) AS counted", {Store::kMostCounted});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

}  // namespace store
