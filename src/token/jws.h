// jws.h: compact JWS (RFC 7515 7.1) and JWK sets (RFC 7517), for verifying what providers and callers send, and for signing ours.
// Sizes are limited before parsing: a token is at most 16 KiB, has exactly two dots, its header at most 4 KiB; "crit", "b64" and
// "none" are refused (RFC 7515 4.1.11, RFC 8725 3.1).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/keys.h"
#include "json/value.h"

namespace token {

struct Jwk {
  std::string kid;                 // "" = none
  std::optional<crypto::Alg> alg;  // if the JWK pins one (RFC 7517 4.4)
  crypto::VerifyKey key;
  /// Whose tokens alone this key signs, where the set says so (a member "issuer" that Microsoft's sets have; a pattern with a placeholder
  /// stands for every tenant and is none): a key of one tenant signs nothing for another. "" = any.
  std::string issuer = {};
};

/// The usable signature keys of a JWK set; keys of unknown kinds, for encryption ("use":"enc") or broken are left out (RFC 7517 5).
/// At most 100 keys, 256 KiB. Error if `text` is no JWK set.
base::Result<std::vector<Jwk>> parse_jwks(std::string_view text);
/// {"keys":[...]} of public keys, for publishing; oct keys are never in it.
std::string write_jwks(const std::vector<Jwk>& keys);
/// One public JWK as JSON (kty, crv, x, y / n, e, kid, alg, use).
std::string write_jwk(const Jwk& key);

/// The members that make the key what it is, in the order of RFC 7638 3.2 and nothing between them: for a header's "jwk" (RFC 9449 4.2).
std::string bare_jwk(const crypto::VerifyKey& key);
/// RFC 7638 3: base64url(SHA-256(bare_jwk)).
std::string thumbprint(const crypto::VerifyKey& key);

/// A JWS taken apart, nothing verified yet.
struct Jws {
  crypto::Alg alg;
  std::string kid;          // "" = none
  std::string typ;          // "" = none
  std::string signed_part;  // header.payload as sent
  std::string signature;    // binary
  std::string payload;      // binary
};
base::Result<Jws> parse_jws(std::string_view compact);

/// Why verification failed, since an unknown kid means "fetch the key set again" and a bad signature does not.
enum class Verdict { good, unknown_key, bad };
/// Tries the keys that have the token's kid, or all that fit where the token has none (RFC 7515 6). `allowed` pins the algorithms
/// (RFC 8725 3.1).
Verdict verify(const Jws& jws, const std::vector<Jwk>& keys, const std::vector<crypto::Alg>& allowed);

/// header {"alg","typ"[,"kid"][,"jwk"]} . payload . signature; `jwk` is JSON.
base::Result<std::string> sign(const crypto::SignKey& key, crypto::Alg alg, std::string_view kid, std::string_view typ,
                               std::string_view payload_json, std::string_view jwk = {});

}  // namespace token
