// keys.h: asymmetric keys and JOSE signatures (RFC 7518 3, RFC 8037). HMAC algorithms take their key from keys too, so that
// an algorithm can never be used with a key of another kind: HS256 with a public key is refused by construction.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace crypto {

/// "none" has no value here: it cannot be asked for.
enum class Alg { RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512 };
/// Exact, case-sensitive JOSE name; nullopt for all others, "none" among them.
std::optional<Alg> alg_from(std::string_view name) noexcept;
std::string_view name_of(Alg alg) noexcept;

/// The kinds of key (RFC 7517 "kty" and curve). RSA: 2048 to 8192 bits; oct: 32 bytes or more.
enum class Kind { rsa, p256, p384, p521, ed25519, oct };
/// True if `alg` may be used with a key of that kind.
bool fits(Alg alg, Kind kind) noexcept;

/// What a JWK says, binary (base64url already decoded). Only public parts.
struct PublicParts {
  Kind kind = Kind::p256;
  std::string n, e;  // rsa
  std::string x, y;  // ec (both), ed25519 (x)
};

struct KeyImpl;  // key_impl.h

/// A public key, or a shared secret (Kind::oct). Cheap to copy; thread safe.
class VerifyKey {
  std::shared_ptr<const KeyImpl> impl_;
  explicit VerifyKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}
  friend class SignKey;

 public:
  /// Checks sizes and that points lie on their curve (SP 800-56A 5.6.2.3.4).
  static base::Result<VerifyKey> from_parts(const PublicParts& parts);
  static base::Result<VerifyKey> from_pem(std::string_view pem);
  static base::Result<VerifyKey> shared(const base::Secret& secret);
  Kind kind() const noexcept;
  /// True only if `alg` fits the key and the signature (JOSE form: ES* is r||s of fixed length) is right.
  bool verify(Alg alg, std::string_view data, std::string_view signature) const;
  /// Public parts; empty for Kind::oct (never published).
  std::optional<PublicParts> parts() const;
};

/// A private key, or a shared secret. Cheap to copy; thread safe.
class SignKey {
  std::shared_ptr<const KeyImpl> impl_;
  explicit SignKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}

 public:
  static base::Result<SignKey> generate(Kind kind);  // not oct
  /// PKCS#8, SEC 1 or PKCS#1, unencrypted.
  static base::Result<SignKey> from_pem(const base::Secret& pem);
  static base::Result<SignKey> shared(const base::Secret& secret);
  Kind kind() const noexcept;
  base::Secret pem() const;  // PKCS#8; empty for oct
  /// Signature in JOSE form. Code::internal if alg does not fit.
  base::Result<std::string> sign(Alg alg, std::string_view data) const;
  /// RSASSA-PKCS1-v1_5 with SHA-1, which no JOSE algorithm is: for protocols that fix it (OAuth 1.0a; RFC 5849 3.4.3). Code::internal if
  /// the key is not RSA.
  base::Result<std::string> sign_rsa_sha1(std::string_view data) const;
  VerifyKey verify_key() const;
};

}  // namespace crypto
