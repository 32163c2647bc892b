// session_cookie.cc: made and read here; looked up in store/sessions.cc.
#include "token/session_cookie.h"

#include "base/encode.h"
#include "crypto/digest.h"

namespace token {
namespace {

constexpr std::size_t kIdBytes = 8, kSecretBytes = 32;
constexpr std::size_t kText = ((kIdBytes + kSecretBytes) * 4 + 2) / 3;

}  // namespace

SessionSecret make_session_secret(base::Random& random) {
  SessionSecret secret{base::random_bytes(random, kSecretBytes), {}};
  secret.hash = crypto::sha256(secret.bytes);
  return secret;
}

std::string session_cookie(std::int64_t session, const SessionSecret& secret) {
  std::string bytes(kIdBytes, '\0');
  for (std::size_t i = 0; i < kIdBytes; ++i) bytes[i] = static_cast<char>(session >> (8 * (kIdBytes - 1 - i)) & 0xff);
  return base::base64url(bytes + secret.bytes);
}

std::optional<SessionCookie> read_session_cookie(std::string_view text) {
  if (text.size() != kText) return std::nullopt;  // before anything is decoded
  const auto bytes = base::base64url_decode(text);
  if (!bytes || bytes->size() != kIdBytes + kSecretBytes) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kIdBytes; ++i) number = number << 8 | static_cast<unsigned char>((*bytes)[i]);
  const auto session = static_cast<std::int64_t>(number);
  if (session <= 0) return std::nullopt;
  return SessionCookie{session, crypto::sha256(std::string_view{*bytes}.substr(kIdBytes))};
}

}  // namespace token
