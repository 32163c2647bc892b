#include "store/rows.h"

namespace store {

base::Result<Rows> read_one(Db& db, std::string_view sql, Params params) {
  base::Result<Rows> rows = Rows{};
  const auto done = db.read([&](Tx& tx) -> base::Status {
    rows = tx.run(sql, params);
    if (!rows) return rows.error();
    return base::ok;
  });
  if (!done) return done.error();
  return rows;
}

base::Result<Rows> write_one(Db& db, std::string_view sql, Params params) {
  base::Result<Rows> rows = Rows{};
  const auto done = db.write([&](Tx& tx) -> base::Status {
    rows = tx.run(sql, params);
    if (!rows) return rows.error();
    return base::ok;
  });
  if (!done) return done.error();
  return rows;
}

User read_user(const Row& row, std::size_t from) {
  return User{.id = row.integer(from),
              .username = row.text(from + 1),
              .email = row.text(from + 2),
              .email_verified = row.integer(from + 3) != 0,
              .name = row.text(from + 4),
              .first_name = row.text(from + 5),
              .last_name = row.text(from + 6),
              .picture = row.text(from + 7),
              .active = row.integer(from + 8) != 0,
              .created = time(row.integer(from + 9))};
}

base::Result<std::optional<User>> load_user(Tx& tx, std::int64_t id) {
  const auto rows = tx.run("SELECT " USER_COLUMNS " FROM users u WHERE u.id = $1", {id});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<User>{};
  return std::optional{read_user(rows->rows[0])};
}

base::Status add_audit(Tx& tx, const AuditEntry& entry, base::Time now) {
  const Param user = entry.user == 0 ? Param{} : Param{entry.user};
  const auto added = tx.run(
      "INSERT INTO audit (at, event, user_id, provider, outcome, detail, remote_addr, request_id) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {seconds(now), entry.event, user, entry.provider, entry.outcome, entry.detail, entry.remote_addr, entry.request_id});
  if (!added) return added.error();
  return base::ok;
}

base::Status add_event(Tx& tx, std::string_view event, std::string_view payload, base::Time now) {
  const auto added = tx.run("INSERT INTO outbox (event, payload, created, due) VALUES ($1, $2, $3, $3)", {event, payload, seconds(now)});
  if (!added) return added.error();
  return base::ok;
}

}  // namespace store
