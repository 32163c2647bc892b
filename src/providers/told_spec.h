// told_spec.h: the tables of a provider's file for what is said after a login: [end_session], the page there that ends a browser's session,
// and [events], what the provider sends about accounts (security_event.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "providers/spec_parts.h"
#include "providers/table.h"

namespace providers {

/// The variables of a logout, besides the provider's: what `params` may name.
inline constexpr std::string_view kLogoutVariables[] = {"id_token_hint", "post_logout_redirect_uri", "state"};

struct EndSessionRules {
  std::optional<Expression> url;  // absent: the metadata's
  Parameters params;              // without any: those of RP-Initiated Logout 1.0 2
};

struct EventRules {
  bool given = false;                  // the file has the table
  std::optional<Expression> keys;      // URL of the key set; absent: that of the id_tokens
  std::string issuer;                  // of the events; "" = the provider's
  std::vector<std::string> audiences;  // besides client_id and client_ids
  std::vector<crypto::Alg> algs;       // empty: as for id_tokens
  bool typ_required = true;            // false: `typ` may be left out (RFC 8417 2.3 recommends it, not everybody has it)
  /// The token stands in the member `payload` of a JSON object, and what happened is a JSON text within the claim `events`.
  bool in_payload = false;
};

EndSessionRules read_end_session(Table table);
EventRules read_event_rules(Table table);

}  // namespace providers
