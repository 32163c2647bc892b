// store/told_records.h: what a provider tells after a login, as plain values: that a session there has ended, what became of an account.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

namespace store {

/// A token of somebody else's that works once. `expires`: it is good for nothing any more, so that it need not be remembered.
struct SeenToken {
  std::string hash;  // SHA-256 of what it is, issuer and jti
  base::Time expires{};
};

/// Who tells, and by which request.
struct Teller {
  std::string provider, issuer;  // issuer as identities have it
  std::string remote_addr, request_id;
};

/// Sessions that end. With `idp_sid` that one alone, of `uid` where that is set too.
struct ToldLogout {
  Teller by;
  std::string uid, idp_sid;  // one of them is set
};

/// What is to be done about one account.
struct ToldAccount {
  std::string what;                 // for audit and outbox: "consent_revoked"
  std::string uid, idp_sid, email;  // whose: the first that is set counts; `email` is the address that the provider verified for them
  bool end_sessions = false;        // those begun by that identity; with `idp_sid` that one alone
  bool end_all = false;             // of the user
  bool drop_tokens = false;         // the provider's, if we keep them
  bool disable = false, enable = false;
  bool unlink = false;        // or disabled, where it is the last way in
  bool address_gone = false;  // its e-mail address is verified no more
};

struct Telling {
  Teller by;
  SeenToken token;
  std::vector<ToldAccount> accounts;
};

struct Told {
  bool repeated = false;      // the token was seen before: nothing was done
  std::int64_t sessions = 0;  // that ended
  std::int64_t accounts = 0;  // that we know
};

}  // namespace store
