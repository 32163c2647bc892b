// json_text.h: text into a JSON string, for the rooms that write a few members and do not see json/.
#pragma once
#include <string>
#include <string_view>

namespace base {

/// Appends `text` as a JSON string with its quotes (RFC 8259 7). Text that is no UTF-8 comes from a path or a parameter: its bytes become
/// U+FFFD, so that what is written stays JSON.
void append_json_text(std::string& out, std::string_view text);

}  // namespace base
