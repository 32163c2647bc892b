// signed_verify.h: is a callback signed by the provider, for this flow, and still good? What it then says is document i:. Pure.
#pragma once
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "providers/broker.h"
#include "providers/signed_spec.h"

namespace providers {

/// The parameters themselves, or those inside of the one that holds them ([signed].unpack).
base::Result<Params> unpacked(const SignedSpec& spec, const Params& params, const Values& values);

/// Signature, time and nonce. `params` are unpacked; `state` is the flow's. The document holds only what the signature speaks for.
base::Result<json::Document> verify_callback(const SignedSpec& spec, const Params& params, std::string_view state, const Values& values,
                                             base::Time now);

/// The name-value pairs of a payload, signed: parameters for the address that begins a login.
base::Result<Params> sign_request(const SignedSpec& spec, const Values& values);

/// Where the signed payload carries the state: what it says, nothing verified yet. "" if it does not.
std::string claimed_state(const SignedSpec& spec, const Params& params);

}  // namespace providers
