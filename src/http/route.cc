// http/route.cc: patterns.
#include "http/route.h"

#include <algorithm>

#include "base/encode.h"

namespace http {

std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path ? std::optional<std::string>{""} : std::nullopt;
  const auto head = pattern.substr(0, open);
  const auto tail = pattern.substr(pattern.find('}', open) + 1);
  if (path.size() <= head.size() + tail.size() || !path.starts_with(head) || !path.ends_with(tail)) return std::nullopt;
  auto text = base::percent_decode(path.substr(head.size(), path.size() - head.size() - tail.size()));
  // Decoded first, then checked: %0a or %00 in a provider's name must not reach a log line or a file name (CWE-117, CWE-158).
  const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
  });
  if (!clean) return std::nullopt;
  return text;
}

}  // namespace http
