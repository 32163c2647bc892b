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

base::Result<std::optional<User>> load_user(Tx& tx, std::int64_t id) {
  const auto rows = tx.run(
      "SELECT id, username, email, email_verified, name, first_name, last_name, picture, active, created FROM users WHERE id = $1", {id});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<User>{};
  const auto& row = rows->rows[0];
  return std::optional{User{.id = row.integer(0),
                            .username = row.text(1),
                            .email = row.text(2),
                            .email_verified = row.integer(3) != 0,
                            .name = row.text(4),
                            .first_name = row.text(5),
                            .last_name = row.text(6),
                            .picture = row.text(7),
                            .active = row.integer(8) != 0,
                            .created = time(row.integer(9))}};
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

}  // namespace store
