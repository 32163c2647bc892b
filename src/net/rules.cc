// rules.cc: the checks of rules.h.
#include "net/rules.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace net {
namespace {

constexpr std::size_t max_url = 16 * 1024;
constexpr std::size_t max_header = 16 * 1024;

/// RFC 9110 5.6.2.
bool is_token(std::string_view s) noexcept {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
  });
}
bool is_method(std::string_view s) noexcept {
  return !s.empty() && s.size() <= 16 && std::all_of(s.begin(), s.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}
/// RFC 9110 5.5: no CR, LF, NUL; other controls but tab go too.
bool is_field_value(std::string_view s) noexcept {
  return s.size() <= max_header && std::all_of(s.begin(), s.end(), [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}
bool frames_the_message(std::string_view name) noexcept {
  constexpr std::string_view names[] = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"};
  return std::any_of(std::begin(names), std::end(names), [name](std::string_view n) { return base::equal_no_case(n, name); });
}

}  // namespace

base::Error refuse(std::string_view what, std::string_view host) {
  std::string detail{what};
  if (!host.empty()) detail.append(", ").append(host);
  return {base::Code::upstream, std::move(detail)};
}

base::Result<Target> check(const Request& request) {
  // The query may be longer than base::parse_url takes (tokens travel there); it cannot change where the call goes.
  const auto query = request.url.find('?');
  const auto url = base::parse_url(std::string_view{request.url}.substr(0, query));
  if (!url) return refuse("refused: not an absolute URL", {});
  if (request.url.size() > max_url) return refuse("refused: URL above 16 KiB", url->host);
  const auto tail = query == std::string::npos ? std::string_view{} : std::string_view{request.url}.substr(query);
  if (!std::all_of(tail.begin(), tail.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '#'; }))
    return refuse("refused: bytes in the query that are not visible ASCII", url->host);
  if (url->has_userinfo) return refuse("refused: user name in the URL", url->host);
  if (url->has_fragment) return refuse("refused: fragment in the URL", url->host);
  if (!base::is_secure_or_loopback(*url)) return refuse("refused: neither https nor http on loopback", url->host);
  if (!is_method(request.method)) return refuse("refused: method", url->host);
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value)) return refuse("refused: header name or value", url->host);
    if (frames_the_message(name)) return refuse("refused: header that frames the message", url->host);
  }
  Target target{url->host, base::origin_of(*url), base::is_loopback_host(url->host), Reach::any};
  if (!request.private_addresses) {
    if (target.loopback) return refuse("refused: private address", url->host);
    target.reach = Reach::public_only;
  } else if (url->scheme == "http") {
    target.reach = Reach::loopback_only;
  }
  return target;
}

bool may_redirect(const Request& request, int status) noexcept {
  const bool asks = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return asks && request.redirects > 0 && (request.method == "GET" || request.method == "HEAD");
}

base::Result<Request> follow(const Request& request, const Target& from, const std::string& url) {
  const auto next = base::parse_url(std::string_view{url}.substr(0, url.find('?')));
  if (!next) return refuse("protocol: redirect to no absolute URL", from.host);
  if (next->scheme != "https") return refuse("refused: redirect to " + next->scheme, from.host);
  Request hop = request;
  hop.url = url.substr(0, url.find('#'));
  --hop.redirects;
  if (base::origin_of(*next) == from.origin) return hop;
  std::erase_if(hop.headers, [](const Header& h) { return !base::equal_no_case(h.first, "accept"); });
  hop.private_addresses = false;
  hop.certificate.reset();
  return hop;
}

}  // namespace net
