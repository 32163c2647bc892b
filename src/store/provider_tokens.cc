// provider_tokens.cc: the providers' tokens, sealed by the caller. A row's version says which tokens it holds; its lease, who may replace
// them.
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

#define KEPT_COLUMNS "t.identity_id, i.user_id, i.provider, i.issuer, i.uid, t.sealed, t.expires, t.version, t.lease"
#define KEPT_FROM " FROM provider_tokens t JOIN identities i ON i.id = t.identity_id "

KeptTokens read_kept(const Row& row) {
  return KeptTokens{.identity = row.integer(0),
                    .user = row.integer(1),
                    .provider = row.text(2),
                    .issuer = row.text(3),
                    .uid = row.text(4),
                    .sealed = row.text(5),
                    .expires = row.is_null(6) ? std::nullopt : std::optional{time(row.integer(6))},
                    .version = row.integer(7),
                    .lease = time(row.integer(8))};
}

base::Result<std::optional<KeptTokens>> one(const base::Result<Rows>& rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<KeptTokens>{};
  return std::optional{read_kept(rows->rows[0])};
}

base::Result<bool> changed(const base::Result<Rows>& rows) {
  if (!rows) return rows.error();
  return rows->changes != 0;
}

Param time_or_null(const std::optional<base::Time>& t) { return t ? Param{seconds(*t)} : Param{}; }

}  // namespace

base::Result<std::optional<KeptTokens>> KeptTokenStore::provider_tokens(std::int64_t identity) {
  return one(read_one(main_, "SELECT " KEPT_COLUMNS KEPT_FROM "WHERE t.identity_id = $1", {identity}));
}

base::Result<std::optional<KeptTokens>> KeptTokenStore::provider_tokens_of(std::string_view issuer, std::string_view uid) {
  return one(read_one(main_, "SELECT " KEPT_COLUMNS KEPT_FROM "WHERE i.issuer = $1 AND i.uid = $2", {issuer, uid}));
}

base::Result<bool> KeptTokenStore::lease_provider_tokens(std::int64_t identity, std::int64_t version, base::Time until) {
  return changed(write_one(main_, "UPDATE provider_tokens SET lease = $3 WHERE identity_id = $1 AND version = $2 AND lease <= $4",
                           {identity, version, seconds(until), seconds(clock_.now())}));
}

base::Status KeptTokenStore::extend_lease(std::int64_t identity, base::Time mine, base::Time until) {
  const auto done = write_one(main_, "UPDATE provider_tokens SET lease = $3 WHERE identity_id = $1 AND lease = $2",
                              {identity, seconds(mine), seconds(until)});
  if (!done) return done.error();
  return base::ok;
}

base::Result<bool> KeptTokenStore::renew_provider_tokens(std::int64_t identity, std::int64_t version, base::Time mine, std::string_view sealed,
                                                std::optional<base::Time> expires) {
  return changed(write_one(main_,
                           "UPDATE provider_tokens SET sealed = $4, expires = $5, version = version + 1, lease = 0 "
                           "WHERE identity_id = $1 AND version = $2 AND lease = $3",
                           {identity, version, seconds(mine), Blob{sealed}, time_or_null(expires)}));
}

base::Status KeptTokenStore::drop_provider_tokens(std::int64_t identity, std::int64_t version) {
  const auto done = write_one(main_, "DELETE FROM provider_tokens WHERE identity_id = $1 AND version = $2", {identity, version});
  if (!done) return done.error();
  return base::ok;
}

base::Result<std::vector<KeptTokens>> OperatorStore::all_provider_tokens(std::int64_t after, std::int64_t most) {
  const auto rows =
      read_one(main_, "SELECT " KEPT_COLUMNS KEPT_FROM "WHERE t.identity_id > $1 ORDER BY t.identity_id LIMIT $2", {after, most});
  if (!rows) return rows.error();
  std::vector<KeptTokens> out;
  for (const auto& row : rows->rows) out.push_back(read_kept(row));
  return out;
}

base::Status OperatorStore::reseal_provider_tokens(std::int64_t identity, std::int64_t version, std::string_view sealed) {
  const auto done =
      write_one(main_, "UPDATE provider_tokens SET sealed = $3 WHERE identity_id = $1 AND version = $2", {identity, version, Blob{sealed}});
  if (!done) return done.error();
  return base::ok;
}

base::Status OperatorStore::reseal_key(std::string_view kid, std::string_view sealed) {
  const auto done = write_one(main_, "UPDATE signing_keys SET sealed = $2 WHERE kid = $1", {kid, Blob{sealed}});
  if (!done) return done.error();
  return base::ok;
}

base::Status keep_tokens(Tx& tx, std::int64_t identity, std::string_view sealed, std::optional<base::Time> expires) {
  if (sealed.empty()) return base::ok;
  const auto done = tx.run(
      "INSERT INTO provider_tokens (identity_id, sealed, expires) VALUES ($1, $2, $3) ON CONFLICT (identity_id) DO UPDATE SET "
      "sealed = excluded.sealed, expires = excluded.expires, version = provider_tokens.version + 1, lease = 0",
      {identity, Blob{sealed}, time_or_null(expires)});
  if (!done) return done.error();
  return base::ok;
}

}  // namespace store
