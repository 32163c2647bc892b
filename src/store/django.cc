// django.cc: another program's schema. Columns that are not there are done without where that is safe, and columns that Django projects add
// are not looked at.
#include "store/django.h"

#include <algorithm>
#include <climits>

#include "base/text.h"
#include "store/rows.h"

namespace store {
namespace {

constexpr const char* kIdentities = "social_auth_usersocialauth";
constexpr std::int64_t kSlice = 500;

base::Error unfit(std::string line) { return base::Error{base::Code::bad_request, line, line}; }

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string{"\"\""} : std::string{c};
  return out + '"';
}

/// A column without a declared type holds what it likes: a uid may be a number there.
std::string text_of(const Row& row, std::size_t i) {
  const auto* number = std::get_if<std::int64_t>(&row.cells.at(i));
  return number != nullptr ? std::to_string(*number) : row.text(i);
}

template <class Columns>
bool has(const Columns& columns, std::string_view name) {
  return std::any_of(columns.begin(), columns.end(), [name](const auto& column) { return column.name == name; });
}

}  // namespace

Django::Table Django::table(const std::string& name) const {
  if (dialect_ == Dialect::sqlite) return {name, quoted(name)};
  std::string sql;  // "schema.table" is usual there
  for (const auto& part : base::split(name, '.')) sql += (sql.empty() ? "" : ".") + quoted(part);
  return {name, sql};
}

base::Result<Django::Columns> Django::columns(const Table& table) {
  const auto rows = dialect_ == Dialect::sqlite ? read_one(db_, "SELECT name, lower(type) FROM pragma_table_info($1)", {table.name})
                                                : read_one(db_,
                                                           "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                                                           "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
                                                           {table.sql});
  if (!rows) return rows.error();
  Columns out;
  for (const auto& row : rows->rows) out.push_back({row.text(0), row.text(1)});
  return out;
}

/// The foreign key says which table holds the users: AUTH_USER_MODEL may be any, and auth_user may be there all the same.
base::Status Django::find_users(const std::string& wanted) {
  const auto keys =
      dialect_ == Dialect::sqlite
          ? read_one(db_, "SELECT \"table\", \"to\" FROM pragma_foreign_key_list($1) WHERE \"from\" = 'user_id'", {kIdentities})
          : read_one(db_,
                     "SELECT f.confrelid::regclass::text, t.attname FROM pg_constraint f "
                     "JOIN pg_attribute o ON o.attrelid = f.conrelid AND o.attnum = f.conkey[1] "
                     "JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = f.confkey[1] "
                     "WHERE f.contype = 'f' AND f.conrelid = to_regclass($1) AND o.attname = 'user_id'",
                     {quoted(kIdentities)});
  if (!keys) return keys.error();
  users_ = table(wanted.empty() ? "auth_user" : wanted);
  if (keys->empty()) return base::ok;
  const auto name = keys->rows[0].text(0), key = keys->rows[0].text(1);
  if (wanted.empty()) users_ = dialect_ == Dialect::sqlite ? table(name) : Table{name, name};  // ::regclass quotes where need be
  if (users_.name == name && !key.empty()) users_.key = key;
  return base::ok;
}

/// Seconds since 1970. Django keeps UTC (USE_TZ); where it was told not to, local time is taken for UTC: hours off, and harmless.
std::string Django::epoch(const std::string& column) const {
  const auto name = quoted(column);
  return dialect_ == Dialect::sqlite ? "CAST(strftime('%s', " + name + ") AS INTEGER)"
                                     : "CAST(floor(extract(epoch FROM " + name + ")) AS bigint)";
}

