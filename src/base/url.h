// url.h: taking a URL apart (RFC 3986), strictly, for checks. Not for fetching: that is net/.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

struct Url {
  std::string scheme;      // lower case
  std::string host;        // lower case; IPv6 without brackets
  std::uint16_t port = 0;  // 0 = the scheme's default
  std::string path;        // as it stands, "" possible
  std::string query;       // without '?'
  bool has_query = false;
  bool has_fragment = false;
  bool has_userinfo = false;
  bool ipv6 = false;
};

/// An absolute URL with an authority. nullopt for anything else: relative, no host, spaces, control or non-ASCII
/// bytes, backslashes, a bad port. At most 2048 bytes.
std::optional<Url> parse_url(std::string_view s);
/// scheme://host[:port] with default ports left out, as a browser's Origin (RFC 6454 6.1).
std::string origin_of(const Url& url);
/// 127.0.0.0/8, ::1, "localhost" and names below it (RFC 6761 6.3).
bool is_loopback_host(std::string_view host) noexcept;
/// https, or http on a loopback host: what may be called, and where codes may travel (RFC 9700 2.6, RFC 8252 7.3).
bool is_secure_or_loopback(const Url& url) noexcept;
/// Appends "name=value", percent-encoded, with '?' or '&' as needed.
void append_query(std::string& url, std::string_view name, std::string_view value);

}  // namespace base
