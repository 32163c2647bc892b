// nonce.h: nonces that an app asks for and has its provider's SDK put into an id_token (OIDC Core 3.1.3.7 (11)). One has the form of a
// state (state.h). Some SDKs want the app to hash it first: then the claim is its SHA-256, in hex (Apple's practice) or base64url, and the
// app shows the nonce itself, which nobody can who has but the token.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace token {

/// Is `claim` this nonce, or its SHA-256 in hex or base64url?
bool nonce_fits(std::string_view claim, std::string_view nonce);
/// The 32 bytes that a claim stands for if it has the form of such a hash.
std::optional<std::string> hashed_nonce(std::string_view claim);

/// By which a nonce is found from its hash: a number for the index (never 0), and all 32 bytes.
struct NonceMark {
  std::int64_t number = 0;
  std::string hash;
};
NonceMark mark_of_hash(std::string hash);
NonceMark mark_of_nonce(std::string_view nonce);

/// When the state, or the nonce, with this number was made.
base::Time made_at(std::int64_t id) noexcept;

}  // namespace token
