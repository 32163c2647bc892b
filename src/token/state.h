// state.h: what binds a login attempt to the one who began it (RFC 6749 10.12, RFC 9700 4.7): the state, the browser cookie,
// and the flow_challenge of clients without cookies. Made and read here; stored as hashes only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "token/master.h"

namespace token {

/// base64url(8 bytes id || 32 random bytes): 54 characters. The id is time-ordered (microseconds since 1970 << 11 | 11 random bits),
/// so that the flows table is appended to; the random part is the secret. Its last three bits say which master key made the state.
struct State {
  std::string text;         // what travels through the browser
  std::int64_t id = 0;      // key of the flow's row
  std::string secret_hash;  // SHA-256 of the random part: what the row holds
  /// 32 bytes that only this installation can compute, from which engines derive nonce and code_verifier: neither is stored.
  std::string seed;
};
State make_state(const base::Clock& clock, base::Random& random, const Master& master);
/// nullopt unless it has exactly the form of a state; whether it was ever issued is the store's to say.
std::optional<State> read_state(std::string_view text, const Master& master);

/// The browser's cookie: base64url(8 bytes number || 16 random bytes || 16 bytes MAC). The MAC tells a cookie that we issued from one that
/// somebody planted.
struct Browser {
  std::string text;         // the cookie's value
  std::int64_t number = 0;  // time-ordered like a flow's id
  std::string hash;         // SHA-256 of text: what a flow's row holds
};
Browser make_browser(const base::Clock& clock, base::Random& random, const Master& master);
/// nullopt for a cookie that we did not issue.
std::optional<Browser> read_browser(std::string_view text, const Master& master);

/// flow_challenge = base64url(SHA-256(flow_verifier)): 43 characters of base64url.
bool is_challenge(std::string_view text) noexcept;
/// RFC 7636 4.1: 43 to 128 unreserved characters.
bool is_verifier(std::string_view text) noexcept;
bool proves(std::string_view verifier, std::string_view challenge);

/// What a table holds of a token identifier or another secret text: SHA-256, 32 bytes.
std::string stored_hash(std::string_view secret);
/// 32 lower-case hex digits, for jti (as simplejwt's).
std::string make_jti(base::Random& random);

}  // namespace token
