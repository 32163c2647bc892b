// language.h: which of our languages a browser is answered in, and our texts in it.
#pragma once
#include <string_view>

#include "pages/files.h"

namespace pages {

/// The best language for an Accept-Language header (RFC 9110 12.5.4), by lookup (RFC 4647 3.4): the range with the highest quality of which
/// we have the language, whatever its script and region; English if there is none. At most 1000 bytes and 32 ranges are read.
const Language& pick_language(std::string_view accept) noexcept;
/// The text of that key; "" if there is none (the build stops at a template that names one).
std::string_view text_of(const Language& language, std::string_view key) noexcept;
/// The key of what to advise about an error: the first row of www/advice.json that fits its text, else its status.
std::string_view advice_for(std::string_view text, int status) noexcept;

}  // namespace pages
