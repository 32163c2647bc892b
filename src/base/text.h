// text.h: small text helpers that several folders share.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::vector<std::string> split(std::string_view s, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Without leading and trailing space, tab, CR and LF.
std::string_view trim(std::string_view s) noexcept;
/// ASCII only; other bytes stay.
std::string lower(std::string_view s);
std::string upper(std::string_view s);
bool starts_with_no_case(std::string_view s, std::string_view prefix) noexcept;
bool equal_no_case(std::string_view a, std::string_view b) noexcept;
/// Whole text, decimal, no sign but '-', no locale; nullopt if anything else or out of range.
std::optional<std::int64_t> parse_int(std::string_view s) noexcept;
/// "10s", "10m", "2h", "30d"; at least 0 and at most 10 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view s) noexcept;
/// "64KiB", "1MiB", "512B", "1024"; at most 1 GiB.
std::optional<std::size_t> parse_size(std::string_view s) noexcept;
/// The nearest of `candidates` by edit distance, if near enough to be what was meant; for "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace base
