// flow/provider_tokens.h: a provider's own tokens, kept sealed for as long as the identity is (accounts.keep_provider_tokens).
#pragma once
#include <optional>
#include <string>

#include "flow/call.h"
#include "providers/broker.h"

namespace flow {

/// What a login keeps. "" = nothing: it is switched off, or the provider gave nothing.
struct SealedTokens {
  std::string sealed;
  std::optional<base::Time> expires;
};
/// A refresh token that is there already stays where the provider gave no new one: several give it at the first login only.
base::Result<SealedTokens> seal_tokens(Call& call, const providers::Identity& who);

}  // namespace flow
