// store/migrate.h: numbered migrations (sql/<driver>/NNNN_name.sql, compiled in). Each runs in its own transaction; a table records the
// number; a database with a number that this program does not know is refused: an older program never writes a newer schema.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/db.h"

namespace store {

struct Migration {
  int number;
  std::string_view name;  // "main: users" ...
  std::string_view sql;   // several statements, separated by ";\n"
};

/// What tools/embed.py generates from sql/<driver>/NNNN_<database>_<name>.sql (build/gen/migrations.cc).
struct MigrationFile {
  std::string_view driver, database;  // "sqlite"; "main" or "flows"
  Migration migration;
};
std::span<const MigrationFile> migration_files();
/// The migrations of one driver and database, in order of their numbers.
std::vector<Migration> migrations(std::string_view driver, std::string_view database);

/// Brings `db` up to the newest number. Code::conflict with a `say` for a newer schema.
base::Status migrate(Db& db, std::span<const Migration> all);
/// What is missing: 0 = up to date.
base::Result<int> pending(Db& db, std::span<const Migration> all);

}  // namespace store
