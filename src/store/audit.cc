// audit.cc: what happened, and whether the databases answer.
#include "store/rows.h"
#include "store/store.h"

namespace store {

base::Status Store::audit(const AuditEntry& entry) {
  const auto now = clock_.now();
  return main_.write([&](Tx& tx) { return add_audit(tx, entry, now); });
}

base::Result<std::vector<AuditRow>> OperatorStore::audited(std::string_view request_id) {
  const auto rows = read_one(main_,
                             "SELECT at, event, user_id, provider, outcome, detail, remote_addr, request_id FROM audit "
                             "WHERE request_id = $1 ORDER BY id LIMIT 100",
                             {request_id});
  if (!rows) return rows.error();
  std::vector<AuditRow> found;
  for (const auto& row : rows->rows) {
    found.push_back(
        {time(row.integer(0)), AuditEntry{row.text(1), row.integer(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)}});
  }
  return found;
}

base::Result<std::int64_t> Store::sweep_audit(std::chrono::seconds keep) {
  constexpr std::int64_t kSlice = 500, kMost = 10'000;
  const auto before = seconds(clock_.now() - keep);
  std::int64_t swept = 0;
  while (swept < kMost) {
    // By the key, in which rows stand as they happened: no index, which every login would pay for.
    const auto gone =
        write_one(main_, "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT $1) AND at < $2", {kSlice, before});
    if (!gone) return gone.error();
    swept += gone->changes;
    if (gone->changes < kSlice) break;
  }
  return swept;
}

base::Status Store::ping() {
  for (Db* db : {&main_, &flows_})
    if (const auto answer = read_one(*db, "SELECT max(number) FROM schema_migrations", {}); !answer) return answer.error();
  return base::ok;
}

}  // namespace store
