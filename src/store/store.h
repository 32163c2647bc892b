// store/store.h: what the program wants of its database, as use cases. All SQL is in the .cc files of this folder.
// Two databases: `main` (users, identities, sessions, keys, audit: durable) and `flows` (login attempts: losing them costs a retry).
// Tokens and states come in hashed or are hashed here; nothing in a table lets its reader in.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/db.h"

namespace store {

// ---- flows -------------------------------------------------------------------------------------------------------------
/// One login attempt. Everything the second half needs; opaque parts are the engine's.
struct Flow {
  std::int64_t id = 0;            // time-ordered: microseconds since 1970 << 12 | 12 random bits; append-ordered key
  std::string secret_hash;        // SHA-256 of the state's random part
  std::int64_t browser = 0;       // number of the browser cookie; 0 = none
  std::string browser_hash;       // SHA-256 of the cookie's value; "" = bound otherwise
  std::string challenge;          // flow_challenge as sent (base64url SHA-256 of flow_verifier); "" = none
  std::string provider;
  std::string redirect_uri;
  std::string kept;               // the engine's own (nonce, code_verifier, ...), JSON; sealed by the caller if it needs be
  std::string mode;               // "api" (POST /o/{provider}/) or "redirect": neither finishes the other
  base::Time expires{};
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
};

/// What a provider told about a person, after all checks.
struct Profile {
  std::string provider;           // the configured name ("google-oauth2")
  std::string issuer;             // identity = (issuer, uid), bytes compared; issuer is the OIDC issuer or the provider's name
  std::string uid;                // never empty
  std::string username, email, name, first_name, last_name, picture;
  bool email_verified = false;
};

/// Why a login was refused by the account rules; the text for the client is in flow/.
struct AccountRules {
  bool create_users = true;
  std::vector<std::string> allowed_domains;  // empty = anyone
  bool link_by_verified_email = false;
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

/// What a login writes, in one durable transaction: user found or made, identity touched, session with its first refresh token, audit row.
struct LoginRecord {
  Profile profile;
  AccountRules rules;
  std::string refresh_jti;        // stored hashed
  base::Time refresh_expires{};
  std::string user_agent, remote_addr, request_id;
};
struct LoginDone {
  SignedIn who;
  std::int64_t session = 0;
};

/// A rotation: `old_jti` is exchanged for `new_jti`. Reuse after the grace window ends the whole session.
struct Rotation {
  std::string old_jti, new_jti;
  base::Time now{}, new_expires{};
  std::chrono::seconds grace{10};
};
enum class RotateOutcome { rotated, same_successor, reused, unknown, ended, expired };
struct Rotated {
  RotateOutcome outcome = RotateOutcome::unknown;
  std::string jti;                // the successor (for same_successor: the one made the first time)
  base::Time issued{}, expires{}; // the successor's, so that the very same token can be made again
  User user;
  std::string provider;
  std::int64_t session = 0;
};

// ---- keys --------------------------------------------------------------------------------------------------------------
struct StoredKey {
  std::string kid;
  std::string alg;
  std::string sealed;             // PKCS#8 PEM under the master key (crypto::seal by the caller; store knows no crypto)
  base::Time created{};
  std::optional<base::Time> retired;
};

struct AuditEntry {
  std::string event;              // "login", "login_refused", "refresh_reuse", ...
  std::int64_t user = 0;          // 0 = none
  std::string provider, outcome, detail, remote_addr, request_id;
};

class Store {
  Db& main_;
  Db& flows_;
  base::Clock& clock_;

 public:
  Store(Db& main, Db& flows, base::Clock& clock) : main_(main), flows_(flows), clock_(clock) {}

  // flows.cc
  base::Status begin_flow(const Flow& flow);
  /// Single use, atomically: of parallel callers over all processes exactly one gets `taken`. Nothing changes unless id, secret_hash match.
  base::Result<Taken> take_flow(std::int64_t id, std::string_view secret_hash);
  /// The flow without using it up; nullopt if there is none.
  base::Result<std::optional<Flow>> find_flow(std::int64_t id, std::string_view secret_hash);
  /// True if that browser has begun a flow for that provider that is still on record.
  base::Result<bool> browser_began(std::int64_t browser, std::string_view browser_hash, std::string_view provider);
  /// Drops what expired; at most 10,000 a call. Returns how many.
  base::Result<std::int64_t> sweep_flows();
  base::Result<std::int64_t> count_flows();

  // accounts.cc
  base::Result<LoginDone> sign_in(const LoginRecord& record);
  base::Result<std::optional<User>> find_user(std::int64_t id);
  base::Status set_active(std::int64_t user, bool active);
  /// The user and all data.
  base::Status delete_user(std::int64_t user);

  // sessions.cc
  base::Result<Rotated> rotate_refresh(const Rotation& rotation);
  base::Status end_session(std::int64_t session);
  /// Drops expired sessions and refresh tokens.
  base::Result<std::int64_t> sweep_sessions();

  // keys.cc
  base::Result<std::vector<StoredKey>> keys();   // newest first
  base::Status add_key(const StoredKey& key, bool retire_others);
  base::Status drop_key(std::string_view kid);

  // cache.cc: discovery documents and key sets, so that a process just started fetches nothing
  struct Cached {
    std::string body;
    base::Time fetched{};
  };
  base::Result<std::optional<Cached>> cache_get(std::string_view url);
  base::Status cache_put(std::string_view url, std::string_view body);

  // audit.cc
  base::Status audit(const AuditEntry& entry);
  /// For /healthz: both databases answer.
  base::Status ping();
};

}  // namespace store
