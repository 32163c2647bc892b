// next_fuzz.cc: flow::check_next: what is let through leads to our host or to a listed place, also as browsers read it (WHATWG
// URL 4.4), which is not as RFC 3986 has it: backslashes are slashes, tabs and line ends are not there, spaces around it neither.
#include "base/text.h"
#include "base/url.h"
#include "flow/next.h"
#include "fuzz.h"

namespace {

const config::Config& settings() {
  static const auto made = [] {
    config::Config c;
    c.public_url = "https://app.example/auth";
    c.mount = "/auth";
    c.pages.next_urls = {"https://shop.example", "https://one.example/only?this=1"};
    return c;
  }();
  return made;
}

/// "scheme://host:port" of where a browser goes that stands on `base` and is given `text`.
std::string browser_goes(std::string_view text, std::string_view base) {
  std::string seen;
  for (const char c : text) {
    if (c != '\t' && c != '\n' && c != '\r') seen += c == '\\' ? '/' : c;
  }
  const auto begin =
      seen.find_first_not_of(std::string_view{"\0\1\2\3\4\5\6\7\10\13\14\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37 ", 31});
  seen.erase(0, begin);
  auto scheme = std::string{"https"};
  auto rest = std::string_view{seen};
  const auto colon = rest.find(':');
  if (colon < rest.find_first_of("/?#")) {
    scheme = base::lower(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
    if (scheme != "https" && scheme != "http") return scheme + ":";
  } else if (!rest.starts_with("//")) {
    return std::string{base};  // a path of this host
  }
  rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
  auto host = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
  return scheme + "://" + base::lower(host);
}

std::string_view without_port(std::string_view origin) { return origin.ends_with(":443") ? origin.substr(0, origin.size() - 4) : origin; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto next = fuzz::view(data, size);
  const auto& config = settings();
  const auto checked = flow::check_next(next, config);
  if (!checked) return 0;
  const auto location = flow::location_of(*checked, config);
  for (const auto& text : {std::string{next}, *checked, location}) {
    const auto goes = browser_goes(text, "https://app.example");
    const auto origin = without_port(goes.ends_with(':') ? std::string_view{goes}.substr(0, goes.size() - 1) : std::string_view{goes});
    HOLDS(origin == "https://app.example" || origin == "https://shop.example" || origin == "https://one.example");
    if (origin == "https://one.example") HOLDS(text == "https://one.example/only?this=1");
    for (const char c : text) HOLDS(c > ' ' && c < '\x7f' && c != '\\' && c != '"' && c != '<' && c != '>');
  }
  HOLDS(checked->starts_with('/') ? !checked->starts_with("//") : base::parse_url(*checked).has_value());
  const auto again = flow::check_next(*checked, config);
  HOLDS(again && *again == *checked);
  HOLDS(!location.starts_with("https://app.example/auth/o/"));
  return 0;
}
