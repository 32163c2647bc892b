// flows.cc: login attempts: begun with one INSERT, taken with one UPDATE.
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

#define FLOW_COLUMNS "id, secret_hash, browser, browser_hash, challenge, provider, redirect_uri, kept, mode, expires, used, next, link_user"
constexpr std::size_t kUsed = 10;

Flow read_flow(const Row& row) {
  return Flow{.id = row.integer(0),
              .secret_hash = row.text(1),
              .browser = row.integer(2),
              .browser_hash = row.text(3),
              .challenge = row.text(4),
              .provider = row.text(5),
              .redirect_uri = row.text(6),
              .kept = row.text(7),
              .mode = row.text(8),
              .expires = time(row.integer(9)),
              .next = row.text(11),
              .link_user = row.integer(12)};
}

/// RFC 6749 4.1.2 and RFC 9700 4.7: one state, one use. The claim is one statement, so nothing can come between look and mark;
/// the second statement runs only to say why there was nothing to claim.
base::Status take(Tx& tx, std::int64_t id, std::string_view secret_hash, base::Time now, Taken& taken) {
  const auto claimed =
      tx.run("UPDATE flows SET used = 1 WHERE id = $1 AND secret_hash = $2 AND used = 0 AND expires > $3 RETURNING " FLOW_COLUMNS,
             {id, Blob{secret_hash}, seconds(now)});
  if (!claimed) return claimed.error();
  if (!claimed->empty()) {
    taken = Taken{Take::taken, read_flow(claimed->rows[0])};
    return base::ok;
  }
  const auto there = tx.run("SELECT " FLOW_COLUMNS " FROM flows WHERE id = $1 AND secret_hash = $2", {id, Blob{secret_hash}});
  if (!there) return there.error();
  if (there->empty()) {
    taken = Taken{};
    return base::ok;
  }
  const auto& row = there->rows[0];
  taken = Taken{row.integer(kUsed) != 0 ? Take::used : Take::expired, read_flow(row)};
  return base::ok;
}

}  // namespace

base::Status Store::begin_flow(const Flow& flow) {
  const auto added =
      write_one(flows_,
                "INSERT INTO flows (id, secret_hash, browser, browser_hash, challenge, provider, redirect_uri, kept, mode, expires, next, "
                "link_user) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                {flow.id, Blob{flow.secret_hash}, flow.browser, Blob{flow.browser_hash}, flow.challenge, flow.provider, flow.redirect_uri,
                 Blob{flow.kept}, flow.mode, seconds(flow.expires), flow.next, flow.link_user});
  if (!added) return added.error();
  return base::ok;
}

base::Result<Taken> Store::take_flow(std::int64_t id, std::string_view secret_hash) {
  Taken taken;
  const auto now = clock_.now();
  const auto done = flows_.write([&](Tx& tx) { return take(tx, id, secret_hash, now, taken); });
  if (!done) return done.error();
  return taken;
}

base::Result<std::optional<Flow>> Store::find_flow(std::int64_t id, std::string_view secret_hash) {
  const auto rows = read_one(flows_, "SELECT " FLOW_COLUMNS " FROM flows WHERE id = $1 AND secret_hash = $2", {id, Blob{secret_hash}});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Flow>{};
  return std::optional{read_flow(rows->rows[0])};
}

base::Result<std::optional<FlowSeen>> OperatorStore::look_at_flow(std::int64_t id, std::string_view secret_hash) {
  const auto rows = read_one(flows_, "SELECT " FLOW_COLUMNS " FROM flows WHERE id = $1 AND secret_hash = $2", {id, Blob{secret_hash}});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<FlowSeen>{};
  return std::optional{FlowSeen{read_flow(rows->rows[0]), rows->rows[0].integer(kUsed) != 0}};
}

base::Result<bool> Store::browser_began(std::int64_t browser, std::string_view browser_hash, std::string_view provider) {
  if (browser == 0) return false;
  // Only the newest 100 are looked at: a browser with thousands of attempts must not make this slow.
  const auto rows = read_one(flows_,
                             "SELECT 1 FROM (SELECT browser_hash, provider FROM flows WHERE browser = $1 AND browser <> 0 "
                             "ORDER BY id DESC LIMIT 100) AS newest WHERE browser_hash = $2 AND provider = $3 LIMIT 1",
                             {browser, Blob{browser_hash}, provider});
  if (!rows) return rows.error();
  return !rows->empty();
}

base::Result<bool> Store::nonce_made(std::int64_t number, std::string_view hash) {
  const auto rows =
      read_one(flows_, "SELECT 1 FROM flows WHERE browser = $1 AND browser <> 0 AND browser_hash = $2 AND mode = 'native' LIMIT 1",
               {number, Blob{hash}});
  if (!rows) return rows.error();
  return !rows->empty();
}

base::Result<std::int64_t> Store::sweep_flows() {
  constexpr std::int64_t kSlice = 500, kMost = 10'000;  // slices, so that logins in hand get their turn between two of them
  const auto now = seconds(clock_.now());
  std::int64_t swept = 0;
  while (swept < kMost) {
    const auto gone =
        write_one(flows_, "DELETE FROM flows WHERE id IN (SELECT id FROM flows ORDER BY id LIMIT $1) AND expires <= $2", {kSlice, now});
    if (!gone) return gone.error();
    swept += gone->changes;
    if (gone->changes < kSlice) break;
  }
  return swept;
}

base::Result<std::int64_t> Store::count_flows(std::int64_t most) {
  const auto rows = read_one(flows_, "SELECT count(*) FROM (SELECT 1 FROM flows WHERE used = 0 AND expires > $1 LIMIT $2) AS counted",
                             {seconds(clock_.now()), most});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

}  // namespace store
