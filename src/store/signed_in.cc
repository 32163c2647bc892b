// signed_in.cc: who is signed in, by session.
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

#define SESSION_COLUMNS                                                                                                          \
  "s.id, s.user_id, s.provider, s.user_agent, s.remote_addr, s.created, s.used, s.expires, s.ended, s.cookie_hash IS NOT NULL, " \
  "s.identity_id, s.idp_sid, s.claims"
constexpr std::size_t kSessionColumns = 13;

Session read_session(const Row& row) {
  return Session{.id = row.integer(0),
                 .user = row.integer(1),
                 .provider = row.text(2),
                 .user_agent = row.text(3),
                 .remote_addr = row.text(4),
                 .created = time(row.integer(5)),
                 .used = time(row.integer(6)),
                 .expires = time(row.integer(7)),
                 .ended = row.integer(8) != 0,
                 .by_cookie = row.integer(9) != 0,
                 .identity = row.integer(10),
                 .idp_sid = row.text(11),
                 .claims = row.text(12)};
}

}  // namespace

base::Result<std::optional<Session>> Store::find_session(std::int64_t session) {
  const auto rows = read_one(main_, "SELECT " SESSION_COLUMNS " FROM sessions s WHERE s.id = $1", {session});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Session>{};
  return std::optional{read_session(rows->rows[0])};
}

base::Result<std::optional<SignedInSession>> Store::find_signed_in(std::int64_t session, std::string_view cookie_hash) {
  const auto now = seconds(clock_.now());
  const auto rows = cookie_hash.empty() ? read_one(main_,
                                                   "SELECT " SESSION_COLUMNS ", " USER_COLUMNS
                                                   " FROM sessions s JOIN users u ON u.id = s.user_id "
                                                   "WHERE s.id = $1 AND s.ended = 0 AND s.expires > $2",
                                                   {session, now})
                                        : read_one(main_,
                                                   "SELECT " SESSION_COLUMNS ", " USER_COLUMNS
                                                   " FROM sessions s JOIN users u ON u.id = s.user_id "
                                                   "WHERE s.id = $1 AND s.ended = 0 AND s.expires > $2 AND s.cookie_hash = $3",
                                                   {session, now, Blob{cookie_hash}});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<SignedInSession>{};
  return std::optional{SignedInSession{read_user(rows->rows[0], kSessionColumns), read_session(rows->rows[0])}};
}

base::Result<std::vector<Session>> Store::sessions(std::int64_t user) {
  const auto rows = read_one(main_,
                             "SELECT " SESSION_COLUMNS
                             " FROM sessions s WHERE s.user_id = $1 AND s.ended = 0 AND s.expires > $2 "
                             "ORDER BY s.used DESC, s.id DESC LIMIT 1000",
                             {user, seconds(clock_.now())});
  if (!rows) return rows.error();
  std::vector<Session> found;
  for (const auto& row : rows->rows) found.push_back(read_session(row));
  return found;
}

base::Status Store::touch_session(std::int64_t session, base::Time expires) {
  const auto done = write_one(main_, "UPDATE sessions SET used = $2, expires = $3 WHERE id = $1 AND ended = 0",
                              {session, seconds(clock_.now()), seconds(expires)});
  if (!done) return done.error();
  return base::ok;
}

base::Status Store::end_session(std::int64_t session) {
  const auto done = write_one(main_, "UPDATE sessions SET ended = 1 WHERE id = $1 AND ended = 0", {session});
  if (!done) return done.error();
  return base::ok;
}

base::Status Store::end_user_session(std::int64_t user, std::int64_t session) {
  const auto done = write_one(main_, "UPDATE sessions SET ended = 1 WHERE id = $1 AND user_id = $2 AND ended = 0 AND expires > $3",
                              {session, user, seconds(clock_.now())});
  if (!done) return done.error();
  if (done->changes == 0) return base::Error{base::Code::not_found, "no such session", "Not found."};
  return base::ok;
}

base::Result<std::int64_t> Store::end_sessions(std::int64_t user, std::int64_t except) {
  const auto done = write_one(main_, "UPDATE sessions SET ended = 1 WHERE user_id = $1 AND id <> $2 AND ended = 0 AND expires > $3",
                              {user, except, seconds(clock_.now())});
  if (!done) return done.error();
  return done->changes;
}

}  // namespace store
