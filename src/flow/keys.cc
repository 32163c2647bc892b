// keys.cc: our signing keys as the store holds them, opened with the master key; HS256's shared secret comes from the configuration.
#include <algorithm>

#include "flow/app.h"
#include "token/sealed.h"

namespace flow {
namespace {

bool holds(const token::KeyRing& ring, std::string_view kid) {
  const auto& keys = ring.verify_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.kid == kid; });
}

}  // namespace

base::Result<std::shared_ptr<const token::KeyRing>> Keys::ring(std::chrono::seconds oldest) {
  std::lock_guard lock{mutex_};
  const auto now = clock_.now();
  if (ring_ && now - read_ < oldest && now >= read_) return ring_;
  auto fresh = read();
  if (!fresh && !ring_) return fresh.error();
  if (fresh) ring_ = std::make_shared<const token::KeyRing>(std::move(*fresh));
  read_ = now;  // where the store is away for now, the keys that we hold are still good
  return ring_;
}

base::Result<token::Claims> Keys::check(std::string_view compact) {
  const token::Rules rules{config_.public_url, config_.tokens.audience};
  auto held = ring();
  if (!held) return held.error();
  auto claims = token::check(**held, rules, compact, clock_.now());
  if (claims) return claims;
  const auto jws = token::parse_jws(compact);
  if (!jws || jws->kid.empty() || holds(**held, jws->kid)) return claims;
  // Whoever makes key ids up costs a look into the store, and nothing that a key of ours would have to wait for.
  const auto stored = store_.keys();
  if (!stored) return stored.error();
  if (std::none_of(stored->begin(), stored->end(), [&](const auto& row) { return row.kid == jws->kid && crypto::alg_from(row.alg); }))
    return claims;
  held = ring();  // another thread may have been here
  if (held && !holds(**held, jws->kid)) held = ring(std::chrono::seconds{0});
  if (!held) return held.error();
  // A key that was made after a change of the master key, which this worker has not got: the next one, which is about to take over, has it.
  if (!holds(**held, jws->kid)) return base::Error{base::Code::busy, "signing key " + jws->kid + " cannot be opened here"};
  return token::check(**held, rules, compact, clock_.now());
}

base::Result<token::KeyRing> Keys::read() {
  std::vector<token::OwnKey> keys;
  const auto wanted = crypto::alg_from(config_.tokens.algorithm);
  if (!wanted) return base::Error{base::Code::internal, "tokens.algorithm is unknown"};
  if (*wanted == crypto::Alg::HS256) {
    auto key = crypto::SignKey::shared(config_.tokens.hs256_secret);
    if (!key) return key.error();
    keys.push_back({"", *wanted, std::move(*key), false});
  }
  auto stored = store_.keys();
  if (!stored) return stored.error();
  for (const auto& row : *stored) {
    const auto alg = crypto::alg_from(row.alg);
    if (!alg) continue;  // not a signing key of ours (the demo provider's)
    auto pem = master_.open(row.sealed, token::signing_key_context(row.kid));
    if (!pem) return base::Error{base::Code::internal, "signing key " + row.kid + ": the master key does not open it"};
    auto key = crypto::SignKey::from_pem(*pem);
    if (!key) return key.error();
    // A key of another algorithm than the configured one verifies what it signed before, and signs nothing new.
    keys.push_back({row.kid, *alg, std::move(*key), row.retired.has_value() || *alg != *wanted});
  }
  token::KeyRing ring{std::move(keys)};
  if (!ring.current()) return base::Error{base::Code::internal, "no signing key for " + config_.tokens.algorithm};
  return ring;
}

}  // namespace flow
