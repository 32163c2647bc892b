// sessions.cc: signed-in devices and the families of their refresh tokens (RFC 9700 4.14.2: rotation, and reuse ends the family).
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

constexpr std::chrono::minutes kLongestGrace{10};  // what tokens.refresh_grace allows

struct Token {
  std::int64_t session = 0, user = 0;
  std::string provider, claims;
  bool ended = false;
  bool exchanged = false;
  base::Time next_issued{}, next_expires{};  // the successor's, as is `sealed`; set if exchanged
  std::string sealed;
};

base::Result<std::optional<Token>> load_token(Tx& tx, const Rotation& r) {
  const auto rows = tx.run(
      "SELECT s.id, s.user_id, s.provider, s.ended, t.next_issued, t.next_expires, t.next_sealed, s.claims "
      "FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.expires = $1 AND t.hash = $2",
      {seconds(r.old_expires), Blob{r.old_hash}});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Token>{};
  const auto& row = rows->rows[0];
  return std::optional{Token{.session = row.integer(0),
                             .user = row.integer(1),
                             .provider = row.text(2),
                             .claims = row.text(7),
                             .ended = row.integer(3) != 0,
                             .exchanged = !row.is_null(4),
                             .next_issued = time(row.integer(4)),
                             .next_expires = time(row.integer(5)),
                             .sealed = row.text(6)}};
}

base::Status exchange(Tx& tx, const Rotation& r, std::int64_t session) {
  const auto marked = tx.run(
      "UPDATE refresh_tokens SET next_issued = $3, next_expires = $4, next_sealed = $5 "
      "WHERE expires = $1 AND hash = $2 AND next_issued IS NULL",
      {seconds(r.old_expires), Blob{r.old_hash}, seconds(r.now), seconds(r.new_expires), Blob{r.new_sealed}});
  if (!marked) return marked.error();
  // Only where writers run in parallel (PostgreSQL): somebody was first; look again.
  if (marked->changes == 0) return base::Error{base::Code::conflict, "refresh token was exchanged meanwhile"};
  const auto added = tx.run("INSERT INTO refresh_tokens (hash, session_id, expires) VALUES ($1, $2, $3)",
                            {Blob{r.new_hash}, session, seconds(r.new_expires)});
  if (!added) return added.error();
  const auto touched =
      tx.run("UPDATE sessions SET used = $2, expires = $3 WHERE id = $1", {session, seconds(r.now), seconds(r.new_expires)});
  if (!touched) return touched.error();
  return base::ok;
}

/// Somebody holds a token that its owner has exchanged long ago: one of the two has stolen it, so neither goes on.
base::Status end_family(Tx& tx, const Rotation& r, const Token& token) {
  const auto ended = tx.run("UPDATE sessions SET ended = 1 WHERE id = $1", {token.session});
  if (!ended) return ended.error();
  const AuditEntry entry{.event = "refresh_reuse",
                         .user = token.user,
                         .provider = token.provider,
                         .outcome = "session_ended",
                         .detail = "session " + std::to_string(token.session),
                         .remote_addr = r.remote_addr,
                         .request_id = r.request_id};
  return add_audit(tx, entry, r.now);
}

/// A token of ours that is not on record, of a session that lives and has exchanged so many that the oldest are forgotten: it is one of
/// those. Whoever could make the record forget it by refreshing often would otherwise pass for its owner. Of a session that has forgotten
/// nothing there is no such token: then nobody was given it, and it ends nothing.
base::Result<Rotated> forgotten(Tx& tx, const Rotation& r) {
  Rotated out;
  const auto rows = tx.run(
      "SELECT user_id, provider FROM sessions WHERE id = $1 AND ended = 0 AND expires > $2 AND cookie_hash IS NULL "
      "AND (SELECT count(*) FROM (SELECT 1 FROM refresh_tokens WHERE session_id = $1 LIMIT $3) AS counted) >= $3",
      {r.session, seconds(r.now), r.remembered});
  if (!rows) return rows.error();
  if (rows->empty()) return out;
  Token token;
  token.session = r.session;
  token.user = rows->rows[0].integer(0);
  token.provider = rows->rows[0].text(1);
  if (const auto done = end_family(tx, r, token); !done) return done.error();
  out.outcome = RotateOutcome::reused;
  return out;
}

/// Exchanged tokens are remembered so that their reuse is noticed. Whoever refreshes all day long must not fill the disk with them: some
/// time above `remembered` the oldest go. None that a retry could still bring.
base::Status forget(Tx& tx, const Rotation& r, std::int64_t session, const Events& events) {
  constexpr std::int64_t kSlice = 64;
  constexpr unsigned kOneIn = 16;  // looking costs as much as there are; once in a while is enough
  if (r.new_hash.empty() || static_cast<unsigned char>(r.new_hash.back()) % kOneIn != 0) return base::ok;
  const auto gone = tx.run(
      "DELETE FROM refresh_tokens WHERE (expires, hash) IN (SELECT expires, hash FROM refresh_tokens WHERE session_id = $1 "
      "ORDER BY expires DESC, hash DESC LIMIT $2 OFFSET $3) AND next_issued < $4",
      {session, kSlice, r.remembered, seconds(r.now - kLongestGrace)});
  if (!gone) return gone.error();
  if (gone->changes > 0) events.count(base::Limit::sessions_max_refresh_tokens);
  return base::ok;
}

