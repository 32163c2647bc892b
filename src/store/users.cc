// users.cc: users and their identities outside a login.
#include "store/account_writes.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

base::Error no_user() { return base::Error{base::Code::not_found, "no such user", "There is no such user."}; }

base::Error username_taken() {
  return base::Error{base::Code::conflict, "username taken", "A user with that username already exists."};
}

base::Result<User> change_in(Tx& tx, const UserChange& change) {
  auto loaded = load_user(tx, change.user);
  if (!loaded) return loaded.error();
  if (!*loaded) return no_user();
  auto user = std::move(**loaded);
  const auto set = [](std::string& field, const std::optional<std::string>& value) {
    if (value) field = *value;
  };
  set(user.username, change.username);
  set(user.name, change.name);
  set(user.first_name, change.first_name);
  set(user.last_name, change.last_name);
  const auto taken = tx.run("SELECT 1 FROM users WHERE username = $1 AND id <> $2", {user.username, user.id});
  if (!taken) return taken.error();
  if (!taken->empty()) return username_taken();
  const auto done = tx.run("UPDATE users SET username = $2, name = $3, first_name = $4, last_name = $5 WHERE id = $1",
                           {user.id, user.username, user.name, user.first_name, user.last_name});
  if (!done) return done.error();
  return user;
}

/// What was changed, and not to what.
std::string names_of(const UserChange& change) {
  std::string names;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) names += (names.empty() ? "" : " ") + std::string{name};
  };
  add("username", change.username);
  add("name", change.name);
  add("first_name", change.first_name);
  add("last_name", change.last_name);
  return names;
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
  base::Result<std::vector<Identity>> found = std::vector<Identity>{};
  const auto done = main_.read([&](Tx& tx) -> base::Status {
    found = load_identities(tx, user);
    if (!found) return found.error();
    return base::ok;
  });
  if (!done) return done.error();
  return found;
}

base::Result<User> Store::change_user(const UserChange& change) {
  const auto now = clock_.now();
  base::Result<User> user = User{};
  const auto done = main_.write([&](Tx& tx) -> base::Status {
    user = change_in(tx, change);
    if (!user) return user.error();
    const AuditEntry entry{.event = "user_changed",
                           .user = change.user,
                           .outcome = "ok",
                           .detail = names_of(change),
                           .remote_addr = change.remote_addr,
                           .request_id = change.request_id};
    if (const auto noted = add_audit(tx, entry, now); !noted || !events_) return noted;
    return add_event(tx, events_, "user.changed", fact(change.user, "", "", now), now);
  });
  // Of two who take a name at once the database lets one have it.
  if (!done && done.error().code == base::Code::conflict) return username_taken();
  if (!done) return done.error();
  return user;
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
    const auto noted = add_audit(tx, AuditEntry{.event = "user_deleted", .user = user, .outcome = "ok"}, now);
    if (!noted || !events_) return noted;
    return add_event(tx, events_, "user.deleted", fact(user, "", "", now), now);
  });
}

base::Result<std::int64_t> Store::count_users() {
  const auto rows = read_one(main_, "SELECT count(*) FROM (SELECT 1 FROM users LIMIT $1) AS counted", {kMostCounted});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

}  // namespace store
