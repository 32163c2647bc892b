#include "store/export.h"

#include "store/rows.h"
#include "store/store.h"

namespace store {

std::span<const ExportTable> export_tables() {
  using enum Kind;
  static const std::vector<ExportTable> all{
      {"users", "id = $1",
       {{"id"}, {"username"}, {"email"}, {"email_verified", yes_no}, {"email_match"}, {"name"}, {"first_name"}, {"last_name"}, {"picture"},
        {"active", yes_no}, {"created", time}}, {}},
      {"identities", "user_id = $1",
       {{"id"}, {"user_id"}, {"provider"}, {"issuer"}, {"uid"}, {"username"}, {"email"}, {"email_verified", yes_no}, {"name"}, {"first_name"},
        {"last_name"}, {"picture"}, {"extra", json}, {"created", time}, {"used", time}}, {}},
      {"sessions", "user_id = $1",
       {{"id"}, {"user_id"}, {"provider"}, {"identity_id"}, {"idp_sid"}, {"user_agent"}, {"remote_addr"}, {"claims", json}, {"created", time},
        {"used", time}, {"expires", time}, {"ended", yes_no}}, {"cookie_hash", "id_token"}},
      {"refresh_tokens", "session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
       {{"session_id"}, {"expires", time}, {"next_issued", time}, {"next_expires", time}}, {"hash", "next_sealed"}},
      {"provider_tokens", "identity_id IN (SELECT id FROM identities WHERE user_id = $1)",
       {{"identity_id"}, {"expires", time}, {"version"}, {"lease", time}}, {"sealed"}},
      {"audit", "user_id = $1",
       {{"id"}, {"at", time}, {"event"}, {"user_id"}, {"provider"}, {"outcome"}, {"detail"}, {"remote_addr"}, {"request_id"}}, {}},
  };
  return all;
}

base::Result<std::vector<Exported>> Store::export_user(std::int64_t user) {
  std::vector<Exported> out;
  const auto done = main_.read([&](Tx& tx) -> base::Status {
    out.clear();
    for (const auto& table : export_tables()) {
      std::string columns;
      for (const auto& column : table.columns) columns += (columns.empty() ? "" : ", ") + std::string{column.name};
      auto rows = tx.run("SELECT " + columns + " FROM " + std::string{table.name} + " WHERE " + std::string{table.where} + " ORDER BY 1", {user});
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
