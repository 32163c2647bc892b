// flow/kept_tokens.h: provider tokens as the row holds them: JSON under the master key, bound to the identity by issuer and uid.
#pragma once
#include "flow/provider_tokens.h"
#include "token/master.h"

namespace flow {

base::Result<providers::Kept> open_tokens(const token::Master& master, const store::KeptTokens& row);
/// After a refresh: the same identity, other tokens.
SealedTokens seal_renewed(Deps& deps, const store::KeptTokens& row, const providers::Kept& old, const providers::ProviderTokens& fresh);

}  // namespace flow
