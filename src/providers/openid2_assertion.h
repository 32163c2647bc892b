// openid2_assertion.h: is this positive assertion for us, for this login, from this OP, and still fresh? OpenID 2.0 10.1 and 11, all but
// the signature itself. And what it says of the user, as far as it is signed. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "providers/openid2_message.h"

namespace providers::openid2 {

struct Expected {
  std::string return_to, op_endpoint;
  base::Time now{};
};

struct Assertion {
  Fields fields;                     // all of them: check_authentication wants them back
  std::vector<std::string> covered;  // the names in `signed`, in its order

  /// "" unless the signature covers it.
  std::string_view value(std::string_view name) const noexcept;
  /// The prefix under which the extension `uri` speaks, "" if it does not. Its declaration must be signed too, or else signed fields of one
  /// extension could be passed off as another's.
  std::string alias_of(std::string_view uri) const;
};

/// Refusals are Code::denied with a `say`.
base::Result<Assertion> check_assertion(const Params& params, const Expected& expected);

/// Simple Registration 1.1: field -> value; attribute exchange 1.0: type URI -> first value. Signed ones only, empty ones left out.
Fields sreg_of(const Assertion& assertion);
Fields ax_of(const Assertion& assertion);

/// PAPE 1.0 5.2: when the user proved to the OP who they are. Absent unless it is signed.
std::optional<base::Time> auth_time_of(const Assertion& assertion);

base::Error refused(std::string why, std::string_view say);

}  // namespace providers::openid2
