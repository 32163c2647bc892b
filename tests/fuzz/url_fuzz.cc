// url_fuzz.cc: base::parse_url and what stands on it: a URL that was taken apart and put together is the same, and a call that
// passed the rules goes to the host that the rules looked at. Behind a blank line: headers of the call, a line each.
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"
#include "net/rules.h"

namespace {

std::string built(const base::Url& url) { return base::origin_of(url) + url.path + (url.has_query ? "?" + url.query : ""); }

void check_call(const std::string& text, std::string_view headers) {
  net::Request request;
  request.url = text;
  for (fuzz::Lines lines{headers}; !lines.empty();) {
    const auto line = lines.next();
    const auto colon = line.find(": ");
    if (colon != line.npos) request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
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
    for (const auto& [name, value] : request.headers) {
      HOLDS(!name.empty() && name.find_first_of(std::string_view{"\0\r\n: ", 5}) == std::string::npos &&
            !base::equal_no_case(name, "host"));
      HOLDS(value.find_first_of(std::string_view{"\0\r\n", 3}) == std::string::npos && !base::equal_no_case(name, "transfer-encoding"));
    }
    for (const int status : {200, 302, 308, 404}) HOLDS(net::may_redirect(request, status) == (status / 100 == 3));
    const auto hop = net::follow(request, *target, text);
    if (hop) HOLDS(net::check(*hop) && hop->headers.size() <= request.headers.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto all = fuzz::view(data, size);
  const auto cut = all.find("\n\n");
  const std::string text{all.substr(0, cut)};
  check_call(text, cut == all.npos ? std::string_view{} : all.substr(cut + 2));
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
