#include "token/nonce.h"

#include "base/encode.h"
#include "crypto/digest.h"

namespace token {

bool nonce_fits(std::string_view claim, std::string_view nonce) {
  const auto hash = crypto::sha256(nonce);
  return crypto::equal(claim, nonce) || crypto::equal(claim, base::hex(hash)) || crypto::equal(claim, base::base64url(hash));
}

std::optional<std::string> hashed_nonce(std::string_view claim) {
  constexpr std::size_t kHex = 64, kBase64 = 43;
  auto bytes = claim.size() == kHex ? base::hex_decode(claim) : claim.size() == kBase64 ? base::base64url_decode(claim) : std::nullopt;
  return bytes && bytes->size() == 32 ? bytes : std::nullopt;
}

NonceMark mark_of_hash(std::string hash) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8 && i < hash.size(); ++i) n = n << 8 | static_cast<unsigned char>(hash[i]);
  return {static_cast<std::int64_t>(n >> 1) | 1, std::move(hash)};
}

NonceMark mark_of_nonce(std::string_view nonce) { return mark_of_hash(crypto::sha256(nonce)); }

base::Time made_at(std::int64_t id) noexcept {
  return base::Time{std::chrono::duration_cast<std::chrono::seconds>(std::chrono::microseconds{id >> 11})};
}

}  // namespace token