bool within_grace(const Rotation& r, const Token& token) { return r.grace.count() > 0 && r.now < token.next_issued + r.grace; }

base::Result<Rotated> rotate(Tx& tx, const Rotation& r, const Events& events) {
  auto token = load_token(tx, r);
  if (!token) return token.error();
  if (!*token) return forgotten(tx, r);
  const Token& t = **token;
  auto user = load_user(tx, t.user);
  if (!user) return user.error();
  if (!*user) return Rotated{};
  Rotated out;
  out.user = std::move(**user);
  out.provider = t.provider;
  out.session = t.session;
  out.claims = t.claims;
  if (t.ended || !out.user.active) {
    out.outcome = RotateOutcome::ended;
  } else if (r.old_expires <= r.now) {
    out.outcome = RotateOutcome::expired;
  } else if (!t.exchanged) {
    if (const auto done = exchange(tx, r, t.session); !done) return done.error();
    if (const auto done = forget(tx, r, t.session, events); !done) return done.error();
    out.outcome = RotateOutcome::rotated;
    out.sealed = r.new_sealed;
    out.issued = r.now;
    out.expires = r.new_expires;
  } else if (within_grace(r, t)) {
    out.outcome = RotateOutcome::same_successor;
    out.sealed = t.sealed;
    out.issued = t.next_issued;
    out.expires = t.next_expires;
  } else {
    if (const auto done = end_family(tx, r, t); !done) return done.error();
    out.outcome = RotateOutcome::reused;
  }
  return out;
}

}  // namespace

base::Result<Rotated> Store::rotate_refresh(const Rotation& rotation) {
  base::Result<Rotated> out = Rotated{};
  const auto work = [&](Tx& tx) -> base::Status {
    out = rotate(tx, rotation, events_);
    if (!out) return out.error();
    return base::ok;
  };
  auto done = main_.write(work);
  for (int again = 0; again < 2 && !done && done.error().code == base::Code::conflict; ++again) done = main_.write(work);
  if (!done) return done.error();
  return out;
}

base::Result<std::optional<Refresh>> Store::find_refresh(std::string_view hash, base::Time expires) {
  const auto rows = read_one(main_, "SELECT session_id, next_issued FROM refresh_tokens WHERE expires = $1 AND hash = $2",
                             {seconds(expires), Blob{hash}});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Refresh>{};
  auto session = find_session(rows->rows[0].integer(0));
  if (!session) return session.error();
  if (!*session) return std::optional<Refresh>{};
  return std::optional{Refresh{std::move(**session), !rows->rows[0].is_null(1)}};
}

namespace {

/// A successor is sealed beside its token for retries within the grace window; afterwards it is 600 bytes that nobody needs.
base::Status forget_sealed(Db& db, base::Time now) {
  constexpr std::int64_t kSlice = 500;
  std::int64_t changed = kSlice;
  for (int slice = 0; slice < 20 && changed == kSlice; ++slice) {
    const auto done = write_one(db,
                                "UPDATE refresh_tokens SET next_sealed = NULL WHERE (expires, hash) IN "
                                "(SELECT expires, hash FROM refresh_tokens WHERE next_sealed IS NOT NULL AND next_issued < $1 "
                                "ORDER BY next_issued LIMIT $2)",
                                {seconds(now - kLongestGrace), kSlice});
    if (!done) return done.error();
    changed = done->changes;
  }
  return base::ok;
}

}  // namespace

base::Result<std::int64_t> Store::sweep_sessions() {
  constexpr std::int64_t kSlice = 200, kMost = 10'000;
  if (const auto done = forget_sealed(main_, clock_.now()); !done) return done.error();
  const auto now = seconds(clock_.now());
  const auto cookies =
      write_one(main_,
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE cookie_hash IS NOT NULL AND expires <= $1 "
                "ORDER BY expires LIMIT $2)",
                {now, kMost});
  if (!cookies) return cookies.error();
  std::int64_t swept = cookies->changes, slice = kSlice;
  while (slice == kSlice && swept < kMost) {
    const auto done = main_.write([&](Tx& tx) -> base::Status {
      const auto tokens = tx.run(
          "DELETE FROM refresh_tokens WHERE (expires, hash) IN "
          "(SELECT expires, hash FROM refresh_tokens WHERE expires <= $1 ORDER BY expires LIMIT $2) RETURNING session_id",
          {now, kSlice});
      if (!tokens) return tokens.error();
      slice = static_cast<std::int64_t>(tokens->rows.size());
      for (const auto& row : tokens->rows) {
        // A session expires with the last of its tokens, so whoever sweeps that one finds it.
        const auto gone = tx.run("DELETE FROM sessions WHERE id = $1 AND expires <= $2", {row.integer(0), now});
        if (!gone) return gone.error();
      }
      return base::ok;
    });
    if (!done) return done.error();
    swept += slice;
  }
  return swept;
}

base::Result<std::int64_t> Store::count_sessions() {
  const auto rows = read_one(main_,
                             "SELECT count(*) FROM (SELECT ended, expires FROM sessions ORDER BY id DESC LIMIT $1) AS newest "
                             "WHERE ended = 0 AND expires > $2",
                             {kMostCounted, seconds(clock_.now())});
  if (!rows) return rows.error();
  return rows->rows.at(0).integer(0);
}

}  // namespace store
