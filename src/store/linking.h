// store/linking.h: whose account is it? The one rule for somebody who comes with an identity, whether to log in or to link it to the
// account that is signed in. Pure: accounts.cc gathers the facts in its transaction and does what is decided here; nothing else decides.
// The table of it is in DEVELOPMENT.md ("Whose account it is"), and a test goes through every combination of facts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/records.h"

namespace store {

/// Whom the identity (issuer and uid, in bytes) signs in so far.
enum class Owner { nobody, this_user, another };  // this_user: who is signed in
/// How many users have the same address, as match_email() has it. Of several nobody can say which is meant.
enum class SameEmail { none, one, several };

struct LinkingFacts {
  bool signed_in = false;  // a user who is signed in links an identity; else somebody logs in
  Owner owner = Owner::nobody;
  SameEmail same_email = SameEmail::none;
  bool verified_here = false;   // the one user's address was verified when we took it
  bool verified_there = false;  // the provider says that the identity's address is verified
  bool trusted = false;         // and its word counts for that domain (accounts.trusted_providers)
  bool join_by_email = false;   // accounts.link_by_email = "verified"
  bool create_users = true;
  bool admitted = true;  // accounts.allowed_domains and allowed_emails
  bool active = true;    // the user whose account it would be is not switched off; true if there is none
  bool disowned = false;  // the provider said that this account there is disabled, or gone (told.cc); only of a known identity
};

enum class Linking {
  log_in,          // to the account that has the identity
  join,            // to the one account with the same e-mail, which gets the identity besides
  create,          // to a new account
  link,            // nobody logs in: the signed-in user gets the identity besides
  linked_already,  // the signed-in user has it
  in_use,          // refused: it is another user's
  not_allowed,     // refused: the e-mail is on no list, or not verified
  log_in_first,    // refused: there is an account with this e-mail, which its owner can link to
  no_account,      // refused: none are made
  blocked,         // refused: the user is switched off
  disowned,        // refused: the provider said that nobody should get in by it
};

Linking decide(const LinkingFacts& facts) noexcept;
/// The error of a refusal: what the log says, and what the person can do next. nullopt where it is none.
std::optional<base::Error> refusal(Linking decision);

/// True if the user of these identities could not sign in any more without `identity`: it is the only one, or the only one of a provider
/// that is enabled. One that its provider has disowned opens nothing.
bool is_last_way_in(const std::vector<Identity>& all, std::int64_t identity, const std::vector<std::string>& enabled);
base::Error last_way_in_refused();

}  // namespace store
