// aead.h: AES-256-GCM (NIST SP 800-38D). A sealed text is nonce (12) || ciphertext || tag (16), the nonce random.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace crypto {

/// `key` is 32 bytes. `context` is bound but not stored: opening needs the same one (a column's purpose, a row's id).
std::string seal(std::string_view key, std::string_view plain, std::string_view context, base::Random& random);
/// Code::denied if anything differs; never says what.
base::Result<base::Secret> open(std::string_view key, std::string_view sealed, std::string_view context);

}  // namespace crypto
