// search.cc: users by what an operator knows of them. Looks through the whole table: for people at a terminal, not for requests.
#include "base/text.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

/// LIKE's pattern for whatever holds `text`.
std::string holding(std::string_view text) {
  std::string out = "%";
  for (const char c : base::lower(text)) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + '%';
}

base::Result<std::vector<User>> load(Db& db, std::string_view sql, Params params) {
  std::vector<User> users;
  const auto done = db.read([&](Tx& tx) -> base::Status {
    users.clear();
    const auto ids = tx.run(sql, params);
    if (!ids) return ids.error();
    for (const auto& row : ids->rows) {
      auto user = load_user(tx, row.integer(0));
      if (!user) return user.error();
      if (*user) users.push_back(std::move(**user));
    }
    return base::ok;
  });
  if (!done) return done.error();
  return users;
}

}  // namespace

base::Result<std::vector<User>> OperatorStore::search_users(std::string_view text, std::int64_t most) {
  return load(main_,
              "SELECT id FROM users WHERE lower(username) LIKE $1 ESCAPE '\\' OR lower(email) LIKE $1 ESCAPE '\\' ORDER BY id LIMIT $2",
              {holding(text), most});
}

base::Result<std::vector<User>> OperatorStore::users_called(std::string_view name) {
  return load(main_, "SELECT id FROM users WHERE username = $1 OR lower(email) = $2 ORDER BY id LIMIT 20", {name, base::lower(name)});
}

}  // namespace store
