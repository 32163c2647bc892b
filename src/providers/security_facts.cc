// security_facts.cc: the types of events, in one table.
#include <algorithm>
#include <array>

#include "providers/security_event.h"

namespace providers {
namespace {

struct Row {
  std::string_view type;
  Fact fact;
};

#define RISC "https://schemas.openid.net/secevent/risc/event-type/"
#define OAUTH "https://schemas.openid.net/secevent/oauth/event-type/"
#define CAEP "https://schemas.openid.net/secevent/caep/event-type/"
#define SSF "https://schemas.openid.net/secevent/ssf/event-type/"

constexpr std::array kRows{
    // OpenID RISC Profile 1.0 2, and what Google sends (Cross-Account Protection)
    Row{RISC "sessions-revoked", Fact::sessions_ended}, Row{RISC "tokens-revoked", Fact::tokens_revoked},
    Row{RISC "token-revoked", Fact::tokens_revoked}, Row{OAUTH "tokens-revoked", Fact::tokens_revoked},
    Row{OAUTH "token-revoked", Fact::tokens_revoked}, Row{RISC "account-disabled", Fact::disabled},
    Row{RISC "account-enabled", Fact::enabled}, Row{RISC "account-purged", Fact::gone},
    Row{RISC "account-credential-change-required", Fact::credential_in_danger},
    Row{RISC "credential-compromise", Fact::credential_in_danger}, Row{RISC "identifier-changed", Fact::address_gone},
    Row{RISC "identifier-recycled", Fact::address_gone}, Row{RISC "opt-in", Fact::noted}, Row{RISC "opt-out-initiated", Fact::noted},
    Row{RISC "opt-out-cancelled", Fact::noted}, Row{RISC "opt-out-effective", Fact::noted}, Row{RISC "recovery-activated", Fact::noted},
    Row{RISC "recovery-information-changed", Fact::noted}, Row{RISC "verification", Fact::verification},
    // OpenID CAEP 1.0 3. What a token claims is told anew at the next login.
    Row{CAEP "session-revoked", Fact::sessions_ended}, Row{CAEP "credential-change", Fact::credential_revoked},
    Row{CAEP "token-claims-change", Fact::noted}, Row{CAEP "assurance-level-change", Fact::noted},
    Row{CAEP "device-compliance-change", Fact::noted}, Row{CAEP "session-established", Fact::noted},
    Row{CAEP "session-presented", Fact::noted}, Row{CAEP "risk-level-change", Fact::noted},
    // OpenID Shared Signals Framework 1.0 8.1.4
    Row{SSF "verification", Fact::verification}, Row{SSF "stream-updated", Fact::noted},
    // Sign in with Apple, server-to-server notifications. Both spellings of the deletion occur in its documents.
    Row{"consent-revoked", Fact::consent_revoked}, Row{"account-delete", Fact::gone}, Row{"account-deleted", Fact::gone},
    Row{"email-disabled", Fact::address_gone}, Row{"email-enabled", Fact::noted},  // the next login brings the address
};

#undef RISC
#undef OAUTH
#undef CAEP
#undef SSF

}  // namespace

Fact fact_of(std::string_view type) noexcept {
  const auto it = std::find_if(kRows.begin(), kRows.end(), [type](const Row& row) { return row.type == type; });
  return it == kRows.end() ? Fact::unknown : it->fact;
}

std::string_view name_of(Fact fact) noexcept {
  switch (fact) {
    case Fact::verification: return "verification";
    case Fact::sessions_ended: return "sessions_ended";
    case Fact::tokens_revoked: return "tokens_revoked";
    case Fact::consent_revoked: return "consent_revoked";
    case Fact::disabled: return "disabled";
    case Fact::enabled: return "enabled";
    case Fact::gone: return "gone";
    case Fact::credential_in_danger: return "credential_in_danger";
    case Fact::credential_revoked: return "credential_revoked";
    case Fact::address_gone: return "address_gone";
    case Fact::noted: return "noted";
    case Fact::unknown: return "unknown";
  }
  return "";
}

}  // namespace providers
