// encode.h: the text encodings of the web. Decoders are strict: a wrong byte is an error, never skipped.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// RFC 4648 5, no padding.
std::string base64url(std::string_view bytes);
/// Strict: no padding, no whitespace, no non-zero trailing bits (one text per value). nullopt if wrong.
std::optional<std::string> base64url_decode(std::string_view text);
/// RFC 4648 4, with padding.
std::string base64(std::string_view bytes);
/// Padding required, whitespace (PEM, header folds) refused.
std::optional<std::string> base64_decode(std::string_view text);
/// Lower-case hexadecimal.
std::string hex(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);
/// RFC 3986 2.1: everything but unreserved characters is escaped (space is %20).
std::string percent_encode(std::string_view s);
/// %XX decoded; with `plus` also '+' as space (form data, WHATWG URL 5). A broken escape stays as it stands (as browsers and Django do).
std::string percent_decode(std::string_view s, bool plus = false);
/// True if `s` is well-formed UTF-8 (RFC 3629): no surrogates, no overlong forms.
bool is_utf8(std::string_view s) noexcept;

}  // namespace base
