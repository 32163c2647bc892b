#include "store/rows.h"

namespace store {
namespace {

Identity read_identity(const Row& row) {
  return Identity{.id = row.integer(0),
                  .user = row.integer(1),
                  .provider = row.text(2),
                  .issuer = row.text(3),
                  .uid = row.text(4),
                  .username = row.text(5),
                  .email = row.text(6),
                  .name = row.text(7),
                  .first_name = row.text(8),
                  .last_name = row.text(9),
                  .picture = row.text(10),
                  .email_verified = row.integer(11) != 0,
                  .extra = row.text(12),
                  .created = time(row.integer(13)),
                  .used = time(row.integer(14)),
                  .disowned = row.integer(15) != 0};
}

}  // namespace

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

base::Result<std::vector<Identity>> load_identities(Tx& tx, std::int64_t user) {
  const auto rows = tx.run(
      "SELECT id, user_id, provider, issuer, uid, username, email, name, first_name, last_name, picture, "
      "email_verified, extra, created, used, disowned FROM identities WHERE user_id = $1 ORDER BY used DESC, id DESC",
      {user});
  if (!rows) return rows.error();
  std::vector<Identity> found;
  for (const auto& row : rows->rows) found.push_back(read_identity(row));
  return found;
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
