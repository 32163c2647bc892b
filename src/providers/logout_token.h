// logout_token.h: OpenID Connect Back-Channel Logout 1.0 2.4, 2.6: a provider says that somebody's session there has ended.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "providers/provider.h"

namespace providers {

/// Believed. `uid` or `sid` is set, or both: that session of that user.
struct LogoutToken {
  std::string issuer;  // as identities have it
  std::string uid, sid;
  std::string jti;  // it is for one use: whoever acts on it remembers it, until:
  base::Time good_until{};
};

/// 2.4 recommends two minutes; without `exp`, and at most, these.
inline constexpr std::chrono::minutes kLogoutTokenAge{10}, kLogoutTokenOldest{60};

struct LogoutTokenRules {
  const Spec& spec;
  std::string_view issuer;  // the metadata's, where the file names none
  std::string_view client_id;
  base::Time now{};
};
/// All checks but the signature; of a token whose signature was verified. Code::bad_request, `say` tells the provider's developer why.
base::Result<LogoutToken> check_logout_claims(const token::Jws& jws, const LogoutTokenRules& rules);

/// The whole of 2.6 but the `jti`. Code::upstream: the provider's keys cannot be had.
base::Result<LogoutToken> read_logout_token(Provider& provider, World& world, std::string_view compact);

}  // namespace providers
