// told.cc: what a provider tells after a login: sessions there that ended, accounts there that were disabled or deleted. Each in one
// transaction with the mark that its token was used: a token that could not be acted on may come again.
#include "store/account_writes.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

struct Whose {
  std::int64_t id = 0, user = 0;
  std::string uid;
};

/// False: it was seen before.
base::Result<bool> mark(Tx& tx, const SeenToken& token) {
  const auto added =
      tx.run("INSERT INTO seen_tokens (expires, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", {seconds(token.expires), Blob{token.hash}});
  if (!added) return added.error();
  return added->changes == 1;
}

/// id 0: we know nobody of that name.
base::Result<Whose> find(Tx& tx, const std::string& issuer, const ToldAccount& account) {
  // By address through the users' index: an identity that is verified for it, of a user whose address it is.
  const auto rows = account.uid.empty()
                        ? tx.run(
                              "SELECT i.id, i.user_id, i.uid FROM users u JOIN identities i ON i.user_id = u.id "
                              "WHERE u.email_match = $2 AND u.email_match <> '' AND i.issuer = $1 AND lower(i.email) = $2 LIMIT 2",
                              {issuer, account.email})
                        : tx.run("SELECT id, user_id, uid FROM identities WHERE issuer = $1 AND uid = $2", {issuer, account.uid});
  if (!rows) return rows.error();
  if (rows->rows.size() != 1) return Whose{};  // two with one address: nobody can say which
  const auto& row = rows->rows[0];
  return Whose{row.integer(0), row.integer(1), row.text(2)};
}

/// Whoever's they are: sessions of that issuer's session. The users, one for each session.
base::Result<std::vector<std::int64_t>> end_by_sid(Tx& tx, const std::string& issuer, const std::string& uid, const std::string& sid) {
  const auto ended = uid.empty() ? tx.run(
                                       "UPDATE sessions SET ended = 1 WHERE idp_sid = $1 AND idp_sid <> '' AND ended = 0 AND EXISTS "
                                       "(SELECT 1 FROM identities i WHERE i.id = sessions.identity_id AND i.issuer = $2) RETURNING user_id",
                                       {sid, issuer})
                                 : tx.run(
                                       "UPDATE sessions SET ended = 1 WHERE idp_sid = $1 AND idp_sid <> '' AND ended = 0 AND EXISTS "
                                       "(SELECT 1 FROM identities i WHERE i.id = sessions.identity_id AND i.issuer = $2 AND i.uid = $3) "
                                       "RETURNING user_id",
                                       {sid, issuer, uid});
  if (!ended) return ended.error();
  std::vector<std::int64_t> users;
  for (const auto& row : ended->rows) users.push_back(row.integer(0));
  return users;
}

base::Result<std::int64_t> end_by_identity(Tx& tx, const Whose& who) {
  const auto ended = tx.run("UPDATE sessions SET ended = 1 WHERE user_id = $1 AND identity_id = $2 AND ended = 0", {who.user, who.id});
  if (!ended) return ended.error();
  return ended->changes;
}

base::Status note(Tx& tx, const Teller& by, std::string_view event, std::string_view what, std::int64_t user, std::int64_t sessions,
                  base::Time now) {
  return add_audit(tx,
                   AuditEntry{.event = std::string{event},
                              .user = user,
                              .provider = by.provider,
                              .outcome = std::string{what},
                              .detail = std::to_string(sessions) + " sessions ended",
                              .remote_addr = by.remote_addr,
                              .request_id = by.request_id},
                   now);
}

base::Result<std::int64_t> log_out(Tx& tx, const ToldLogout& told, base::Time now) {
  std::int64_t user = 0, sessions = 0;
  if (!told.idp_sid.empty()) {
    const auto users = end_by_sid(tx, told.by.issuer, told.uid, told.idp_sid);
    if (!users) return users.error();
    sessions = static_cast<std::int64_t>(users->size());
    user = users->empty() ? 0 : users->front();
  } else {
    const auto who = find(tx, told.by.issuer, {.what = {}, .uid = told.uid, .idp_sid = {}, .email = {}});
    if (!who) return who.error();
    if (who->id == 0) return std::int64_t{0};
    const auto ended = end_by_identity(tx, *who);
    if (!ended) return ended.error();
    sessions = *ended;
    user = who->user;
  }
  if (sessions == 0) return sessions;
  if (const auto noted = note(tx, told.by, "told_logout", "ok", user, sessions, now); !noted) return noted.error();
  return sessions;
}

base::Result<std::int64_t> end_sessions_of(Tx& tx, const Teller& by, const ToldAccount& account, const Whose& who) {
  if (account.end_all) {
    const auto ended = tx.run("UPDATE sessions SET ended = 1 WHERE user_id = $1 AND ended = 0", {who.user});
    if (!ended) return ended.error();
    return ended->changes;
  }
  if (!account.end_sessions) return std::int64_t{0};
  if (account.idp_sid.empty()) return end_by_identity(tx, who);
  const auto users = end_by_sid(tx, by.issuer, account.uid, account.idp_sid);
  if (!users) return users.error();
  return static_cast<std::int64_t>(users->size());
}

