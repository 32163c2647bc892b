// master.h: the master key of an instance, read from store.key_file, and the keys derived from it (RFC 5869), one for each purpose.
// All machines of one installation share it. Whoever has it and the database can sign tokens: keep it apart from backups.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace token {

class Master {
  base::Secret seal_, mac_;
  Master(base::Secret seal, base::Secret mac) : seal_(std::move(seal)), mac_(std::move(mac)) {}

 public:
  /// `text` is what the key file holds: 32 bytes in base64url, a line end allowed. Error.say says what is wrong, never what was found.
  static base::Result<Master> from_text(const base::Secret& text);
  /// A new key file's text.
  static base::Secret make_text(base::Random& random);
  /// AES-256-GCM; `context` names what is sealed and where ("signing-key:KID"), and must be the same to open.
  std::string seal(std::string_view plain, std::string_view context, base::Random& random) const;
  base::Result<base::Secret> open(std::string_view sealed, std::string_view context) const;
  /// HMAC-SHA-256 (32 bytes) over purpose, a zero byte and data.
  std::string mac(std::string_view purpose, std::string_view data) const;
};

}  // namespace token
