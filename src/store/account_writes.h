// store/account_writes.h: what a login and a linking write about a person, inside of their transaction (accounts.cc).
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "store/db.h"
#include "store/records.h"

namespace store {

/// An identity as it was on record before. id 0: it was not.
struct KnownIdentity {
  std::int64_t id = 0, user = 0;
  std::string email;
  bool email_verified = false;
  bool disowned = false;
};

/// A new user with a username that nobody has.
base::Result<User> make_user(Tx& tx, const Profile& profile, base::Time now, base::Random& random);

/// What the user has not set is taken from the provider; nothing that is there is overwritten, but for an address that only this identity
/// stood for, and no longer does: it follows the identity, or is verified no more. Addresses change hands, and whoever has it next must not
/// find somebody else's account by it.
base::Status fill_user(Tx& tx, User& user, const Profile& profile, const KnownIdentity& before);

/// The identity as the provider tells it now: its row, new or updated. Code::conflict if another process made the same one meanwhile
/// (possible where writers run in parallel: PostgreSQL).
base::Result<std::int64_t> write_identity(Tx& tx, std::int64_t identity, std::int64_t user, const Profile& profile, base::Time now);

/// The user's address is verified no more if no identity of theirs stands for it.
base::Status settle_email(Tx& tx, std::int64_t user);

/// The payload of an event: {"user":7,"provider":"github","uid":"42","at":1700000000}; without a provider where it is "".
std::string fact(std::int64_t user, std::string_view provider, std::string_view uid, base::Time now);

}  // namespace store
