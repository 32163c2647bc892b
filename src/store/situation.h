// store/situation.h: who comes, as far as it is on record: the facts that the linking rule (linking.h) decides by, read in the transaction
// that will do what it decides.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/account_writes.h"
#include "store/db.h"
#include "store/events.h"
#include "store/linking.h"
#include "store/records.h"

namespace store {

struct Situation {
  LinkingFacts facts;
  KnownIdentity identity;
  std::optional<User> user;  // whose account it would be; none = nobody's yet
};

/// Code::bad_request for an identity that is none.
base::Status usable(const Profile& profile);

/// `signed_in`: who links; 0 = somebody logs in.
base::Result<Situation> look(Tx& tx, const Profile& profile, const AccountRules& rules, std::int64_t signed_in);

/// Writes the event with the identity that it is about, if anybody listens.
base::Status tell(Tx& tx, const Events& events, std::string_view event, std::int64_t user, const Profile& profile, base::Time now);

/// Where another process made the same identity meanwhile, it is there when the work runs again.
template <class DoIt>
base::Status write_again(Db& db, const DoIt& work) {
  auto done = db.write(work);
  for (int again = 0; again < 2 && !done && done.error().code == base::Code::conflict; ++again) done = db.write(work);
  return done;
}

}  // namespace store