/// An account that is gone there is gone from the user, unless nothing else would be left to get in by: a user, and whatever the
/// application keeps of theirs, is never deleted on a third party's word. Disowned it lets nobody in, and an operator can look at it. True
/// if it is gone.
base::Result<bool> leave(Tx& tx, const Whose& who) {
  // Of two such tellings at once the second sees what the first left (PostgreSQL; SQLite has one writer).
  if (const auto locked = tx.run("UPDATE users SET active = active WHERE id = $1", {who.user}); !locked) return locked.error();
  const auto others = tx.run("SELECT 1 FROM identities WHERE user_id = $1 AND id <> $2 AND disowned = 0 LIMIT 1", {who.user, who.id});
  if (!others) return others.error();
  const auto done = others->empty() ? tx.run("UPDATE identities SET disowned = 1, email_verified = 0 WHERE id = $1", {who.id})
                                    : tx.run("DELETE FROM identities WHERE id = $1", {who.id});
  if (!done) return done.error();
  return !others->empty();
}

/// True if the identity is gone.
base::Result<bool> change(Tx& tx, const ToldAccount& account, const Whose& who) {
  const std::pair<bool, std::string_view> kSteps[] = {
      {account.drop_tokens, "DELETE FROM provider_tokens WHERE identity_id = $1"},
      {account.disable, "UPDATE identities SET disowned = 1 WHERE id = $1"},
      {account.enable, "UPDATE identities SET disowned = 0 WHERE id = $1"},
      {account.address_gone, "UPDATE identities SET email_verified = 0 WHERE id = $1"},
  };
  for (const auto& [wanted, sql] : kSteps) {
    if (!wanted) continue;
    if (const auto done = tx.run(sql, {who.id}); !done) return done.error();
  }
  base::Result<bool> gone = false;
  if (account.unlink) gone = leave(tx, who);
  if (!gone || !(account.address_gone || account.unlink)) return gone;
  if (const auto settled = settle_email(tx, who.user); !settled) return settled.error();
  return gone;
}

/// `gone`: the identity was unlinked, which is told as if the user had done it.
base::Status tell_application(Tx& tx, const Events& events, const Teller& by, const ToldAccount& account, const Whose& who, bool gone, base::Time now) {
  if (gone) {
    if (auto told = add_event(tx, events, "user.unlinked", fact(who.user, by.provider, who.uid, now), now); !told) return told;
  }
  return add_event(tx, events, "identity.told",
                   event_payload({{"user", who.user},
                                  {"identity", who.id},
                                  {"provider", by.provider},
                                  {"uid", who.uid},
                                  {"what", account.what},
                                  {"at", seconds(now)}}),
                   now);
}

}  // namespace

base::Result<Told> Store::told_logout(const ToldLogout& logout, const SeenToken* token) {
  const auto now = clock_.now();
  Told told;
  const auto done = main_.write([&](Tx& tx) -> base::Status {
    told = {};
    if (token != nullptr) {
      const auto fresh = mark(tx, *token);
      if (!fresh) return fresh.error();
      told.repeated = !*fresh;
      if (told.repeated) return base::ok;
    }
    const auto ended = log_out(tx, logout, now);
    if (!ended) return ended.error();
    told.sessions = *ended;
    return base::ok;
  });
  if (!done) return done.error();
  return told;
}

base::Result<Told> Store::told_accounts(const Telling& telling) {
  const auto now = clock_.now();
  Told told;
  const auto one = [&](Tx& tx, const ToldAccount& account) -> base::Status {
    if (account.uid.empty() && account.email.empty()) {  // a session alone
      if (account.idp_sid.empty() || !account.end_sessions) return base::ok;
      const auto ended = log_out(tx, {telling.by, {}, account.idp_sid}, now);
      if (!ended) return ended.error();
      told.sessions += *ended;
      return base::ok;
    }
    const auto who = find(tx, telling.by.issuer, account);
    if (!who) return who.error();
    if (who->id == 0) return base::ok;
    const auto ended = end_sessions_of(tx, telling.by, account, *who);
    if (!ended) return ended.error();
    const auto gone = change(tx, account, *who);
    if (!gone) return gone.error();
    told.sessions += *ended;
    told.accounts += 1;
    if (const auto noted = note(tx, telling.by, "told_account", account.what, who->user, *ended, now); !noted) return noted.error();
    return events_ ? tell_application(tx, events_, telling.by, account, *who, *gone, now) : base::Status{base::ok};
  };
  const auto done = main_.write([&](Tx& tx) -> base::Status {
    told = {};
    const auto fresh = mark(tx, telling.token);
    if (!fresh) return fresh.error();
    told.repeated = !*fresh;
    for (const auto& account : telling.accounts) {
      if (told.repeated) break;
      if (const auto acted = one(tx, account); !acted) return acted.error();
    }
    return base::ok;
  });
  if (!done) return done.error();
  return told;
}

base::Result<std::string> Store::kept_id_token(std::int64_t session) {
  const auto rows = read_one(main_, "SELECT id_token FROM sessions WHERE id = $1", {session});
  if (!rows) return rows.error();
  return rows->empty() ? std::string{} : rows->rows[0].text(0);
}

base::Status Store::spend_token(const SeenToken& token) {
  return main_.write([&](Tx& tx) -> base::Status {
    const auto marked = mark(tx, token);
    return marked ? base::Status{base::ok} : marked.error();
  });
}

base::Result<bool> Store::token_spent(const SeenToken& token) {
  const auto rows =
      read_one(main_, "SELECT 1 FROM seen_tokens WHERE expires = $1 AND hash = $2", {seconds(token.expires), Blob{token.hash}});
  if (!rows) return rows.error();
  return !rows->empty();
}

base::Result<std::int64_t> Store::sweep_seen_tokens() {
  const auto done = write_one(main_,
                              "DELETE FROM seen_tokens WHERE (expires, hash) IN "
                              "(SELECT expires, hash FROM seen_tokens WHERE expires <= $1 ORDER BY expires LIMIT 10000)",
                              {seconds(clock_.now())});
  if (!done) return done.error();
  return done->changes;
}

}  // namespace store
