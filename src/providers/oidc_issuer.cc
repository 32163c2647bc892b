#include "providers/oidc_issuer.h"

#include <algorithm>

#include "providers/discovery.h"

namespace providers {
namespace {

using Keys = std::vector<token::Jwk>;

base::Result<Keys> parse(std::string_view body) { return token::parse_jwks(body); }

std::vector<crypto::Alg> allowed_algs(const Provider& provider, const Metadata* metadata) {
  if (!provider.spec.id_token.algs.empty()) return provider.spec.id_token.algs;
  if (metadata != nullptr) return metadata->algs;
  return {crypto::Alg::RS256};
}

base::Error unreachable(const std::string& what, const base::Error& error) {
  return {base::Code::upstream, what + ": " + error.detail, "The authentication provider could not be reached"};
}

/// HS*: the key is the client secret (OIDC Core 10.1), and there is no other: a public key never serves as one (RFC 8725 2.1).
Judged judge_shared(const base::Secret& secret, const token::Jws& jws) {
  auto key = crypto::VerifyKey::shared(secret);
  if (!key) return Judged::bad;  // too short for a key
  const Keys keys{{"", std::nullopt, std::move(*key)}};
  auto bare = jws;
  bare.kid.clear();  // there is one secret; what the provider calls it does not matter
  return token::verify(bare, keys, {jws.alg}) == token::Verdict::good ? Judged::good : Judged::bad;
}

/// OIDC Core 10.1.1: the provider may have changed its keys since they were fetched. An unknown kid says so; where there is no kid to go
/// by, a signature that does not fit is all that could say so.
bool may_be_newer(token::Verdict verdict, const token::Jws& jws, const Keys& keys) {
  const auto named = [&](const token::Jwk& jwk) { return !jws.kid.empty() && jwk.kid == jws.kid; };
  return verdict == token::Verdict::unknown_key || (verdict == token::Verdict::bad && std::none_of(keys.begin(), keys.end(), named));
}

}  // namespace

bool needs_metadata(const Provider& provider) {
  const auto& spec = provider.spec;
  const bool code = provider.authorize && spec.token.url;
  const bool whole = (code || spec.authorize.widget) && spec.id_token.keys;
  const bool pushes = spec.authorize.pushed && !spec.authorize.pushed_url;  // where to stands there
  return (!whole || pushes) && (!provider.issuer.empty() || provider.spec.discovery.url);
}

base::Result<std::shared_ptr<const Metadata>> metadata_if_needed(Provider& provider, World& world) {
  if (!needs_metadata(provider)) return std::shared_ptr<const Metadata>{};
  auto found = metadata_of(provider, world);
  if (found) return found;
  return unreachable("discovery", found.error());
}

std::string_view issuer_of(const Provider& provider, const Metadata* metadata) {
  return !provider.issuer.empty() || provider.spec.issuer || metadata == nullptr ? std::string_view{provider.issuer} : metadata->issuer;
}

Signer id_token_signer(Provider& provider, const Metadata* metadata) {
  RemoteCore::Ask at{provider.keys_url, true};
  if (metadata != nullptr && provider.keys_url.empty()) at = {metadata->keys, private_addresses_allowed(metadata->keys, metadata->where)};
  return {provider.keys, std::move(at), allowed_algs(provider, metadata), provider.spec.client_secret};
}

base::Result<std::shared_ptr<const Keys>> keys_of(const Signer& signer, World& world) { return signer.keys.get(world, signer.at, parse); }

std::string_view why_of(Judged judged) noexcept {
  switch (judged) {
    case Judged::good: return "good";
    case Judged::wrong_alg: return "algorithm not allowed";
    case Judged::unknown_key: return "unknown key";
    case Judged::bad: return "bad signature";
  }
  return "";
}

base::Result<Judged> judge_signature(const Signer& signer, World& world, const token::Jws& jws) {
  if (std::find(signer.algs.begin(), signer.algs.end(), jws.alg) == signer.algs.end()) return Judged::wrong_alg;
  if (crypto::fits(jws.alg, crypto::Kind::oct)) return judge_shared(signer.secret, jws);
  auto keys = keys_of(signer, world);
  if (!keys) return unreachable("keys", keys.error());
  auto verdict = token::verify(jws, **keys, signer.algs);
  if (may_be_newer(verdict, jws, **keys)) {
    auto newer = signer.keys.newer(world, signer.at, parse, *keys);
    if (newer && *newer && *newer != *keys) verdict = token::verify(jws, **newer, signer.algs);
    if (verdict == token::Verdict::good) signer.keys.fruitful();  // nobody but the provider can bring this about
  }
  if (verdict == token::Verdict::unknown_key) return Judged::unknown_key;
  return verdict == token::Verdict::good ? Judged::good : Judged::bad;
}

}  // namespace providers
