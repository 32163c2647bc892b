// store/store.h: what the program wants of its database, as use cases. All SQL is in the .cc files of this folder.
// Two databases: `main` (users, identities, sessions, keys, audit: durable) and `flows` (login attempts and fetched documents: losing
// them costs a retry). The values are in records.h and session_records.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "store/account_records.h"
#include "store/db.h"
#include "store/kept_token_store.h"
#include "store/records.h"
#include "store/session_records.h"
#include "store/told_records.h"

namespace store {

/// Further parts: what operators ask (operator_store.h), providers' tokens (kept_token_store.h).
class Store : public KeptTokenStore {
 public:
  /// `random` makes usernames unique. All four outlive the store; any thread may call it. `events`: somebody listens (hooks.events), so facts
  /// go into the outbox with what they tell of.
  Store(Db& main, Db& flows, const base::Clock& clock, base::Random& random, Events events = {})
      : KeptTokenStore(StoreParts{main, flows, clock, random, events}) {}
  /// Refusals because of a limit are counted there from now on. Before anything else is called.
  void count_at(base::Limits& limits) { events_.limits = &limits; }

  // flows.cc
  /// Code::conflict if the id is taken: the caller makes another state.
  base::Status begin_flow(const Flow& flow);
  /// Single use, atomically: of parallel callers over all processes exactly one gets `taken`. Nothing changes unless id, secret_hash match.
  base::Result<Taken> take_flow(std::int64_t id, std::string_view secret_hash);
  /// The flow without using it up; nullopt if there is none.
  base::Result<std::optional<Flow>> find_flow(std::int64_t id, std::string_view secret_hash);
  /// True if that browser has begun a flow for that provider that is still on record.
  base::Result<bool> browser_began(std::int64_t browser, std::string_view browser_hash, std::string_view provider);
  /// True if a flow of mode "native" has these (token::NonceMark), used or not.
  base::Result<bool> nonce_made(std::int64_t number, std::string_view hash);
  /// Drops what expired; at most 10,000 a call. Returns how many.
  base::Result<std::int64_t> sweep_flows();

  // accounts.cc
  /// Code::denied with a `say` when the rules refuse, or the user is not active; the audit row is written in either case.
  base::Result<LoginDone> sign_in(const LoginRecord& record);
  /// Code::conflict with a `say` where the identity is another user's; otherwise as sign_in().
  base::Result<Linked> link(const LinkRecord& record);
  /// The identity that is gone now. Code::not_found: the user has no such; Code::conflict: it is the last way in (linking.h).
  base::Result<Identity> unlink(const Unlink& record);

  // users.cc
  base::Result<std::optional<User>> find_user(std::int64_t id);
  /// Whose identity that is; 0 = nobody's yet.
  base::Result<std::int64_t> user_of(std::string_view issuer, std::string_view uid);
  /// The identities of a user, last used first.
  base::Result<std::vector<Identity>> identities(std::int64_t user);
  /// The user as changed. Code::conflict: another user has that username.
  base::Result<User> change_user(const UserChange& change);
  /// Switching off ends all sessions of the user. Code::not_found if there is no such user.
  base::Status set_active(std::int64_t user, bool active);
  /// The user and all data. Code::not_found if there is no such user.
  base::Status delete_user(std::int64_t user);

  // sessions.cc
  base::Result<Rotated> rotate_refresh(const Rotation& rotation);
  /// `expires` is what the token says. Its session may have ended or expired: look.
  base::Result<std::optional<Refresh>> find_refresh(std::string_view hash, base::Time expires);

  // signed_in.cc
  /// Ended and expired sessions are found too, until they are swept: look at `ended` and `expires`.
  base::Result<std::optional<Session>> find_session(std::int64_t session);
  /// The user of a session that lives, in one read. With a `cookie_hash` it must be a cookie's session and that hash; "" = a bearer's `sid`
  /// names it. The user may be switched off: look at `active`.
  base::Result<std::optional<SignedInSession>> find_signed_in(std::int64_t session, std::string_view cookie_hash);
  /// Those that live, last used first; at most 1,000.
  base::Result<std::vector<Session>> sessions(std::int64_t user);
  /// Used now, and good until `expires`. Nothing happens to one that has ended.
  base::Status touch_session(std::int64_t session, base::Time expires);
  /// Ends it with all its refresh tokens; fine if it has ended or is unknown.
  base::Status end_session(std::int64_t session);
  /// The same if it is that user's. Code::not_found if there is no such living session of theirs.
  base::Status end_user_session(std::int64_t user, std::int64_t session);
  /// All of that user's but `except` (0 = none). Returns how many.
  base::Result<std::int64_t> end_sessions(std::int64_t user, std::int64_t except = 0);

  // told.cc: what providers tell after a login
  /// Ends sessions, with an audit row. `token`: what told of it works once, and is marked as used in the same transaction; null = nothing
  /// that could be repeated. A user without sessions is no error.
  base::Result<Told> told_logout(const ToldLogout& logout, const SeenToken* token);
  /// Does what is to be done about accounts that we know, each with an audit row and an event.
  base::Result<Told> told_accounts(const Telling& telling);
  /// The sealed id_token that was kept with a session; "" = none.
  base::Result<std::string> kept_id_token(std::int64_t session);
  /// A token that is good for nothing any more is remembered, and asked for; fine if it was before.
  base::Status spend_token(const SeenToken& token);
  base::Result<bool> token_spent(const SeenToken& token);
  /// Drops what need not be remembered any more; at most 10,000 a call. Returns how many.
  base::Result<std::int64_t> sweep_seen_tokens();

  // sessions.cc
  /// Drops expired sessions and refresh tokens, and what was sealed for retries that are not answered any more; at most 10,000 a call.
  /// Returns how many refresh tokens and cookies' sessions.
  base::Result<std::int64_t> sweep_sessions();

  // outbox.cc: facts on their way to the application. They are written by add_event (rows.h), with what they tell of.
  /// The oldest that is due, which nobody else is given for `lease`; nullopt if there is none.
  base::Result<std::optional<OutboxEvent>> take_event(std::chrono::seconds lease);
  /// It was taken there, or is given up.
  base::Status drop_event(std::int64_t id);
  /// It was not: again at `due`.
  base::Status put_back_event(std::int64_t id, base::Time due);
  /// How many wait, up to kMostCounted.
  base::Result<std::int64_t> count_events();

  // keys.cc
  base::Result<std::vector<StoredKey>> keys();  // newest first
  base::Status add_key(const StoredKey& key, bool retire_others);
  base::Status drop_key(std::string_view kid);

  // cache.cc: discovery documents and key sets, so that a process just started fetches nothing
  struct Cached {
    std::string body;
    base::Time fetched{};
  };
  base::Result<std::optional<Cached>> cache_get(std::string_view url);
  base::Status cache_put(std::string_view url, std::string_view body);

  // audit.cc
  base::Status audit(const AuditEntry& entry);
  /// Drops rows older than `keep`; at most 10,000 a call. Returns how many.
  base::Result<std::int64_t> sweep_audit(std::chrono::seconds keep);
  /// For /healthz: both databases answer.
  base::Status ping();
  /// For /metrics. A count stops at kMostCounted, so that asking never costs more than milliseconds.
  static constexpr std::int64_t kMostCounted = 100'000;
  base::Result<std::int64_t> count_users();
  /// Those that live, of the newest kMostCounted.
  base::Result<std::int64_t> count_sessions();
  /// Those that are outstanding, up to `most`.
  base::Result<std::int64_t> count_flows(std::int64_t most = kMostCounted);
};

}  // namespace store
