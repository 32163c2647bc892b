// jwt.h: latchstring's own access and refresh tokens, in the shape of Django's simplejwt (token_type, exp, iat, jti, user_id)
// plus iss, aud, sub, email, provider. RFC 7519; RFC 8725 for the checks.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/keys.h"
#include "token/jws.h"

namespace token {

/// One signing key of ours. `retired` keys verify until they are dropped, and sign nothing: rotation with overlap.
struct OwnKey {
  std::string kid;
  crypto::Alg alg;
  crypto::SignKey key;
  bool retired = false;
};

/// Our keys: the first that is not retired signs.
class KeyRing {
  std::vector<OwnKey> keys_;
  std::vector<Jwk> verify_keys_;
  std::vector<crypto::Alg> algs_;
  std::string jwks_;

 public:
  explicit KeyRing(std::vector<OwnKey> keys);
  /// nullptr if there is none that signs.
  const OwnKey* current() const noexcept;
  /// Public keys for /.well-known/jwks.json, HS keys left out.
  const std::string& jwks() const noexcept { return jwks_; }
  /// Verify keys, retired ones included.
  const std::vector<Jwk>& verify_keys() const noexcept { return verify_keys_; }
  const std::vector<crypto::Alg>& algs() const noexcept { return algs_; }
};

enum class Type { access, refresh };

struct Claims {
  Type type = Type::access;
  std::int64_t user_id = 0;  // written as a string, as simplejwt 5.5 does
  std::string jti;           // 32 hex
  base::Time issued{}, expires{};
  std::string email;     // "" = left out
  std::string provider;  // "" = left out
  std::int64_t session = 0;  // `sid`, the session that it belongs to; 0 = left out
  std::string more = {};     // JSON object of further members (the login hook's); "" = none. Not read back
};

struct Rules {
  std::string issuer;    // public_url
  std::string audience;  // "" = no aud claim, none checked
};

/// True for the claims that are latchstring's own to write: nobody else may add one of that name.
bool is_ours(std::string_view claim) noexcept;

base::Result<std::string> issue(const KeyRing& ring, const Rules& rules, const Claims& claims);

/// Checks signature, algorithm, iss, aud, exp (no leeway), iat and nbf (<= 60 s ahead), token_type known, user_id. Code::denied otherwise;
/// `say` empty.
base::Result<Claims> check(const KeyRing& ring, const Rules& rules, std::string_view compact, base::Time now);

}  // namespace token
