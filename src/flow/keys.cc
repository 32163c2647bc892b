// keys.cc: our signing keys as the store holds them, opened with the master key; HS256's shared secret comes from the configuration.
#include "flow/app.h"

namespace flow {
namespace {

constexpr std::chrono::seconds kFresh{30};

}  // namespace

base::Result<std::shared_ptr<const token::KeyRing>> Keys::ring() {
  std::lock_guard lock{mutex_};
  const auto now = clock_.now();
  if (ring_ && now - read_ < kFresh && now >= read_) return ring_;
  auto fresh = read();
  if (fresh) {
    ring_ = std::make_shared<const token::KeyRing>(std::move(*fresh));
    read_ = now;
    return ring_;
  }
  if (!ring_) return fresh.error();
  read_ = now;  // the store is away for now: the keys that we hold are still good
  return ring_;
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
    auto pem = master_.open(row.sealed, "signing-key:" + row.kid);
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
