// cache.cc: discovery documents and key sets, in the database whose loss costs little.
#include "store/rows.h"
#include "store/store.h"

namespace store {

base::Result<std::optional<Store::Cached>> Store::cache_get(std::string_view url) {
  const auto rows = read_one(flows_, "SELECT body, fetched FROM documents WHERE url = $1", {url});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Cached>{};
  return std::optional{Cached{rows->rows[0].text(0), time(rows->rows[0].integer(1))}};
}

base::Status Store::cache_put(std::string_view url, std::string_view body) {
  const auto put = write_one(flows_,
                             "INSERT INTO documents (url, body, fetched) VALUES ($1, $2, $3) "
                             "ON CONFLICT (url) DO UPDATE SET body = excluded.body, fetched = excluded.fetched",
                             {url, Blob{body}, seconds(clock_.now())});
  if (!put) return put.error();
  return base::ok;
}

}  // namespace store
