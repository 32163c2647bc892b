// store/postgres/postgres_db.h: store::Db on PostgreSQL by libpq. The simple form: one connection that reads and one that writes, each made
// when it is first needed and made anew when the server has dropped it. Open after fork.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "store/db.h"

namespace store::postgres {

struct Options {
  std::string url;  // "postgresql://user@host:5432/database?sslmode=verify-full"; what it leaves out libpq takes from PG* and ~/.pgpass
  bool read_only = false;  // write() is refused, by the server too
  int busy_ms = 5000;      // how long a lock is waited for
};

bool is_url(std::string_view url) noexcept;

/// Connects. Error.say is one line without the URL, which may hold a password.
base::Result<std::unique_ptr<Db>> open(const Options& options);

}  // namespace store::postgres
