// oidc_issuer.h: an OpenID provider as somebody who signs: what it calls itself, which keys and algorithms are its own. For whatever it
// signs: id_tokens, logout tokens, security events.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/provider.h"

namespace providers {

/// The metadata; null where the provider's file says everything that a login needs. Code::upstream with a neutral `say`.
base::Result<std::shared_ptr<const Metadata>> metadata_if_needed(Provider& provider, World& world);
bool needs_metadata(const Provider& provider);

/// The one issuer that this provider has; "" = one for each tenant.
std::string_view issuer_of(const Provider& provider, const Metadata* metadata);

/// Whose signature is asked for.
struct Signer {
  Remote<std::vector<token::Jwk>>& keys;
  RemoteCore::Ask at;             // where they are
  std::vector<crypto::Alg> algs;  // RFC 8725 3.1: pinned by us, never by the token
  const base::Secret& secret;     // for HS*, where `algs` names one
};
/// As id_tokens are signed: asymmetric algorithms only, unless the provider's file or stanza names HS*.
Signer id_token_signer(Provider& provider, const Metadata* metadata);
base::Result<std::shared_ptr<const std::vector<token::Jwk>>> keys_of(const Signer& signer, World& world);

enum class Judged { good, wrong_alg, unknown_key, bad };
std::string_view why_of(Judged judged) noexcept;
/// Fetches the keys, and once more if the token names one that is not among them. Code::upstream if there are none to be had.
base::Result<Judged> judge_signature(const Signer& signer, World& world, const token::Jws& jws);

}  // namespace providers
