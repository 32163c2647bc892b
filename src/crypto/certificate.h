// certificate.h: our own certificate for mutual TLS (RFC 8705): does the key belong to it, and what is it called by? What it says to others
// is theirs to judge.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/keys.h"

namespace crypto {

struct Certificate {
  std::string thumbprint;  // SHA-256 of its DER, 32 bytes: x5t#S256 in base64url (RFC 8705 3.1)
  base::Time expires{};
  VerifyKey key;
};

/// The first certificate of a PEM. Error.detail: what is wrong, without any of it.
base::Result<Certificate> read_certificate(std::string_view pem);
/// Is `key` the private half of the certificate's?
bool belongs(const Certificate& certificate, const SignKey& key);

}  // namespace crypto
