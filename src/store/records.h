// store/records.h: the plain values that go into the store and come out of it.
// Secrets come in hashed (token::stored_hash) or sealed (token::Master::seal): nothing in a table lets its reader in.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace store {

// ---- flows -------------------------------------------------------------------------------------------------------------
/// One login attempt. Everything the second half needs; opaque parts are the engine's.
struct Flow {
  std::int64_t id = 0;            // time-ordered: microseconds since 1970 << 11 | 11 random bits; append-ordered key
  std::string secret_hash;        // SHA-256 of the state's random part
  std::int64_t browser = 0;       // number of the browser cookie; 0 = none
  std::string browser_hash;       // SHA-256 of the cookie's value; "" = bound otherwise
  std::string challenge;          // flow_challenge as sent (base64url SHA-256 of flow_verifier); "" = none
  std::string provider;
  std::string redirect_uri;
  std::string kept;               // the engine's own (nonce, code_verifier, ...), JSON; sealed by the caller if it needs be
  std::string mode;               // "api" (POST /o/{provider}/) or "redirect": neither finishes the other
  base::Time expires{};
  bool operator==(const Flow&) const = default;
};

enum class Take { taken, unknown, used, expired };
struct Taken {
  Take outcome = Take::unknown;
  Flow flow;                      // set unless unknown
};

// ---- users -------------------------------------------------------------------------------------------------------------
struct User {
  std::int64_t id = 0;
  std::string username;
  std::string email;              // "" = none
  bool email_verified = false;
  std::string name, first_name, last_name, picture;
  bool active = true;
  base::Time created{};
  bool operator==(const User&) const = default;
};

/// What a provider told about a person, after all checks.
struct Profile {
  std::string provider;           // the configured name ("google-oauth2")
  std::string issuer;             // identity = (issuer, uid), bytes compared; issuer is the OIDC issuer or the provider's name
  std::string uid;                // never empty
  std::string username, email, name, first_name, last_name, picture;
  bool email_verified = false;
  std::string extra = "{}";       // JSON object: what the provider's file keeps besides; the store never looks into it
};

/// One way to sign in that a user has.
struct Identity {
  std::int64_t id = 0;
  std::int64_t user = 0;
  std::string provider, issuer, uid, username, email, name, first_name, last_name, picture;
  bool email_verified = false;
  std::string extra;              // JSON object
  base::Time created{}, used{};
};

/// Who may sign in (configuration: [accounts]).
struct AccountRules {
  bool create_users = true;
  std::vector<std::string> allowed_domains;  // empty = anyone; otherwise only verified e-mails of these domains pass
  bool link_by_verified_email = false;       // a new identity joins the one user who has the same verified e-mail
};

struct SignedIn {
  User user;
  bool created = false;
  std::int64_t identity = 0;
};

// ---- sessions and refresh tokens ---------------------------------------------------------------------------------------
/// A session is one signed-in device and the family of its refresh tokens.
struct Session {
  std::int64_t id = 0;
  std::int64_t user = 0;
  std::string provider;
  std::string user_agent;         // at most 200 bytes
  base::Time created{}, used{}, expires{};
  bool ended = false;
};

/// What is known of a refresh token.
struct Refresh {
  Session session;
  bool exchanged = false;         // it has a successor
};

/// What a login writes, in one durable transaction: user found or made, identity touched, session with its first refresh token, audit row.
struct LoginRecord {
  Profile profile;
  AccountRules rules;
  std::string refresh_hash;       // token::stored_hash(jti)
  base::Time refresh_expires{};
  std::string user_agent, remote_addr, request_id;
};
struct LoginDone {
  SignedIn who;
  std::int64_t session = 0;
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
};
enum class RotateOutcome { rotated, same_successor, reused, unknown, ended, expired };
struct Rotated {
  RotateOutcome outcome = RotateOutcome::unknown;
  std::string sealed;             // the successor's `new_sealed` (for same_successor: the one that was given the first time)
  base::Time issued{}, expires{}; // the successor's, so that the very same token can be made again
  User user;
  std::string provider;
  std::int64_t session = 0;
};

// ---- keys --------------------------------------------------------------------------------------------------------------
struct StoredKey {
  std::string kid;
  std::string alg;
  std::string sealed;             // PKCS#8 PEM under the master key (token::Master::seal by the caller; store knows no crypto)
  base::Time created{};
  std::optional<base::Time> retired;
};

struct AuditEntry {
  std::string event;              // "login", "login_refused", "refresh_reuse", ...
  std::int64_t user = 0;          // 0 = none
  std::string provider = {}, outcome = {}, detail = {}, remote_addr = {}, request_id = {};
};

}  // namespace store
