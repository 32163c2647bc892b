// store/django.h: the tables of a Django project with social-auth-app-django, as `import` reads them: never a write, and nothing believed
// of them but what stands in the columns. Both databases that Django projects mostly have.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/db.h"

namespace store {

struct DjangoUser {
  std::int64_t id = 0;
  std::string username, email, first_name, last_name;
  bool active = true;
  base::Time joined{};  // 1970 where the user model does not say
};

/// A row of social_auth_usersocialauth, without its extra_data: tokens, in clear.
struct DjangoIdentity {
  std::int64_t id = 0, user = 0;
  std::string provider, uid;
  base::Time created{}, used{};
};

struct DjangoSlice {
  std::vector<DjangoUser> users;           // in order of their ids
  std::vector<DjangoIdentity> identities;  // theirs, and those of users between them who are not there
  bool last = false;
};

enum class Dialect { sqlite, postgres };

class Django {
 public:
  struct Table {
    std::string name, sql;  // as people write it, and quoted
    std::string key = "id";
  };

  /// Error.say: what is missing. `user_table`: "" = the one that social_auth_usersocialauth refers to.
  static base::Result<Django> open(Db& db, Dialect dialect, const std::string& user_table);
  const Table& users() const noexcept { return users_; }
  /// The next few hundred users with their identities, in one state of the database.
  base::Result<DjangoSlice> next();
  /// The highest user id that the database has ever given away, as far as it tells.
  std::int64_t highest_id();

 private:
  Db& db_;
  Dialect dialect_;
  Table users_;
  std::string select_users_, select_identities_;
  std::int64_t after_ = INT64_MIN;

  Django(Db& db, Dialect dialect) : db_(db), dialect_(dialect) {}
  struct Column {
    std::string name, type;
  };
  using Columns = std::vector<Column>;
  Table table(const std::string& name) const;
  base::Result<Columns> columns(const Table& table);
  base::Status find_users(const std::string& wanted);
  base::Status prepare(const Columns& user, const Columns& identity);
  std::string epoch(const std::string& column) const;
};

}  // namespace store
