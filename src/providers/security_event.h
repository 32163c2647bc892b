// security_event.h: what a provider tells of an account: Security Event Tokens (RFC 8417) that it pushes (RFC 8935), of RISC, CAEP and the
// Shared Signals Framework, and Apple's notifications, which are the same in other clothes ([events] in the provider's file).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "providers/provider.h"

namespace providers {

/// What happened, in the words of no specification.
enum class Fact {
  verification,    // a test of the stream
  sessions_ended,  // all of that account's, or the one that is named
  tokens_revoked,
  consent_revoked,  // the user took back what this application may do
  disabled,
  enabled,
  gone,  // the account was deleted there
  credential_in_danger,
  credential_revoked,
  address_gone,  // its e-mail address no longer reaches the user, or is another's
  noted,         // known, and nothing follows from it
  unknown,
};
std::string_view name_of(Fact fact) noexcept;

struct AccountEvent {
  Fact fact = Fact::unknown;
  std::string type;       // as the provider calls it, fit for a log
  std::string uid, sid;   // whose: the account there, a session there; both "" = nothing that we understand
  std::string email;      // where the subject is an address
  bool hijacked = false;  // `reason`: somebody else has the account
};

struct SecurityEvent {
  std::string issuer;  // as identities have it
  std::string jti;
  base::Time good_until{};  // how long the jti is to be remembered
  std::vector<AccountEvent> events;
};

/// A token that is refused, in the words of RFC 8935 2.4.
struct RefusedEvent {
  std::string_view err;  // "invalid_request", "invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed"
  base::Error why;       // `say` goes to the provider. Code::upstream: its keys cannot be had, it should try again
};
using ReadEvent = std::variant<SecurityEvent, RefusedEvent>;

/// Providers try again for days; what is older is none of ours any more.
inline constexpr std::chrono::hours kEventAge{24 * 7};

/// True if that provider's events can be verified at all.
bool tells_events(const Provider& provider) noexcept;

/// A request to /o/{provider}/events, believed or refused; all but whether its jti was seen before.
ReadEvent read_event(Provider& provider, World& world, std::string_view content_type, std::string_view body);

struct EventCheck {
  const Provider& provider;
  std::string_view issuer;  // the metadata's, where the file names none
  base::Time now{};
};
/// The claims alone, of a token whose signature was verified. Pure.
ReadEvent check_event(const token::Jws& jws, const EventCheck& check);

/// security_facts.cc: what a type of event means; Fact::unknown for what we do not know.
Fact fact_of(std::string_view type) noexcept;

}  // namespace providers
