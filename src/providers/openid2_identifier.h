// openid2_identifier.h: the names by which OpenID 2.0 knows people: URLs that they may type in. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace providers::openid2 {

/// OpenID 2.0 7.2: "example.org/ann" is "https://example.org/ann", "HTTPS://Example.org:443" is "https://example.org/"; a fragment goes. At
/// most 255 bytes, the longest identifier that we keep. Where the standard would put http:// in front we put https://, and http:// is
/// refused (but on this machine): what a page says that anybody on the way can rewrite proves nothing. XRIs (=ann) are refused: nobody
/// resolves them any more. Code::bad_request with `say`.
base::Result<std::string> normalise(std::string_view typed);

/// Without its fragment, which tells the owners of a recycled identifier apart and is no part of the address (11.5).
std::string_view without_fragment(std::string_view identifier) noexcept;

/// A pattern of claimed identifiers: a text with one {digits} (1 to 20 of them) or {label} (1 to 63 letters, digits, '-' and '_') in it.
bool is_pattern(std::string_view pattern) noexcept;
/// What stands in the place of {digits} or {label} if `claimed` fits the pattern, byte for byte.
std::optional<std::string> fit(std::string_view pattern, std::string_view claimed);

}  // namespace providers::openid2
