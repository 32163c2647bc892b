// cli/printable.h: what came from outside is shown to a terminal: control characters must not reach it (CWE-150), nor what is no text.
#pragma once
#include <string>

#include "base/encode.h"

namespace cli {

inline std::string printable(std::string text) {
  const bool utf8 = base::is_utf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (!utf8 && byte > 0x7f)) c = '?';
  }
  return text;
}

}  // namespace cli
