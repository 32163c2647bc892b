#include "store/linking.h"

#include <algorithm>

namespace store {
namespace {

/// Nobody is asked, so all must agree: the operator, the provider, and what is on record. An account whose address nobody ever proved may
/// be one that an impostor made in advance (CVE-2024-38351).
bool joins(const LinkingFacts& f) noexcept {
  return f.join_by_email && f.same_email == SameEmail::one && f.verified_here && f.verified_there && f.trusted;
}

Linking decide_link(const LinkingFacts& f) noexcept {
  if (!f.active) return Linking::blocked;
  switch (f.owner) {
    case Owner::another: return Linking::in_use;
    case Owner::this_user: return f.disowned ? Linking::disowned : Linking::linked_already;
    case Owner::nobody: break;
  }
  return f.admitted ? Linking::link : Linking::not_allowed;  // it could not log in afterwards
}

Linking decide_login(const LinkingFacts& f) noexcept {
  if (!f.admitted) return Linking::not_allowed;
  const bool known = f.owner != Owner::nobody;
  if (known || joins(f)) {
    if (!f.active) return Linking::blocked;
    if (known) return f.disowned ? Linking::disowned : Linking::log_in;
    return Linking::join;
  }
  if (f.create_users) return Linking::create;
  // That there is an account is told to those only who proved that the address is theirs.
  const bool has_account = f.same_email != SameEmail::none && f.verified_there && f.trusted;
  return has_account ? Linking::log_in_first : Linking::no_account;
}

}  // namespace

Linking decide(const LinkingFacts& facts) noexcept { return facts.signed_in ? decide_link(facts) : decide_login(facts); }

std::optional<base::Error> refusal(Linking decision) {
  using base::Code, base::Error;
  switch (decision) {
    case Linking::log_in:
    case Linking::join:
    case Linking::create:
    case Linking::link:
    case Linking::linked_already: return std::nullopt;
    case Linking::in_use:
      return Error{Code::conflict, "identity belongs to another user",
                   "This sign-in belongs to another account here. Sign in with it, remove it there or delete that account, then link it."};
    case Linking::not_allowed:
      return Error{Code::denied, "e-mail is not verified, or on no list of [accounts]",
                   "Your e-mail address is not allowed to sign in here. Use an account with a verified address that is."};
    case Linking::log_in_first:
      return Error{Code::denied, "no such user, accounts.create_users is off; a user has the same e-mail",
                   "There is an account with your e-mail address. Sign in as you did before, then link this sign-in there."};
    case Linking::no_account:
      return Error{Code::denied, "no such user, and accounts.create_users is off",
                   "There is no account for this sign-in, and new ones are not made here. Ask whoever runs this site for one."};
    case Linking::blocked: return Error{Code::denied, "user is disabled", "User account is disabled."};
    case Linking::disowned:
      return Error{Code::denied, "the provider said that this account is disabled or gone",
                   "The provider has disabled this account. Sign in another way, or ask whoever runs this site."};
  }
  return Error{Code::internal, "no such decision"};
}

bool is_last_way_in(const std::vector<Identity>& all, std::int64_t identity, const std::vector<std::string>& enabled) {
  const auto usable = [&](const Identity& one) {
    return !one.disowned && std::find(enabled.begin(), enabled.end(), one.provider) != enabled.end();
  };
  const auto other = [&](const Identity& one) { return one.id != identity; };
  const bool opens = std::any_of(all.begin(), all.end(), [&](const Identity& one) { return !other(one) && usable(one); });
  return std::none_of(all.begin(), all.end(), [&](const Identity& one) { return other(one) && (usable(one) || !opens); });
}

base::Error last_way_in_refused() {
  return {base::Code::conflict, "last way in",
          "This is the only way to sign in to this account. Link another one first, or delete the account."};
}

}  // namespace store
