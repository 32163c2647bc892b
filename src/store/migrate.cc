#include "store/migrate.h"

#include <algorithm>
#include <chrono>

#include "store/rows.h"

namespace store {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL)";

int newest(std::span<const Migration> all) { return all.empty() ? 0 : all.back().number; }

base::Error too_new(std::int64_t found, int known) {
  const std::string text = "the database has schema " + std::to_string(found) + ", and this program knows schemas up to " +
                           std::to_string(known) + ": a newer latchstring has upgraded it. Run that version (or a later one), or restore "
                           "the backup made before the upgrade; an older program never writes a newer schema";
  return base::Error{base::Code::conflict, text, text};
}

base::Result<std::int64_t> applied(Tx& tx) {
  const auto rows = tx.run("SELECT max(number) FROM schema_migrations", {});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

base::Status run_statements(Tx& tx, std::string_view sql) {
  while (!sql.empty()) {
    const auto end = sql.find(";\n");
    const auto statement = sql.substr(0, end);
    sql.remove_prefix(end == sql.npos ? sql.size() : end + 2);
    if (statement.find_first_not_of(" \t\r\n;") == statement.npos) continue;
    if (const auto done = tx.run(statement, {}); !done) return done.error();
  }
  return base::ok;
}

/// Looks at the number again inside the transaction: of several processes that migrate at once, one does each step.
base::Status apply(Tx& tx, const Migration& step, int known) {
  const auto at = applied(tx);
  if (!at) return at.error();
  if (*at > known) return too_new(*at, known);
  if (*at >= step.number) return base::ok;
  if (auto done = run_statements(tx, step.sql); !done) return done.error();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto noted = tx.run("INSERT INTO schema_migrations (number, name, applied) VALUES ($1, $2, $3)",
                            {std::int64_t{step.number}, step.name, seconds(now)});
  if (!noted) return noted.error();
  return base::ok;
}

}  // namespace

std::vector<Migration> migrations(std::string_view driver, std::string_view database) {
  std::vector<Migration> found;
  for (const auto& file : migration_files())
    if (file.driver == driver && file.database == database) found.push_back(file.migration);
  std::sort(found.begin(), found.end(), [](const Migration& a, const Migration& b) { return a.number < b.number; });
  return found;
}

base::Status migrate(Db& db, std::span<const Migration> all) {
  const auto missing = pending(db, all);
  if (!missing) return missing.error();
  if (*missing == 0) return base::ok;
  if (const auto made = write_one(db, kTable, {}); !made) return made.error();
  for (const auto& step : all) {
    auto done = db.write([&](Tx& tx) { return apply(tx, step, newest(all)); });
    if (done) continue;
    base::Error error = done.error();
    error.detail = "migration " + std::to_string(step.number) + " (" + std::string{step.name} + "): " + error.detail;
    return error;
  }
  return base::ok;
}

base::Result<int> pending(Db& db, std::span<const Migration> all) {
  const auto rows = read_one(db, "SELECT max(number) FROM schema_migrations", {});
  if (!rows && rows.error().code == base::Code::not_found) return static_cast<int>(all.size());
  if (!rows) return rows.error();
  const auto at = rows->rows.at(0).integer(0);
  if (at > newest(all)) return too_new(at, newest(all));
  return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const Migration& m) { return m.number > at; }));
}

}  // namespace store
