// entry.h: from a believed identity to a session on record, and from there to tokens. All ways of signing in end here: the login hook is
// asked, the account rules decide, one durable transaction writes.
#pragma once
#include <string>

#include "flow/call.h"
#include "providers/identity.h"

namespace flow {

struct Entry {
  store::LoginDone done;
  std::string provider, claims;  // claims: the login hook's, a JSON object
  store::NewSession session;     // as it was written
};

/// `session` says which kind: cookie_hash or refresh_hash, and expires; the rest is filled here. Errors are for login_failure().
base::Result<Entry> enter(Call& call, const providers::Identity& who, store::NewSession session);

/// A new session with tokens: 201 {"access","refresh","token","user"}, or the failure.
http::Response enter_with_tokens(Call& call, const providers::Identity& who);

/// What the store is told of an identity, and the rules that it decides by ([accounts]).
store::Profile profile_of(const providers::Identity& who);
store::AccountRules rules_of(const config::Config& config);

}  // namespace flow
