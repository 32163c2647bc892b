// jarm.h: an authorization answer that is one signed JWT, the parameter `response` (JWT Secured Authorization Response Mode, OpenID 2022).
// It is read twice: unverified for its state alone, so that the flow can be found; and verified, before anything else in it counts.
#pragma once
#include "base/result.h"
#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

/// Does this provider answer so?
bool answers_signed(const Spec& spec);

/// Pure. Whatever else came along with `response` says nothing; without one, the provider's plain `error` does: nothing is believed by it.
Callback look_at_response(const Params& params);

/// What it holds, believed (JARM 2.4): signature by the provider's keys, iss, aud, exp, and the state that the flow was found by. An error
/// that the provider tells in it is among them. Code::denied: not to be believed.
base::Result<Params> read_response(Provider& provider, const Metadata* metadata, const Finish& finish, World& world);

}  // namespace providers
