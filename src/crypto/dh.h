// dh.h: Diffie-Hellman modulo a prime that a protocol fixes (OpenID 2.0 8.4.1). Numbers are big-endian bytes without a sign. Nothing of
// ours rests on it: it goes over TLS, where it hides a key from nobody but a log.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace crypto {

class DiffieHellman {
  std::string modulus_, public_;
  base::Secret private_;
  DiffieHellman() = default;

 public:
  /// A fresh exponent for `modulus`, an odd prime of 512 to 4096 bits, and `generator`. Code::internal if OpenSSL cannot.
  static base::Result<DiffieHellman> make(std::string_view modulus, std::string_view generator, base::Random& random);
  /// generator ^ exponent, in as few bytes as it takes.
  const std::string& public_value() const noexcept { return public_; }
  /// theirs ^ exponent, in as few bytes as it takes. nullopt unless 1 < theirs < modulus - 1: the rest have a secret that anybody can guess
  /// (RFC 2631 2.1.5).
  std::optional<base::Secret> shared(std::string_view theirs) const;
};

}  // namespace crypto