base::Status Django::prepare(const Columns& user, const Columns& identity) {
  const auto key = std::find_if(user.begin(), user.end(), [&](const Column& column) { return column.name == users_.key; });
  if (key == user.end())
    return unfit("table " + users_.name + " has no column " + users_.key + ": name the users' table with --user-table");
  if (key->type.find("int") == key->type.npos)
    return unfit("the ids of table " + users_.name + " are of type " + key->type +
                 ": latchstring's are whole numbers, so they cannot be kept");
  if (!has(user, "username") && !has(user, "email"))
    return unfit("table " + users_.name + " has neither username nor email: name the users' table with --user-table");
  for (const auto* needed : {"id", "user_id", "provider", "uid"}) {
    if (!has(identity, needed)) return unfit(std::string{"table "} + kIdentities + " has no column " + needed);
  }
  const auto text = [&](const char* name) { return has(user, name) ? "COALESCE(" + quoted(name) + ", '')" : std::string{"''"}; };
  // A user model may do without user names; its people are then called by their addresses, and djoser answers with those.
  const auto username = "COALESCE(NULLIF(" + text("username") + ", ''), " + text("email") + ")";
  const auto time = [&](const Columns& columns, const char* name) { return has(columns, name) ? epoch(name) : std::string{"NULL"}; };
  const auto id = quoted(users_.key);
  select_users_ = "SELECT " + id + ", " + username + ", " + text("email") + ", " + text("first_name") + ", " + text("last_name") + ", " +
                  (has(user, "is_active") ? "CASE WHEN is_active THEN 1 ELSE 0 END" : "1") + ", " + time(user, "date_joined") + " FROM " +
                  users_.sql + " WHERE " + id + " > $1 ORDER BY " + id + " LIMIT $2";
  select_identities_ = "SELECT id, user_id, provider, uid, " + time(identity, "created") + ", " + time(identity, "modified") + " FROM " +
                       quoted(kIdentities) + " WHERE user_id > $1 AND user_id <= $2 ORDER BY id";
  return base::ok;
}

base::Result<Django> Django::open(Db& db, Dialect dialect, const std::string& user_table) {
  Django django{db, dialect};
  const auto identity = django.columns(django.table(kIdentities));
  if (!identity) return identity.error();
  if (identity->empty())
    return unfit(std::string{"this is no database of Django with social-auth-app-django: there is no table "} + kIdentities);
  if (auto found = django.find_users(user_table); !found) return found.error();
  const auto user = django.columns(django.users_);
  if (!user) return user.error();
  if (user->empty()) return unfit("there is no table " + django.users_.name + ": name the users' table with --user-table");
  if (auto ready = django.prepare(*user, *identity); !ready) return ready.error();
  return django;
}

base::Result<DjangoSlice> Django::next() {
  DjangoSlice slice;
  const auto done = db_.read([&](Tx& tx) -> base::Status {
    slice = {};
    const auto users = tx.run(select_users_, {after_, kSlice});
    if (!users) return users.error();
    for (const auto& row : users->rows) {
      slice.users.push_back({.id = row.integer(0),
                             .username = text_of(row, 1),
                             .email = text_of(row, 2),
                             .first_name = text_of(row, 3),
                             .last_name = text_of(row, 4),
                             .active = row.integer(5) != 0,
                             .joined = time(row.integer(6))});
    }
    slice.last = static_cast<std::int64_t>(slice.users.size()) < kSlice;
    const auto identities = tx.run(select_identities_, {after_, slice.last ? INT64_MAX : slice.users.back().id});
    if (!identities) return identities.error();
    for (const auto& row : identities->rows) {
      const auto created = row.integer(4);
      slice.identities.push_back({row.integer(0), row.integer(1), text_of(row, 2), text_of(row, 3), time(created),
                                  time(row.is_null(5) ? created : row.integer(5))});
    }
    return base::ok;
  });
  if (!done) return done.error();
  if (!slice.users.empty()) after_ = slice.users.back().id;
  return slice;
}

std::int64_t Django::highest_id() {
  // Ids that were given to users who are gone must not be given to others: tokens that name them may still be around. Whoever may not ask
  // the sequence is told the highest id that is there.
  const auto given = dialect_ == Dialect::sqlite ? read_one(db_, "SELECT seq FROM sqlite_sequence WHERE name = $1", {users_.name})
                                                 : read_one(db_, "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)",
                                                            {users_.sql, users_.key});
  const auto there = read_one(db_, "SELECT max(" + quoted(users_.key) + ") FROM " + users_.sql, {});
  std::int64_t highest = 0;
  if (given && !given->empty()) highest = given->rows[0].integer(0);
  if (there && !there->empty()) highest = std::max(highest, there->rows[0].integer(0));
  return highest;
}

}  // namespace store
