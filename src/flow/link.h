// link.h: linking, shared by API and redirect mode: an identity that came back to a user who is signed in.
#pragma once
#include "flow/call.h"
#include "json/writer.h"
#include "providers/identity.h"

namespace flow {

/// Gives the identity to call.user. Code::conflict with a `say` where it is another user's; other refusals are as of a login.
base::Result<store::Linked> link_arrived(Call& call, const providers::Identity& who);

/// An identity as the list has it.
void write_identity(json::Writer& w, const store::Identity& identity);

}  // namespace flow
