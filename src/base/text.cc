// text.cc
#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

namespace base {
namespace {

constexpr char lower_char(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char upper_char(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

/// A number followed by a unit: splits "64KiB" into 64 and "KiB".
std::optional<std::pair<std::int64_t, std::string_view>> number_and_unit(std::string_view s) noexcept {
  const auto digits = std::min(s.find_first_not_of("0123456789"), s.size());
  const auto number = parse_int(s.substr(0, digits));
  if (!number) return std::nullopt;
  return std::pair{*number, s.substr(digits)};
}

}  // namespace

std::vector<std::string> split(std::string_view s, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const auto end = s.find(separator, begin);
    parts.emplace_back(s.substr(begin, end == s.npos ? s.npos : end - begin));
    if (end == s.npos) return parts;
    begin = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string_view trim(std::string_view s) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = s.find_first_not_of(blank);
  if (begin == s.npos) return {};
  return s.substr(begin, s.find_last_not_of(blank) - begin + 1);
}

std::string lower(std::string_view s) {
  std::string out{s};
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

std::string upper(std::string_view s) {
  std::string out{s};
  std::transform(out.begin(), out.end(), out.begin(), upper_char);
  return out;
}

bool equal_no_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower_char(x) == lower_char(y); });
}

bool starts_with_no_case(std::string_view s, std::string_view prefix) noexcept {
  return s.size() >= prefix.size() && equal_no_case(s.substr(0, prefix.size()), prefix);
}

std::optional<std::int64_t> parse_int(std::string_view s) noexcept {
  std::int64_t n = 0;
  const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (s.empty() || ec != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return n;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view s) noexcept {
  constexpr std::int64_t longest = 10LL * 366 * 86400;
  const auto parts = number_and_unit(s);
  if (!parts) return std::nullopt;
  const auto [number, unit] = *parts;
  const std::int64_t factor = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86400 : 0;
  if (factor == 0 || number > longest / factor) return std::nullopt;
  return std::chrono::seconds{number * factor};
}

std::optional<std::size_t> parse_size(std::string_view s) noexcept {
  constexpr std::int64_t most = 1LL << 30;
  const auto parts = number_and_unit(s);
  if (!parts) return std::nullopt;
  const auto [number, unit] = *parts;
  const std::int64_t factor = unit.empty() || unit == "B" ? 1
                              : unit == "KiB"             ? 1 << 10
                              : unit == "MiB"             ? 1 << 20
                              : unit == "GiB"             ? most
                                                          : 0;
  if (factor == 0 || number > most / factor) return std::nullopt;
  return static_cast<std::size_t>(number * factor);
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;  // further away is another word, not a slip
  for (const auto& candidate : candidates) {
    const auto d = distance(lower(word), lower(candidate));
    if (d < least) {
      least = d;
      best = &candidate;
    }
  }
  return best ? std::optional{*best} : std::nullopt;
}

}  // namespace base
