// keys.cc: our signing keys, sealed by the caller.
#include "store/rows.h"
#include "store/store.h"

namespace store {

base::Result<std::vector<StoredKey>> Store::keys() {
  const auto rows = read_one(main_, "SELECT kid, alg, sealed, created, retired FROM signing_keys ORDER BY created DESC, kid", {});
  if (!rows) return rows.error();
  std::vector<StoredKey> found;
  for (const auto& row : rows->rows) {
    const auto retired = row.is_null(4) ? std::nullopt : std::optional{time(row.integer(4))};
    found.push_back(
        StoredKey{.kid = row.text(0), .alg = row.text(1), .sealed = row.text(2), .created = time(row.integer(3)), .retired = retired});
  }
  return found;
}

base::Status Store::add_key(const StoredKey& key, bool retire_others) {
  const auto now = clock_.now();
  return main_.write([&](Tx& tx) -> base::Status {
    if (retire_others) {
      const auto retired = tx.run("UPDATE signing_keys SET retired = $1 WHERE retired IS NULL", {seconds(now)});
      if (!retired) return retired.error();
    }
    const Param retired = key.retired ? Param{seconds(*key.retired)} : Param{};
    const auto added = tx.run("INSERT INTO signing_keys (kid, alg, sealed, created, retired) VALUES ($1, $2, $3, $4, $5)",
                              {key.kid, key.alg, Blob{key.sealed}, seconds(key.created), retired});
    if (!added) return added.error();
    return base::ok;
  });
}

base::Status Store::drop_key(std::string_view kid) {
  const auto gone = write_one(main_, "DELETE FROM signing_keys WHERE kid = $1", {kid});
  if (!gone) return gone.error();
  if (gone->changes == 0) return base::Error{base::Code::not_found, "no such key", "There is no such key."};
  return base::ok;
}

}  // namespace store
