// store/db.h: the driver seam. store/ holds all SQL, written so that SQLite and PostgreSQL both run it; a driver supplies transactions.
// SQL uses $1, $2 ..., by number, and holds no values. Adding a database = adding a folder with a Db and running tests/conformance/ on it.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace store {

struct Blob {
  std::string_view bytes;
};
using Param = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;   // NULL, integer, text, bytes
using Cell = std::variant<std::monostate, std::int64_t, std::string>;               // NULL, integer, text or bytes

struct Row {
  std::vector<Cell> cells;
  std::int64_t integer(std::size_t i) const;      // 0 for NULL
  std::string text(std::size_t i) const;          // "" for NULL
  bool is_null(std::size_t i) const;
};

struct Rows {
  std::vector<Row> rows;
  std::int64_t changes = 0;    // rows changed by INSERT, UPDATE, DELETE
  bool empty() const { return rows.empty(); }
};

/// Inside a transaction. A unique-constraint violation is Code::conflict, a lock that could not be had in time or a full disk Code::busy,
/// a table that does not exist Code::not_found, everything else Code::internal.
struct Tx {
  virtual ~Tx() = default;
  virtual base::Result<Rows> run(std::string_view sql, std::initializer_list<Param> params) = 0;
};

using Work = std::function<base::Status(Tx&)>;

struct Db {
  virtual ~Db() = default;
  /// Runs `work` in a transaction that only reads. Work may be called again; it must have no other effects.
  virtual base::Status read(const Work& work) = 0;
  /// Runs `work` in a transaction and commits it, durably as the database was opened, before it returns; rolls back if work fails.
  /// A driver may commit several callers' work together, on one caller's thread; each piece of work succeeds or fails alone, and all of
  /// them fail if the commit does. Work may be called again. No network call inside, and no other read or write.
  virtual base::Status write(const Work& work) = 0;
};

}  // namespace store
