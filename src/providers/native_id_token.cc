// native_id_token.cc: is an id_token that somebody brought along the provider's, and for us?
#include <algorithm>

#include "providers/answer.h"
#include "providers/id_token.h"
#include "providers/native.h"
#include "providers/oidc_issuer.h"

namespace providers {
namespace {

/// Who signs, and what the claims are held against.
struct Source {
  Signer signer;
  const Spec& spec;
  std::string issuer;  // of the metadata, where the file names none
  std::shared_ptr<const Metadata> metadata = {};
};

base::Result<Source> source_of(Provider& provider, World& world) {
  if (provider.app_spec != nullptr) {
    const auto& spec = *provider.app_spec;
    return Source{{provider.app_keys, {provider.app_keys_url, true}, spec.id_token.algs, spec.client_secret}, spec, {}};
  }
  auto metadata = metadata_if_needed(provider, world);
  if (!metadata) return metadata.error();
  return Source{id_token_signer(provider, metadata->get()), provider.spec, std::string{issuer_of(provider, metadata->get())}, *metadata};
}

}  // namespace

base::Result<Believed> believe(Provider& provider, World& world, std::string_view id_token, std::optional<std::string_view> access_token,
                               Keys keys) {
  const auto jws = token::parse_jws(id_token);
  if (!jws) return token_error("Signature verification failed", "id_token: " + jws.error().detail);
  auto source = source_of(provider, world);
  if (!source) return source.error();
  if (keys == Keys::public_only) std::erase_if(source->signer.algs, [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); });
  const auto judged = judge_signature(source->signer, world, *jws);
  if (!judged) return judged.error();
  if (*judged != Judged::good) return token_error("Signature verification failed", "id_token: " + std::string{why_of(*judged)});
  auto claims = check_claims(*jws, {.spec = source->spec,
                                    .issuer = source->issuer,
                                    .client_id = provider.client_id,
                                    .nonce = std::nullopt,
                                    .access_token = access_token,
                                    .now = world.clock.now(),
                                    .client_ids = provider.spec.native.client_ids});
  if (!claims) return claims.error();
  auto issuer = source->issuer;
  if (provider.app_spec != nullptr) issuer = provider.issuer.empty() ? provider.name : provider.issuer;  // as a login with a code has it
  if (issuer.empty()) issuer = claims->root()["iss"].string().value_or("");                              // a tenant's
  return Believed{std::move(*claims), std::move(issuer)};
}

}  // namespace providers
