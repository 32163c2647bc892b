// url.cc: RFC 3986, only what an authority-based absolute URL needs, and nothing that browsers and servers read differently.
#include "base/url.h"

#include <algorithm>
#include <charconv>

#include "base/encode.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::size_t kLongest = 2048;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Printable ASCII but for the characters that parsers disagree about.
bool plain(std::string_view s) noexcept {
  return std::all_of(s.begin(), s.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>'; });
}

bool is_scheme(std::string_view s) noexcept {  // RFC 3986 3.1
  return !s.empty() && is_letter(s[0]) &&
         std::all_of(s.begin(), s.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_host(std::string_view s) noexcept {
  return !s.empty() &&
         std::all_of(s.begin(), s.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6(std::string_view s) noexcept { return s.find(':') != s.npos && s.find_first_not_of("0123456789abcdefABCDEF:.") == s.npos; }

bool read_port(std::string_view s, std::uint16_t& port) noexcept {
  if (s.empty()) return true;  // "host:" has the default port (RFC 3986 3.2.3)
  if (!std::all_of(s.begin(), s.end(), is_digit)) return false;
  const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), port);
  return ec == std::errc{} && end == s.data() + s.size() && port != 0;
}

bool read_authority(std::string_view s, Url& url) {
  if (const auto at = s.rfind('@'); at != s.npos) {
    url.has_userinfo = true;
    s.remove_prefix(at + 1);
  }
  if (s.starts_with('[')) {
    const auto close = s.find(']');
    if (close == s.npos || !is_ipv6(s.substr(1, close - 1))) return false;
    url.ipv6 = true;
    url.host = lower(s.substr(1, close - 1));
    s.remove_prefix(close + 1);
    return s.empty() || (s[0] == ':' && read_port(s.substr(1), url.port));
  }
  const auto colon = s.find(':');
  if (!is_host(s.substr(0, colon))) return false;
  url.host = lower(s.substr(0, colon));
  return colon == s.npos || read_port(s.substr(colon + 1), url.port);
}

std::uint16_t default_port(std::string_view scheme) noexcept { return scheme == "https" ? 443 : scheme == "http" ? 80 : 0; }

}  // namespace

std::optional<Url> parse_url(std::string_view s) {
  const auto colon = s.find("://");
  if (s.size() > kLongest || !plain(s) || colon == s.npos || !is_scheme(s.substr(0, colon))) return std::nullopt;
  Url url;
  url.scheme = lower(s.substr(0, colon));
  auto rest = s.substr(colon + 3);
  if (const auto hash = rest.find('#'); hash != rest.npos) {
    url.has_fragment = true;
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != rest.npos) {
    url.has_query = true;
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  url.path = rest.substr(slash);
  if (!read_authority(rest.substr(0, slash), url)) return std::nullopt;
  return url;
}

std::string origin_of(const Url& url) {
  auto origin = url.scheme + "://" + (url.ipv6 ? '[' + url.host + ']' : url.host);
  if (url.port != 0 && url.port != default_port(url.scheme)) origin += ':' + std::to_string(url.port);
  return origin;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "localhost" || host.ends_with(".localhost") || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  // Four numbers, nothing else: "127.0.0.1.evil.example" is a name.
  int dots = 0, digits = 0, value = 0;
  for (const char c : host) {
    if (c == '.') {
      if (digits == 0) return false;
      ++dots;
      digits = value = 0;
    } else {
      if (!is_digit(c) || (digits > 0 && value == 0)) return false;  // "127.0.0.08" is a name to some (RFC 3986 3.2.2: no leading zeros)
      value = value * 10 + (c - '0');
      if (++digits > 3 || value > 255) return false;
    }
  }
  return dots == 3 && digits > 0;
}

bool is_secure_or_loopback(const Url& url) noexcept {
  return url.scheme == "https" || (url.scheme == "http" && is_loopback_host(url.host));
}

void append_query(std::string& url, std::string_view name, std::string_view value) {
  const auto mark = url.find('?');
  if (mark == url.npos)
    url += '?';
  else if (!url.ends_with('?') && !url.ends_with('&'))
    url += '&';
  url += percent_encode(name);
  url += '=';
  url += percent_encode(value);
}

}  // namespace base
