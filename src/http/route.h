// http/route.h: a path against a pattern. Patterns are literal but for one "{name}" (which may span slashes, as djoser's \S+ does) and are
// matched whole; flow/routes.cc holds the table.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// The decoded text that stands for "{...}" ("" where the pattern has none); nullopt if `path` does not fit. The text is not empty and
/// holds no whitespace or control characters. `path` is raw (percent-encoded).
std::optional<std::string> match(std::string_view pattern, std::string_view path);

}  // namespace http
