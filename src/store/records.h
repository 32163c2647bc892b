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
  std::string mode;               // "api" (POST /o/{provider}/), "redirect" or "native" (a nonce for an app): none finishes another's
  base::Time expires{};
  std::string next;               // where redirect mode goes afterwards; checked when the flow began
  std::int64_t link_user = 0;     // the identity is to be linked to this user, who is signed in; 0 = a login
  bool operator==(const Flow&) const = default;
};

struct FlowSeen {
  Flow flow;
  bool used = false;
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
  bool disowned = false;          // the provider said that nobody should get in by it: it is disabled there, or gone
};

/// Who may sign in (configuration: [accounts]).
struct AccountRules {
  bool create_users = true;
  // Both empty = anyone; otherwise only verified e-mails that are on one of them pass.
  std::vector<std::string> allowed_domains = {}, allowed_emails = {};
  bool link_by_verified_email = false;             // a new identity joins the one user who has the same verified e-mail
  std::vector<std::string> trusted_providers = {};  // whose word on an e-mail links: "name" or "name:domain"; empty = all
};

struct SignedIn {
  User user;
  bool created = false;
  std::int64_t identity = 0;
};

// ---- keys --------------------------------------------------------------------------------------------------------------
struct StoredKey {
  std::string kid;
  std::string alg;
  std::string sealed;             // PKCS#8 PEM under the master key (token::Master::seal by the caller; store knows no crypto)
  base::Time created{};
  std::optional<base::Time> retired;
};

/// A provider's tokens that are kept with an identity.
struct KeptTokens {
  std::int64_t identity = 0, user = 0;
  std::string provider, issuer, uid;  // the identity's
  std::string sealed;
  std::optional<base::Time> expires;  // of the access token; none = not told
  std::int64_t version = 0;           // grows with every change of the tokens
  base::Time lease{};                 // until when one process has them to itself, to refresh them
};

/// A fact on its way to the application.
struct OutboxEvent {
  std::int64_t id = 0;
  std::string event;              // "user.created"
  std::string payload;            // JSON object
  base::Time created{};
  int attempts = 0;               // that failed
};

struct AuditEntry {
  std::string event;              // "login", "login_refused", "refresh_reuse", ...
  std::int64_t user = 0;          // 0 = none
  std::string provider = {}, outcome = {}, detail = {}, remote_addr = {}, request_id = {};
};

struct AuditRow {
  base::Time at{};
  AuditEntry entry;
};

}  // namespace store
