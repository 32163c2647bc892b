#include "store/export.h"

#include "base/text.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

/// "id created@ active? extra{}": a plain column, a time, a yes or no, JSON.
std::vector<ExportColumn> columns(std::string_view text) {
  std::vector<ExportColumn> out;
  for (const std::string_view word : base::split(text, ' ')) {
    const auto end = word.find_first_of("@?{");
    const auto mark = end == word.npos ? ' ' : word[end];
    const auto kind = mark == '@' ? Kind::time : mark == '?' ? Kind::yes_no : mark == '{' ? Kind::json : Kind::plain;
    out.push_back({std::string{word.substr(0, end)}, kind});
  }
  return out;
}

}  // namespace

std::span<const ExportTable> export_tables() {
  static const std::vector<ExportTable> all{
      {"users", "id = $1", columns("id username email email_verified? email_match name first_name last_name picture active? created@"), {}},
      {"identities",
       "user_id = $1",
       columns("id user_id provider issuer uid username email email_verified? name first_name last_name picture extra{} created@ used@ disowned?"),
       {}},
      {"sessions",
       "user_id = $1",
       columns("id user_id provider identity_id idp_sid user_agent remote_addr claims{} created@ used@ expires@ ended?"),
       {"cookie_hash", "id_token"}},
      {"refresh_tokens",
       "session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
       columns("session_id expires@ next_issued@ next_expires@"),
       {"hash", "next_sealed"}},
      {"provider_tokens",
       "identity_id IN (SELECT id FROM identities WHERE user_id = $1)",
       columns("identity_id expires@ version lease@"),
       {"sealed"}},
      {"audit", "user_id = $1", columns("id at@ event user_id provider outcome detail remote_addr request_id"), {}},
  };
  return all;
}

base::Result<std::vector<Exported>> OperatorStore::export_user(std::int64_t user) {
  std::vector<Exported> out;
  const auto done = main_.read([&](Tx& tx) -> base::Status {
    out.clear();
    for (const auto& table : export_tables()) {
      std::vector<std::string> names;
      for (const auto& column : table.columns) names.push_back(column.name);
      auto rows = tx.run("SELECT " + base::join(names, ", ") + " FROM " + table.name + " WHERE " + table.where + " ORDER BY 1", {user});
      if (!rows) return rows.error();
      if (out.empty() && rows->empty()) return base::Error{base::Code::not_found, "no such user", "There is no such user."};
      out.push_back({table, std::move(rows->rows)});
    }
    return base::ok;
  });
  if (!done) return done.error();
  return out;
}

}  // namespace store
