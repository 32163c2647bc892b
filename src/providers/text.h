// providers/text.h: making what a provider wrote fit to be shown, stored or logged.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace providers {

/// `s` without control characters (C0, C1, line and paragraph separators) and without the marks that turn the direction of text
/// (they make one name look like another, Unicode TR 36 2.5); runs of space made one; cut at a character's end to `most` bytes.
/// "" if `s` is not UTF-8.
std::string clean(std::string_view s, std::size_t most);

/// True if `s` may be kept as an identifier, byte for byte: UTF-8, 1 to 255 bytes, no control character. Identifiers are never cleaned:
/// that could make two users one.
bool is_identifier(std::string_view s) noexcept;

/// One '@' with something on both sides, no control character, space or any of ,;:<>()[]\" and at most 254 bytes (RFC 5321 4.5.3.1.3).
/// What fails here was bent to pass for another address (CVE-2022-35924, GHSA-c5c4-8r6x-56w3).
bool is_plain_email(std::string_view s) noexcept;

}  // namespace providers
