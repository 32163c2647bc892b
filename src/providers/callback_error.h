// callback_error.h: what a provider says in place of a code (RFC 6749 4.1.2.1), in the texts that djoser answers (wire.md E01-E10).
// Also used for an `error` in a token answer, which some providers send with status 200 (wire.md F02, F03).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace providers {

/// The refusal that `params` hold, if they hold one: parameter `error` (with `error_description`), or `denied` (OAuth 1.0a).
/// `say` has what the provider wrote, cleaned of control characters, at most 300 bytes of it. Of repeated names the last counts.
std::optional<base::Error> callback_error(const std::vector<std::pair<std::string, std::string>>& params);

/// The same for an `error` and its `description` from anywhere.
base::Error refusal(std::string_view error, std::string_view description);

}  // namespace providers
