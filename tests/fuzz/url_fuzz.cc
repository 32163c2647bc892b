// url_fuzz.cc: base::parse_url and what stands on it: a URL that was taken apart and put together is the same, and a call that
// passed the rules goes to the host that the rules looked at.
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"
#include "net/rules.h"

namespace {

std::string built(const base::Url& url) { return base::origin_of(url) + url.path + (url.has_query ? "?" + url.query : ""); }

void check_call(const std::string& text) {
  net::Request request;
  request.url = text;
  request.redirects = 1;
  for (const bool inside : {false, true}) {
    request.private_addresses = inside;
    const auto target = net::check(request);
    if (!target) continue;
    // Read once more, as the simplest of programs would: the host ends at the first of these, wherever it is.
    const auto begin = text.find("://") + 3;
    const auto authority = base::lower(text.substr(begin, text.find_first_of("/?#\\", begin) - begin));
    HOLDS(authority == target->host || authority.starts_with(target->host + ':') || authority.starts_with('[' + target->host + ']'));
    HOLDS(base::lower(text.substr(0, begin)) == "https://" || target->loopback);
    HOLDS(inside || (!target->loopback && target->reach == net::Reach::public_only));
    HOLDS(text.find_first_of(std::string_view{"\0\t\r\n #", 6}) == std::string::npos);
    const auto hop = net::follow(request, *target, text);
    if (hop) HOLDS(net::check(*hop));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{fuzz::view(data, size)};
  check_call(text);
  net::allows(net::Reach::public_only, text);
  const auto url = base::parse_url(text);
  if (!url) return 0;
  HOLDS(!url->host.empty() && url->host.find_first_of("/\\?#@ ") == std::string::npos && url->path.find('?') == std::string::npos);
  HOLDS(url->path.empty() || url->path[0] == '/');
  const auto again = base::parse_url(built(*url));
  HOLDS(again && built(*again) == built(*url) && again->host == url->host && again->path == url->path && again->query == url->query);
  HOLDS(!base::is_loopback_host(url->host) || url->host == "::1" || url->host.ends_with("localhost") || net::is_literal(url->host));
  auto longer = built(*url);
  base::append_query(longer, "state", text.substr(0, 64));
  if (longer.size() <= 2048) HOLDS(base::parse_url(longer));
  return 0;
}
