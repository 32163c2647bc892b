// store/session_records.h: sessions and refresh tokens, as plain values (records.h has the rest).
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "store/records.h"

namespace store {

/// A session is one signed-in device: the family of its refresh tokens, or a browser's cookie.
struct Session {
  std::int64_t id = 0;
  std::int64_t user = 0;
  std::string provider;
  std::string user_agent;         // at most 200 bytes
  std::string remote_addr;        // where it was begun
  base::Time created{}, used{}, expires{};
  bool ended = false;
  bool by_cookie = false;
  std::int64_t identity = 0;      // by which one; 0 = gone
  std::string idp_sid;            // the provider's session (claim `sid`); "" = not told
  std::string claims = "{}";      // JSON object: what the login hook added
};

/// What is known of a refresh token.
struct Refresh {
  Session session;
  bool exchanged = false;         // it has a successor
};

/// A session that begins: either `cookie_hash` or `refresh_hash` is set.
struct NewSession {
  std::string cookie_hash = {};   // token::SessionSecret::hash
  std::string refresh_hash = {};  // token::stored_hash(jti)
  base::Time expires{};           // of the cookie, or of the first refresh token
  std::string idp_sid = {};
  std::string id_token = {};      // sealed; "" = not kept
  std::string claims = "{}";
  std::string user_agent = {};
  std::int64_t max_per_user = 1000;  // sessions.max_per_user: others make room for it
};

/// What a login writes, in one durable transaction: user found or made, identity touched, session begun, audit row.
struct LoginRecord {
  Profile profile;
  AccountRules rules;
  NewSession session;
  std::string provider_tokens;    // sealed; "" = not kept
  std::optional<base::Time> provider_tokens_expire;
  std::string remote_addr, request_id;
};
struct LoginDone {
  SignedIn who;
  std::int64_t session = 0;
};

/// Who a session says is there.
struct SignedInSession {
  User user;
  Session session;
};

/// A rotation: the token with `old_hash` is exchanged for the one with `new_hash`. Reuse after the grace window ends the whole session
/// (RFC 9700 4.14.2). `new_sealed` is what the caller needs to give the very same successor again to a retry within the window (its jti),
/// sealed by the caller (token::Master::seal): a hash could not tell. The store never looks into it.
struct Rotation {
  std::string old_hash;           // token::stored_hash(jti)
  base::Time old_expires{};       // as the old token says (its `exp`): with the hash, the key of its row
  std::string new_hash, new_sealed;
  base::Time now{}, new_expires{};
  std::chrono::seconds grace{10};  // 0 = every second use is reuse
  std::string remote_addr, request_id;
  std::int64_t session = 0;        // as the old token says, whose signature is good: so one that is not on record any more is known for ours
  std::int64_t remembered = 1000;  // sessions.max_refresh_tokens
};
enum class RotateOutcome { rotated, same_successor, reused, unknown, ended, expired };
struct Rotated {
  RotateOutcome outcome = RotateOutcome::unknown;
  std::string sealed;             // the successor's `new_sealed` (for same_successor: the one that was given the first time)
  base::Time issued{}, expires{}; // the successor's, so that the very same token can be made again
  User user;
  std::string provider;
  std::int64_t session = 0;
  std::string claims;             // the session's
};

}  // namespace store
