// oauth1_sign.h: signatures of OAuth 1.0a requests (RFC 5849 3). Pure: nonce and time are given.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/keys.h"
#include "net/client.h"

namespace providers::oauth1 {

/// RFC 5849 3.4; the SHA-256 ones are what providers made of them later. plaintext: https only.
enum class Method { hmac_sha1, hmac_sha256, rsa_sha1, rsa_sha256, plaintext };
std::string_view name_of(Method method) noexcept;  // "HMAC-SHA1"
inline bool uses_key(Method method) noexcept { return method == Method::rsa_sha1 || method == Method::rsa_sha256; }

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A token that the provider gave: a request token, then an access token. None yet: both empty.
struct Token {
  std::string token, secret;
};

/// Who signs. References live as long as the provider.
struct Client {
  Method method;
  std::string_view id;
  const base::Secret& secret;
  const crypto::SignKey* key;  // of the RSA methods
};

/// No two requests have the same (RFC 5849 3.3).
struct Stamp {
  std::string nonce;
  base::Time time;
};

/// 3.4.1: method, address without query and default port, and all parameters but oauth_signature, sorted by their encoded bytes. Those of
/// the query of `request` and of a form in its body are taken from it, `oauth` are those of the header. Fails if the URL is none.
base::Result<std::string> base_string(const net::Request& request, const Pairs& oauth);

/// 3.4: the value of oauth_signature for these parameters of the header, not yet percent-encoded.
base::Result<std::string> signature(const net::Request& request, const Client& client, const Token& token, const Pairs& oauth);

/// Adds the Authorization header (3.5.1). `more`: oauth_callback, oauth_verifier. Nothing about the request may change afterwards.
base::Status sign(net::Request& request, const Client& client, const Token& token, const Pairs& more, const Stamp& stamp);

}  // namespace providers::oauth1
