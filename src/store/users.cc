// users.cc: users and their identities outside a login.
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

base::Error no_user() { return base::Error{base::Code::not_found, "no such user", "There is no such user."}; }

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
                  .used = time(row.integer(14))};
}

}  // namespace

base::Result<std::optional<User>> Store::find_user(std::int64_t id) {
  base::Result<std::optional<User>> user = std::optional<User>{};
  const auto done = main_.read([&](Tx& tx) -> base::Status {
    user = load_user(tx, id);
    if (!user) return user.error();
    return base::ok;
  });
  if (!done) return done.error();
  return user;
}

base::Result<std::int64_t> Store::user_of(std::string_view issuer, std::string_view uid) {
  const auto rows = read_one(main_, "SELECT user_id FROM identities WHERE issuer = $1 AND uid = $2", {issuer, uid});
  if (!rows) return rows.error();
  return rows->empty() ? 0 : rows->rows[0].integer(0);
}

base::Result<std::vector<Identity>> Store::identities(std::int64_t user) {
  const auto rows = read_one(main_,
                             "SELECT id, user_id, provider, issuer, uid, username, email, name, first_name, last_name, picture, "
                             "email_verified, extra, created, used FROM identities WHERE user_id = $1 ORDER BY used DESC, id DESC",
                             {user});
  if (!rows) return rows.error();
  std::vector<Identity> found;
  for (const auto& row : rows->rows) found.push_back(read_identity(row));
  return found;
}

base::Status Store::set_active(std::int64_t user, bool active) {
  return main_.write([&](Tx& tx) -> base::Status {
    const auto changed = tx.run("UPDATE users SET active = $2 WHERE id = $1", {user, std::int64_t{active}});
    if (!changed) return changed.error();
    if (changed->changes == 0) return no_user();
    if (active) return base::ok;
    const auto ended = tx.run("UPDATE sessions SET ended = 1 WHERE user_id = $1 AND ended = 0", {user});
    if (!ended) return ended.error();
    return base::ok;
  });
}

base::Status Store::delete_user(std::int64_t user) {
  const auto now = clock_.now();
  // The long look through the audit rows is a read, which keeps nobody waiting; the transaction then looks at what came after it only.
  const auto newest = read_one(main_, "SELECT max(id) FROM audit", {});
  if (!newest) return newest.error();
  const auto traces = read_one(main_, "SELECT id FROM audit WHERE user_id = $1", {user});
  if (!traces) return traces.error();
  return main_.write([&](Tx& tx) -> base::Status {
    const auto gone = tx.run("DELETE FROM users WHERE id = $1", {user});
    if (!gone) return gone.error();
    if (gone->changes == 0) return no_user();
    for (const auto& row : traces->rows)
      if (const auto done = tx.run("DELETE FROM audit WHERE id = $1", {row.integer(0)}); !done) return done.error();
    const auto late = tx.run("DELETE FROM audit WHERE id > $1 AND user_id = $2", {newest->rows.at(0).integer(0), user});
    if (!late) return late.error();
    if (events_)
      if (const auto told = add_event(tx, "user.deleted", event_payload({{"user", user}}), now); !told) return told;
    return add_audit(tx, AuditEntry{.event = "user_deleted", .user = user, .outcome = "ok"}, now);
  });
}

base::Result<std::int64_t> Store::count_users() {
  const auto rows = read_one(main_, "SELECT count(*) FROM (SELECT 1 FROM users LIMIT $1) AS counted", {kMostCounted});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

}  // namespace store
