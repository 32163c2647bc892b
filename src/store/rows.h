// store/rows.h: what the .cc files of store/ share: times as integers, and the one way to run a single statement.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "store/db.h"
#include "store/events.h"
#include "store/records.h"

namespace store {

inline std::int64_t seconds(base::Time t) noexcept { return t.time_since_epoch().count(); }
inline base::Time time(std::int64_t s) noexcept { return base::Time{std::chrono::seconds{s}}; }

/// `params` are views: what they point to must outlive the call, as it does in one expression.
using Params = std::initializer_list<Param>;

base::Result<Rows> read_one(Db& db, std::string_view sql, Params params);
base::Result<Rows> write_one(Db& db, std::string_view sql, Params params);

/// The columns of a user, of the table named u, as read_user takes them from the row's column `from` on.
#define USER_COLUMNS "u.id, u.username, u.email, u.email_verified, u.name, u.first_name, u.last_name, u.picture, u.active, u.created"
User read_user(const Row& row, std::size_t from = 0);

/// The user within a transaction; nullopt if there is none.
base::Result<std::optional<User>> load_user(Tx& tx, std::int64_t id);

/// provider_tokens.cc: what a login or a link brought, in the place of what was there; nothing if it brought none (`sealed` is "").
base::Status keep_tokens(Tx& tx, std::int64_t identity, std::string_view sealed, std::optional<base::Time> expires);

/// The user's identities within a transaction, last used first.
base::Result<std::vector<Identity>> load_identities(Tx& tx, std::int64_t user);

/// Writes an audit row within a transaction.
base::Status add_audit(Tx& tx, const AuditEntry& entry, base::Time now);

/// Writes a fact for the application (table outbox) within the transaction that makes it one. `payload` is a JSON object. Where
/// hooks.max_events wait already it is lost: an application that does not listen must not stop logins.
base::Status add_event(Tx& tx, const Events& events, std::string_view event, std::string_view payload, base::Time now);

/// A payload's members: a JSON object of texts (UTF-8; what is none is replaced), numbers and truths.
using EventValue = std::variant<std::int64_t, std::string_view, bool>;
std::string event_payload(std::initializer_list<std::pair<std::string_view, EventValue>> members);

}  // namespace store
