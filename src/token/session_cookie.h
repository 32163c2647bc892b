// session_cookie.h: the cookie of a browser that is signed in (redirect mode): which session, and 256 random bits of which the session's
// row holds the SHA-256. The number is the row's key, so that looking it up costs one page.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace token {

struct SessionSecret {
  std::string bytes;  // 32 random bytes
  std::string hash;   // SHA-256 of them: what the row holds
};
SessionSecret make_session_secret(base::Random& random);

/// The cookie's value: base64url(8 bytes session id || 32 random bytes), 54 characters.
std::string session_cookie(std::int64_t session, const SessionSecret& secret);

struct SessionCookie {
  std::int64_t session = 0;
  std::string hash;
};
/// nullopt unless it has exactly the form of one; whether there is such a session is the store's to say.
std::optional<SessionCookie> read_session_cookie(std::string_view text);

}  // namespace token
