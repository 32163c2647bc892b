// links.cc: identities that a signed-in user gets and loses.
#include <algorithm>

#include "store/account_writes.h"
#include "store/linking.h"
#include "store/rows.h"
#include "store/situation.h"
#include "store/store.h"

namespace store {
namespace {

struct Outcome {
  Linked linked;
  std::optional<base::Error> refused;  // nothing was written
};

base::Result<Identity> load_identity(Tx& tx, std::int64_t user, std::int64_t id) {
  auto all = load_identities(tx, user);
  if (!all) return all.error();
  for (auto& one : *all)
    if (one.id == id) return std::move(one);
  return base::Error{base::Code::not_found, "no such identity of this user", "Not found."};
}

base::Result<Outcome> link_by_rule(Tx& tx, const LinkRecord& record, base::Time now) {
  auto situation = look(tx, record.profile, record.rules, record.user);
  if (!situation) return situation.error();
  const auto decision = decide(situation->facts);
  Outcome outcome;
  outcome.refused = refusal(decision);
  if (outcome.refused) return outcome;
  outcome.linked.already = decision == Linking::linked_already;
  if (const auto filled = fill_user(tx, *situation->user, record.profile, situation->identity); !filled) return filled.error();
  const auto id = write_identity(tx, situation->identity.id, record.user, record.profile, now);
  if (!id) return id.error();
  if (const auto kept = keep_tokens(tx, *id, record.provider_tokens, record.provider_tokens_expire); !kept) return kept.error();
  auto identity = load_identity(tx, record.user, *id);
  if (!identity) return identity.error();
  outcome.linked.identity = std::move(*identity);
  return outcome;
}

AuditEntry audit_of(const LinkRecord& record, const Outcome& outcome) {
  AuditEntry entry{.event = "linked",
                   .user = record.user,
                   .provider = record.profile.provider,
                   .outcome = "ok",
                   .detail = outcome.linked.already ? "was linked already" : "",
                   .remote_addr = record.remote_addr,
                   .request_id = record.request_id};
  if (outcome.refused) {
    entry.event = "link_refused";
    entry.outcome = base::name_of(outcome.refused->code);
    entry.detail = outcome.refused->detail;
  }
  return entry;
}

/// Whoever holds the row of the user is alone with the user's identities: of two that unlink one each, the second sees what is left.
/// (SQLite has one writer anyway; PostgreSQL locks the row that is written, though nothing changes.)
base::Status lock_user(Tx& tx, std::int64_t user) {
  const auto locked = tx.run("UPDATE users SET active = active WHERE id = $1", {user});
  if (!locked) return locked.error();
  return base::ok;
}

/// Whoever got in by it is not to stay in by it.
base::Status end_sessions_of(Tx& tx, const Unlink& record) {
  const auto ended = tx.run("UPDATE sessions SET ended = 1 WHERE user_id = $1 AND identity_id = $2 AND id <> $3 AND ended = 0",
                            {record.user, record.identity, record.keep_session});
  if (!ended) return ended.error();
  return base::ok;
}

base::Result<Identity> remove(Tx& tx, const Unlink& record) {
  if (const auto locked = lock_user(tx, record.user); !locked) return locked.error();
  auto identity = load_identity(tx, record.user, record.identity);
  if (!identity) return identity.error();
  const auto all = load_identities(tx, record.user);
  if (!all) return all.error();
  if (is_last_way_in(*all, record.identity, record.enabled)) return last_way_in_refused();
  const auto gone = tx.run("DELETE FROM identities WHERE id = $1", {record.identity});
  if (!gone) return gone.error();
  if (const auto ended = end_sessions_of(tx, record); !ended) return ended.error();
  if (const auto settled = settle_email(tx, record.user); !settled) return settled.error();
  return identity;
}

}  // namespace

base::Result<Linked> Store::link(const LinkRecord& record) {
  if (const auto fit = usable(record.profile); !fit) return fit.error();
  const auto now = clock_.now();
  Outcome outcome;
  const auto done = write_again(main_, [&](Tx& tx) -> base::Status {
    auto decided = link_by_rule(tx, record, now);
    if (!decided) return decided.error();
    outcome = std::move(*decided);
    if (const auto noted = add_audit(tx, audit_of(record, outcome), now); !noted || outcome.refused || outcome.linked.already) return noted;
    return tell(tx, events_, "user.linked", record.user, record.profile, now);
  });
  if (!done) return done.error();
  if (outcome.refused) return *outcome.refused;
  return std::move(outcome.linked);
}

base::Result<Identity> Store::unlink(const Unlink& record) {
  const auto now = clock_.now();
  base::Result<Identity> identity = Identity{};
  const auto done = main_.write([&](Tx& tx) -> base::Status {
    identity = remove(tx, record);
    if (!identity) return identity.error();
    const AuditEntry entry{.event = "unlinked",
                           .user = record.user,
                           .provider = identity->provider,
                           .outcome = "ok",
                           .remote_addr = record.remote_addr,
                           .request_id = record.request_id};
    if (const auto noted = add_audit(tx, entry, now); !noted || !events_) return noted;
    return add_event(tx, events_, "user.unlinked", fact(record.user, identity->provider, identity->uid, now), now);
  });
  if (!done) return done.error();
  return identity;
}

}  // namespace store
