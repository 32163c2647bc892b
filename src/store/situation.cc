#include "store/situation.h"

#include <set>

#include "store/rows.h"
#include "store/rules.h"

namespace store {

base::Status usable(const Profile& profile) {
  const bool named = !profile.uid.empty() && !profile.issuer.empty() && profile.uid.size() <= 1024 && profile.issuer.size() <= 2048;
  if (named && profile.uid.find('\0') == profile.uid.npos && profile.issuer.find('\0') == profile.issuer.npos) return base::ok;
  return base::Error{base::Code::bad_request, "identity: issuer or uid is empty, too long or holds a zero byte"};
}

namespace {

base::Result<KnownIdentity> find_identity(Tx& tx, const Profile& profile) {
  const auto rows =
      tx.run("SELECT id, user_id, email, email_verified, disowned FROM identities WHERE issuer = $1 AND uid = $2", {profile.issuer, profile.uid});
  if (!rows) return rows.error();
  if (rows->empty()) return KnownIdentity{};
  const auto& row = rows->rows[0];
  return KnownIdentity{row.integer(0), row.integer(1), row.text(2), row.integer(3) != 0, row.integer(4) != 0};
}

SameEmail how_many(std::size_t users) { return users == 0 ? SameEmail::none : users == 1 ? SameEmail::one : SameEmail::several; }

/// Users with the same address. Proven is whose address an identity of theirs stands for today, by the word of a provider that is trusted
/// today; who merely has it on record counts only where nobody has proven it, and so keeps nobody from their own account.
base::Result<std::int64_t> find_same_email(Tx& tx, const Profile& profile, const AccountRules& rules, LinkingFacts& facts) {
  const auto email = match_email(profile.email);
  if (email.empty()) return std::int64_t{0};
  const auto rows = tx.run(
      "SELECT u.id, i.provider, i.email FROM users u LEFT JOIN identities i ON i.user_id = u.id AND i.email_verified = 1 "
      "WHERE u.email_match = $1 AND u.email_match <> '' ORDER BY u.id LIMIT 200",
      {email});
  if (!rows) return rows.error();
  std::set<std::int64_t> all, proven;
  for (const auto& row : rows->rows) {
    all.insert(row.integer(0));
    if (match_email(row.text(2)) == email && trusted(row.text(1), email, rules)) proven.insert(row.integer(0));
  }
  facts.verified_here = !proven.empty();
  const auto& those = proven.empty() ? all : proven;
  facts.same_email = how_many(those.size());
  return those.size() == 1 ? *those.begin() : std::int64_t{0};
}

}  // namespace

base::Result<Situation> look(Tx& tx, const Profile& profile, const AccountRules& rules, std::int64_t signed_in) {
  Situation s;
  auto& facts = s.facts;
  facts.signed_in = signed_in != 0;
  facts.verified_there = profile.email_verified;
  facts.trusted = trusted(profile.provider, profile.email, rules);
  facts.join_by_email = rules.link_by_verified_email;
  facts.create_users = rules.create_users;
  facts.admitted = admitted(profile, rules);
  auto identity = find_identity(tx, profile);
  if (!identity) return identity.error();
  s.identity = std::move(*identity);
  facts.disowned = s.identity.disowned;
  if (s.identity.id != 0) facts.owner = s.identity.user == signed_in ? Owner::this_user : Owner::another;
  auto user = facts.signed_in ? signed_in : s.identity.user;
  if (user == 0 && (facts.join_by_email || !facts.create_users)) {
    const auto same = find_same_email(tx, profile, rules, facts);
    if (!same) return same.error();
    user = *same;
  }
  if (user == 0) return s;
  auto loaded = load_user(tx, user);
  if (!loaded) return loaded.error();
  if (!*loaded && facts.signed_in) return base::Error{base::Code::not_found, "no such user", "There is no such user."};
  s.user = std::move(*loaded);
  facts.active = !s.user || s.user->active;
  return s;
}

base::Status tell(Tx& tx, const Events& events, std::string_view event, std::int64_t user, const Profile& profile, base::Time now) {
  return events ? add_event(tx, events, event, fact(user, profile.provider, profile.uid, now), now) : base::Status{base::ok};
}

}  // namespace store
