// flow/native.h: what a phone app signs in with instead of code and state: a token that its provider's SDK gave it.
#pragma once
#include "flow/call.h"
#include "providers/identity.h"

namespace flow {

/// True if the body brings such a token, and nothing of a login that began with GET.
bool is_native(const Call& call, const Body& body);
/// Who it says that it is, after every check; the nonce is used up. Errors are for login_failure().
base::Result<providers::Identity> native_identity(Call& call, const Body& body);

}  // namespace flow
