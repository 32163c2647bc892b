// gate_path.cc: see gate_path.h.
#include "flow/gate_path.h"

#include <algorithm>
#include <optional>

#include "base/encode.h"
#include "base/text.h"

namespace flow {
namespace {

constexpr std::size_t kMostPath = 8192;

base::Error denied(const char* why) { return {base::Code::denied, std::string{"path: "} + why, "This address cannot be read."}; }

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_escape(std::string_view s, std::size_t at) noexcept {
  return at + 2 < s.size() && s[at] == '%' && digit(s[at + 1]) >= 0 && digit(s[at + 2]) >= 0;
}

bool has_escape(std::string_view s) noexcept {
  for (auto at = s.find('%'); at != s.npos; at = s.find('%', at + 1))
    if (is_escape(s, at)) return true;
  return false;
}

/// Decoded once; "%2F" stays as it is where `keep_slash`. Strict: each '%' must begin an escape, unless `loose` (what was decoded before).
std::optional<std::string> decode(std::string_view s, bool keep_slash, bool loose) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%' || (loose && !is_escape(s, i))) {
      out += s[i];
      continue;
    }
    if (!is_escape(s, i)) return std::nullopt;
    const auto c = static_cast<char>(digit(s[i + 1]) << 4 | digit(s[i + 2]));
    if (keep_slash && c == '/')
      out += "%2F";
    else
      out += c;
    i += 2;
  }
  return out;
}

/// NUL and other control bytes end names in C, lines in logs and headers; a backslash is a slash on Windows and to browsers; what is not
/// UTF-8 is read as something else by those who are lax ("%c0%ae" as a dot).
const char* unreadable(std::string_view s) {
  for (const char c : s) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return "a control character";
    if (c == '\\') return "a backslash";
  }
  return base::is_utf8(s) ? nullptr : "not UTF-8";
}

/// "." and "..", also with path parameters ("..;x" is ".." to Tomcat).
bool has_dots(std::string_view s) {
  for (const auto& segment : base::split(s, '/')) {
    const auto plain = std::string_view{segment}.substr(0, segment.find(';'));
    if (plain == "." || plain == "..") return true;
  }
  return false;
}

/// RFC 3986 5.2.4, slashes merged; nullopt if it leads out of the root.
std::optional<std::string> resolve(std::string_view s) {
  std::vector<std::string_view> kept;
  bool open = true;  // ends with a slash
  for (std::size_t at = 0; at < s.size();) {
    const auto end = std::min(s.find('/', at), s.size());
    const auto segment = s.substr(at, end - at);
    at = end + 1;
    const bool dots = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") {
      if (kept.empty()) return std::nullopt;
      kept.pop_back();
    } else if (!dots) {
      kept.push_back(segment);
    }
    open = dots || end < s.size();
  }
  std::string out;
  for (const auto segment : kept) out.append(1, '/').append(segment);
  if (open || kept.empty()) out += '/';
  return out;
}

std::string without_parameters(std::string_view s) {
  std::vector<std::string> segments = base::split(s, '/');
  for (auto& segment : segments) segment.resize(std::min(segment.find(';'), segment.size()));
  return base::join(segments, "/");
}

/// What a program that decodes once more would see; an error if that is something no one should.
base::Status add_decoded_twice(const std::string& once, std::vector<std::string>& readings) {
  const auto twice = decode(once, false, true);
  if (unreadable(*twice) != nullptr || has_dots(*twice)) return denied("an escape within an escape");
  readings.push_back(*resolve(*twice));
  readings.push_back(*resolve(without_parameters(*twice)));
  return base::ok;
}

}  // namespace

base::Result<std::vector<std::string>> read_paths(std::string_view uri) {
  const auto raw = uri.substr(0, uri.find('?'));
  if (!raw.starts_with('/')) return denied("it does not begin with a slash");
  if (raw.size() > kMostPath) return denied("too long");
  if (raw.find('#') != raw.npos) return denied("a fragment");  // CVE-2026-41059
  const auto decoded = decode(raw, false, false);
  if (!decoded) return denied("a broken escape");
  if (const auto* why = unreadable(*decoded)) return denied(why);
  const bool merged = decoded->find("//") != decoded->npos;
  const bool slash = base::lower(raw).find("%2f") != std::string::npos;
  const bool parameters = decoded->find(';') != decoded->npos;
  const bool twice = has_escape(*decoded);
  if (has_dots(*decoded) && (merged || slash || parameters || twice)) return denied("dot segments among other oddities");
  const auto plain = resolve(*decoded);
  if (!plain) return denied("it leads out of the root");
  std::vector<std::string> readings{*plain};
  if (merged) readings.push_back(*decoded);
  if (slash) readings.push_back(*resolve(*decode(raw, true, false)));
  if (parameters) readings.push_back(*resolve(without_parameters(*decoded)));
  if (twice) {
    if (auto added = add_decoded_twice(*decoded, readings); !added) return added.error();
  }
  return readings;
}

bool is_below(std::string_view path, std::string_view prefix) noexcept {
  return path.starts_with(prefix) || (path.size() + 1 == prefix.size() && prefix.starts_with(path));
}

bool is_below_no_case(std::string_view path, std::string_view prefix) noexcept {
  return base::starts_with_no_case(path, prefix) || (path.size() + 1 == prefix.size() && base::starts_with_no_case(prefix, path));
}

}  // namespace flow
