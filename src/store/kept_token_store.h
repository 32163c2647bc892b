// store/kept_token_store.h: the part of the store that keeps providers' own tokens (accounts.keep_provider_tokens).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/operator_store.h"

namespace store {

class KeptTokenStore : public OperatorStore {
 protected:
  using OperatorStore::OperatorStore;

 public:
  // provider_tokens.cc
  base::Result<std::optional<KeptTokens>> provider_tokens(std::int64_t identity);
  base::Result<std::optional<KeptTokens>> provider_tokens_of(std::string_view issuer, std::string_view uid);
  /// True for one of all that ask, and nobody else until then: unless they have changed, or somebody has them.
  base::Result<bool> lease_provider_tokens(std::int64_t identity, std::int64_t version, base::Time until);
  /// The lease that ends at `mine` ends at `until` instead.
  base::Status extend_lease(std::int64_t identity, base::Time mine, base::Time until);
  /// The new ones, and the lease, which ends at `mine`, is over. False: they have changed, or are somebody else's to change, and stay.
  base::Result<bool> renew_provider_tokens(std::int64_t identity, std::int64_t version, base::Time mine, std::string_view sealed,
                                           std::optional<base::Time> expires);
  base::Status drop_provider_tokens(std::int64_t identity, std::int64_t version);
};

}  // namespace store
