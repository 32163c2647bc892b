// audit.cc: what happened, and whether the databases answer.
#include "store/rows.h"
#include "store/store.h"

namespace store {

base::Status Store::audit(const AuditEntry& entry) {
  const auto now = clock_.now();
  return main_.write([&](Tx& tx) { return add_audit(tx, entry, now); });
}

base::Status Store::ping() {
  for (Db* db : {&main_, &flows_})
    if (const auto answer = read_one(*db, "SELECT max(number) FROM schema_migrations", {}); !answer) return answer.error();
  return base::ok;
}

}  // namespace store
