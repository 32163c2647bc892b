// accounts.cc: a login's one durable transaction. First only reads gather what the linking rule wants to know, then what it decides is
// written.
#include "store/account_writes.h"
#include "store/linking.h"
#include "store/rows.h"
#include "store/rules.h"
#include "store/situation.h"
#include "store/store.h"

namespace store {
namespace {

struct Login {
  const LoginRecord& record;
  base::Time now;
  base::Random& random;
  const Events& events;
};

Param blob_or_null(const std::string& bytes) { return bytes.empty() ? Param{} : Param{Blob{bytes}}; }

base::Result<std::int64_t> begin_session(Tx& tx, const Login& login, const SignedIn& who) {
  const auto& r = login.record;
  const auto& s = r.session;
  const auto session = tx.run(
      "INSERT INTO sessions (user_id, provider, user_agent, created, used, expires, cookie_hash, remote_addr, identity_id, idp_sid, "
      "id_token, claims) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
      {who.user.id, r.profile.provider, clip(s.user_agent, 200), seconds(login.now), seconds(s.expires), blob_or_null(s.cookie_hash),
       r.remote_addr, who.identity, s.idp_sid, blob_or_null(s.id_token), s.claims});
  if (!session) return session.error();
  const auto id = session->rows.at(0).integer(0);
  if (s.refresh_hash.empty()) return id;
  const auto token =
      tx.run("INSERT INTO refresh_tokens (hash, session_id, expires) VALUES ($1, $2, $3)", {Blob{s.refresh_hash}, id, seconds(s.expires)});
  if (!token) return token.error();
  return id;
}

/// Rows of sessions stay until they would have expired, and whoever has one account can log in a hundred thousand times. Those that have
/// ended go first, then those that were not used for longest.
base::Status make_room(Tx& tx, const Login& login, std::int64_t user, std::int64_t newest) {
  constexpr std::int64_t kSlice = 1000;
  const auto most = login.record.session.max_per_user;
  const auto counted =
      tx.run("SELECT count(*) FROM (SELECT 1 FROM sessions WHERE user_id = $1 LIMIT $2) AS counted", {user, most + kSlice});
  if (!counted) return counted.error();
  auto over = counted->rows.at(0).integer(0) - most;
  if (over <= 0) return base::ok;
  const auto ended =
      tx.run("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 AND ended = 1 LIMIT $2)", {user, kSlice});
  if (!ended) return ended.error();
  over -= ended->changes;
  if (over <= 0) return base::ok;
  const auto gone =
      tx.run("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 ORDER BY used, id LIMIT $3)",
             {user, newest, over});
  if (!gone) return gone.error();
  login.events.hit(base::Limit::sessions_max_per_user, {{"user", std::to_string(user)}});
  return base::ok;
}

/// With what an application wants to make a row of its own from.
base::Status tell_created(Tx& tx, const Login& login, const User& user) {
  if (!login.events) return base::ok;
  const auto& profile = login.record.profile;
  const auto payload = event_payload({{"user", user.id},
                                      {"provider", profile.provider},
                                      {"uid", profile.uid},
                                      {"at", seconds(login.now)},
                                      {"username", user.username},
                                      {"email", user.email},
                                      {"email_verified", user.email_verified},
                                      {"name", user.name}});
  return add_event(tx, login.events, "user.created", payload, login.now);
}

base::Result<LoginDone> write_login(Tx& tx, const Login& login, Situation s, Linking decision) {
  LoginDone done;
  const auto& profile = login.record.profile;
  done.who.created = decision == Linking::create;
  if (done.who.created) {
    auto made = make_user(tx, profile, login.now, login.random);
    if (!made) return made.error();
    done.who.user = std::move(*made);
  } else {
    done.who.user = std::move(*s.user);
    if (const auto filled = fill_user(tx, done.who.user, profile, s.identity); !filled) return filled.error();
  }
  const auto identity = write_identity(tx, s.identity.id, done.who.user.id, profile, login.now);
  if (!identity) return identity.error();
  done.who.identity = *identity;
  const auto& record = login.record;
  if (const auto kept = keep_tokens(tx, *identity, record.provider_tokens, record.provider_tokens_expire); !kept) return kept.error();
  const auto session = begin_session(tx, login, done.who);
  if (!session) return session.error();
  done.session = *session;
  if (const auto made = make_room(tx, login, done.who.user.id, done.session); !made) return made.error();
  if (decision == Linking::log_in) return done;
  const auto told = done.who.created ? tell_created(tx, login, done.who.user)
                                     : tell(tx, login.events, "user.linked", done.who.user.id, profile, login.now);
  if (!told) return told.error();
  return done;
}

/// What was decided, done; a refusal stands in `refused`, and has written nothing.
struct Outcome {
  base::Result<LoginDone> done = LoginDone{};
  Linking decision = Linking::log_in;
  std::optional<base::Error> refused;
};

base::Result<Outcome> sign_in_by_rule(Tx& tx, const Login& login) {
  auto situation = look(tx, login.record.profile, login.record.rules, 0);
  if (!situation) return situation.error();
  Outcome outcome;
  outcome.decision = decide(situation->facts);
  outcome.refused = refusal(outcome.decision);
  if (!outcome.refused) outcome.done = write_login(tx, login, std::move(*situation), outcome.decision);
  if (!outcome.done) return outcome.done.error();
  return outcome;
}

AuditEntry audit_of(const LoginRecord& record, const Outcome& outcome) {
  AuditEntry entry{.event = "login",
                   .provider = record.profile.provider,
                   .outcome = "ok",
                   .remote_addr = record.remote_addr,
                   .request_id = record.request_id};
  if (outcome.refused) {
    entry.event = "login_refused";
    entry.outcome = base::name_of(outcome.refused->code);
    entry.detail = outcome.refused->detail;
    return entry;
  }
  entry.user = outcome.done->who.user.id;
  if (outcome.decision == Linking::create) entry.detail = "new user";
  if (outcome.decision == Linking::join) entry.detail = "linked by e-mail";
  return entry;
}

}  // namespace

base::Result<LoginDone> Store::sign_in(const LoginRecord& record) {
  if (const auto fit = usable(record.profile); !fit) return fit.error();
  const Login login{record, clock_.now(), random_, events_};
  Outcome outcome;
  // A refusal has written nothing, and its audit row is to stay: it is no failure of the transaction.
  const auto done = write_again(main_, [&](Tx& tx) -> base::Status {
    auto decided = sign_in_by_rule(tx, login);
    if (!decided) return decided.error();
    outcome = std::move(*decided);
    return add_audit(tx, audit_of(record, outcome), login.now);
  });
  if (!done) return done.error();
  if (outcome.refused) return *outcome.refused;
  return outcome.done;
}

}  // namespace store
