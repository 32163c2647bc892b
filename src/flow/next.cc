// next.cc: may a login lead there? Everything that browsers, proxies and applications read in two ways is refused, though the answer to a
// login is an absolute URL of ours: a page that gets the path may hand it on.
#include "flow/next.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"

namespace flow {
namespace {

constexpr std::size_t kLongest = 2048;

using Why = const char*;  // nullptr: nothing is wrong

Why bad_bytes(std::string_view s) {
  if (s.size() > kLongest) return "it is longer than 2048 bytes";
  for (const char byte : s) {
    const auto c = static_cast<unsigned char>(byte);
    if (c <= 0x20 || c >= 0x7f) return "spaces, control characters and what is not ASCII are percent-encoded in a URL (RFC 3986 2)";
    if (c == '\\') return "a backslash is a slash to some browsers";
    if (c == '"' || c == '<' || c == '>') return "quotes and angle brackets are percent-encoded in a URL (RFC 3986 2)";
    if (c == '#') return "it has a fragment (#), which no server sees";
  }
  return nullptr;
}

Why bad_escapes(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') continue;
    const auto byte = base::hex_decode(base::lower(path.substr(i + 1, 2)));
    if (!byte || byte->size() != 1) return "its path has a % that begins no percent-encoding";
    const auto c = static_cast<unsigned char>((*byte)[0]);
    if (c < 0x20 || c == 0x7f) return "its path has an encoded control character";
    if (c == '\\') return "its path has an encoded backslash";
  }
  return nullptr;
}

/// "." and "..", in whatever spelling: browsers take them away (WHATWG URL 4.4), and what is left may begin with "//".
bool is_dots(std::string_view segment) {
  std::string plain;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (base::equal_no_case(segment.substr(i, 3), "%2e")) {
      plain += '.';
      i += 2;
    } else {
      plain += segment[i];
    }
  }
  return plain == "." || plain == "..";
}

Why bad_path(std::string_view path) {
  if (!path.starts_with('/')) return "a path begins with a slash";
  if (path.starts_with("//") || base::equal_no_case(path.substr(0, 4), "/%2f")) return "two slashes begin another host's address";
  if (auto why = bad_escapes(path)) return why;
  for (const auto& segment : base::split(path, '/')) {
    if (is_dots(segment)) return "its path has \".\" or \"..\" in it";
  }
  return nullptr;
}

base::Error refused(std::string_view why) {
  return {base::Code::bad_request, "next: " + std::string{why},
          "next must be a path of this host, or lead to where pages.next_urls allows: " + std::string{why} + "."};
}

/// `target` is path and query.
base::Result<std::string> local(std::string_view target, const config::Config& config) {
  const auto path = target.substr(0, target.find('?'));
  if (auto why = bad_path(path)) return refused(why);
  // A login that leads to the next one never ends, and one that leads to a provider's front-channel logout ends at once.
  if (path.starts_with(config.mount + "/o/")) return refused("it leads back to where logins begin and end");
  return std::string{target};
}

bool is_listed(std::string_view next, const base::Url& url, const config::Config& config) {
  const auto& list = config.pages.next_urls;
  return std::any_of(list.begin(), list.end(), [&](const std::string& entry) {
    if (entry == next) return true;
    const auto allowed = base::parse_url(entry);
    const bool is_origin = allowed && (allowed->path.empty() || allowed->path == "/") && !allowed->has_query;
    return is_origin && base::origin_of(*allowed) == base::origin_of(url);
  });
}

}  // namespace

base::Result<std::string> check_next(std::string_view next, const config::Config& config) {
  if (next.empty()) return refused("it is empty");
  if (auto why = bad_bytes(next)) return refused(why);
  if (next.starts_with('/')) return local(next, config);
  const auto url = base::parse_url(next);
  if (!url || (url->scheme != "https" && url->scheme != "http")) return refused("it is neither a path nor a URL with https");
  if (url->has_userinfo) return refused("a user name has no place in it");
  const auto path = url->path.empty() ? std::string{"/"} : url->path;
  if (auto why = bad_path(path)) return refused(why);
  const auto target = path + (url->has_query ? '?' + url->query : "");
  const auto ours = base::parse_url(config.public_url);
  if (ours && base::origin_of(*url) == base::origin_of(*ours)) return local(target, config);
  if (is_listed(next, *url, config)) return base::origin_of(*url) + target;
  return refused("this address is not listed there");
}

std::string location_of(std::string_view checked, const config::Config& config) {
  const std::string target{checked.empty() ? std::string_view{config.pages.home} : checked};
  if (!target.starts_with('/')) return target;
  const auto ours = base::parse_url(config.public_url);
  return (ours ? base::origin_of(*ours) : "") + target;
}

}  // namespace flow
