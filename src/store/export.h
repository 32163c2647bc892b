// store/export.h: everything that is on record of a user, table by table, for who asks for it (GDPR 15 and 20). What lets its reader in,
// hashes and sealed values, is left out by name. A test holds the list against the schema, so that no column is forgotten.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/db.h"

namespace store {

/// How a cell is shown.
enum class Kind { plain, time, yes_no, json };
struct ExportColumn {
  std::string name;
  Kind kind = Kind::plain;
};

struct ExportTable {
  std::string name, where;  // which rows are the user's: $1
  std::vector<ExportColumn> columns;
  std::vector<std::string> secret;  // columns that stay where they are
};
std::span<const ExportTable> export_tables();

struct Exported {
  const ExportTable& table;
  std::vector<Row> rows;
};

}  // namespace store
