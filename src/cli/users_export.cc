// users_export.cc: `latchstring users export ID`: what is on record of somebody, as JSON.
#include <cstdio>
#include <ctime>

#include "cli/commands.h"
#include "cli/instance.h"
#include "json/writer.h"
#include "store/export.h"

namespace cli {
namespace {

using store::Kind;

/// RFC 3339.
std::string instant(std::int64_t seconds) {
  const std::time_t at = seconds;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

void write_cell(json::Writer& w, const store::Row& row, std::size_t i, Kind kind) {
  if (row.is_null(i)) {
    w.null();
  } else if (const auto* number = std::get_if<std::int64_t>(&row.cells[i])) {
    if (kind == Kind::time) {
      w.value(instant(*number));
    } else if (kind == Kind::yes_no) {
      w.value(*number != 0);
    } else {
      w.value(*number);
    }
  } else if (kind == Kind::json && !row.text(i).empty()) {
    w.raw(row.text(i));  // the store wrote it
  } else {
    w.value(row.text(i));
  }
}

void write_row(json::Writer& w, const store::ExportTable& table, const store::Row& row) {
  w.object();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    w.key(table.columns[i].name);
    write_cell(w, row, i, table.columns[i].kind);
  }
  w.end_object();
}

}  // namespace

int run_user_export(const std::string& config_file, std::int64_t id) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  const auto tables = (*in)->store.export_user(id);
  if (!tables && tables.error().code == base::Code::not_found)
    return complain({base::Code::not_found, "there is no user " + std::to_string(id), ""});
  if (!tables) return complain(tables.error());
  json::Writer w;
  w.object().member("exported", instant((*in)->clock.now().time_since_epoch().count()));
  for (const auto& [table, rows] : *tables) {
    w.key(table.name).array();
    for (const auto& row : rows) write_row(w, table, row);
    w.end_array();
  }
  w.key("left_out").array();  // secrets: they say nothing of the user, and would let a reader in
  for (const auto& [table, rows] : *tables) {
    for (const auto& column : table.secret) w.value(table.name + "." + column);
  }
  w.end_array().end_object();
  std::puts(w.str().c_str());
  return 0;
}

}  // namespace cli
