// markup.h: text into HTML and XML.
#pragma once
#include <string>
#include <string_view>

namespace base {

/// `s` with & < > " and ' as references (HTML 13.1.4, XML 1.0 2.4), so that it stands as text and as an attribute's value in either quotes.
std::string escape_markup(std::string_view s);

}  // namespace base
