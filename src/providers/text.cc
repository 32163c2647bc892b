#include "providers/text.h"

#include <algorithm>

#include "base/encode.h"

namespace providers {
namespace {

/// Length of the control or direction character that `s` begins with; 0 if it begins with another. `s` is UTF-8.
std::size_t unwanted(std::string_view s) noexcept {
  const auto at = [s](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0; };
  if (at(0) < 0x20 || at(0) == 0x7f) return 1;
  if (at(0) == 0xc2 && at(1) < 0xa0) return 2;                    // U+0080-U+009F
  if (at(0) == 0xd8 && at(1) == 0x9c) return 2;                   // U+061C
  if (at(0) == 0xef && at(1) == 0xbb && at(2) == 0xbf) return 3;  // U+FEFF
  if (at(0) != 0xe2) return 0;
  if (at(1) == 0x80 && ((at(2) >= 0x8b && at(2) <= 0x8f) || (at(2) >= 0xa8 && at(2) <= 0xae))) return 3;  // U+200B-200F, U+2028-202E
  if (at(1) == 0x81 && at(2) >= 0xa0 && at(2) <= 0xaf) return 3;                                          // U+2060-206F
  return 0;
}

}  // namespace

std::string clean(std::string_view s, std::size_t most) {
  if (!base::is_utf8(s)) return {};
  std::string out;
  bool space = false;
  while (!s.empty()) {
    const auto bad = unwanted(s);
    if (bad != 0 || s[0] == ' ') {
      space = space || bad == 1 || bad == 0;  // a line end parts words, an invisible mark does not
      s.remove_prefix(std::max<std::size_t>(bad, 1));
      continue;
    }
    const auto c = static_cast<unsigned char>(s[0]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    const bool part = space && !out.empty();
    if (out.size() + length + (part ? 1 : 0) > most) break;
    if (part) out += ' ';
    space = false;
    out.append(s.substr(0, length));
    s.remove_prefix(length);
  }
  return out;
}

bool is_identifier(std::string_view s) noexcept {
  if (s.empty() || s.size() > 255 || !base::is_utf8(s)) return false;
  return std::none_of(s.begin(), s.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_plain_email(std::string_view s) noexcept {
  const auto at = s.find('@');
  if (s.size() > 254 || at == std::string_view::npos || at == 0 || at + 1 == s.size() || !base::is_utf8(s)) return false;
  if (s.find('@', at + 1) != std::string_view::npos || s.find_first_of(" ,;:<>()[]\\\"") != std::string_view::npos) return false;
  while (!s.empty()) {
    if (unwanted(s) != 0) return false;
    s.remove_prefix(1);
    while (!s.empty() && (static_cast<unsigned char>(s[0]) & 0xc0) == 0x80) s.remove_prefix(1);
  }
  return true;
}

}  // namespace providers
