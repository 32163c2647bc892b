// flow/gate_rules.h: which rules stand over what somebody wants to see, and whether that somebody may. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace flow {

using GateRules = std::vector<config::GateRule>;

/// What is asked for: by its address or by the name of a rule, either may be missing.
struct GateAsked {
  std::string_view original;          // raw request target; "" = not known
  const std::string* rule = nullptr;  // GET /gate?rule=NAME, which goes before the address; nullptr = none named
  std::string_view mount;  // what is below it is ours, and has locks of its own: open, unless a rule with a longer path says otherwise
};

/// The rules that must all let somebody in: for each reading of the address (gate_path.h) the one with the longest path that holds it,
/// capitals aside and not. nullptr stands for "no rule": signed in is enough. Code::denied if the address cannot be read, is not known
/// although there are rules, or the rule named is none; `detail` says what to configure.
base::Result<std::vector<const config::GateRule*>> find_rules(const GateRules& rules, const GateAsked& asked);

/// Somebody who is signed in.
struct GateVisitor {
  std::int64_t id = 0;
  std::string_view username, email, provider;
  bool email_verified = false, active = true;
  std::string_view extra = "{}",
                   claims = "{}";  // JSON objects: what the provider's file keeps; what the login hook said, which goes before
};

struct Verdict {
  enum class Kind { let_in, sign_in, forbidden };
  Kind kind = Kind::forbidden;
  std::string_view why;  // for the log line: a word, never whose
};

/// The decision: nullopt is nobody. The strictest of `rules` counts; there is at least one.
Verdict judge(const std::vector<const config::GateRule*>& rules, const std::optional<GateVisitor>& who);

/// True if one of `rules` asks for claims, so that the identity must be read.
bool asks_claims(const std::vector<const config::GateRule*>& rules) noexcept;

}  // namespace flow
