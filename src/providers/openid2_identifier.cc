#include "providers/openid2_identifier.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace providers::openid2 {
namespace {

constexpr std::size_t kLongest = 255;
constexpr std::string_view kDigits = "{digits}", kLabel = "{label}";

base::Error unfit(std::string_view why) {
  return {base::Code::bad_request, "identifier: " + std::string{why}, "This is no OpenID: " + std::string{why}};
}

/// What would be taken away when the address is fetched, so that two texts would be one page (RFC 3986 5.2.4).
bool has_dot_segment(std::string_view path) {
  for (const auto& segment : base::split(path, '/')) {
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_label(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

struct Pattern {
  std::string_view before, after;
  bool digits = false;
};
std::optional<Pattern> read_pattern(std::string_view text) noexcept {
  const auto open = text.find('{');
  if (open == std::string_view::npos) return std::nullopt;
  const auto rest = text.substr(open);
  const bool digits = rest.starts_with(kDigits);
  if (!digits && !rest.starts_with(kLabel)) return std::nullopt;
  const Pattern pattern{text.substr(0, open), rest.substr((digits ? kDigits : kLabel).size()), digits};
  if (pattern.after.find('{') != std::string_view::npos) return std::nullopt;
  return pattern;
}

}  // namespace

base::Result<std::string> normalise(std::string_view typed) {
  typed = base::trim(typed);
  if (typed.size() > kLongest) return unfit("it is too long");
  if (base::starts_with_no_case(typed, "xri://")) typed.remove_prefix(6);
  if (typed.empty()) return unfit("it is empty");
  if (std::string_view{"=@+$!("}.find(typed[0]) != std::string_view::npos) return unfit("XRIs are not supported");
  std::string text{typed};
  if (text.find("://") == std::string::npos) text.insert(0, "https://");
  const auto url = base::parse_url(text);
  if (!url || url->has_userinfo) return unfit("it is no web address");
  if (!base::is_secure_or_loopback(*url)) return unfit("it must begin with https://");
  if (has_dot_segment(url->path)) return unfit("its path has . or .. in it");
  auto out = base::origin_of(*url) + (url->path.empty() ? "/" : url->path);
  if (url->has_query) out += '?' + url->query;
  if (out.size() > kLongest) return unfit("it is too long");
  return out;
}

std::string_view without_fragment(std::string_view identifier) noexcept { return identifier.substr(0, identifier.find('#')); }

bool is_pattern(std::string_view pattern) noexcept { return read_pattern(pattern).has_value(); }

std::optional<std::string> fit(std::string_view text, std::string_view claimed) {
  const auto pattern = read_pattern(text);
  if (!pattern || claimed.size() <= pattern->before.size() + pattern->after.size()) return std::nullopt;
  if (!claimed.starts_with(pattern->before) || !claimed.ends_with(pattern->after)) return std::nullopt;
  const auto part = claimed.substr(pattern->before.size(), claimed.size() - pattern->before.size() - pattern->after.size());
  if (part.size() > (pattern->digits ? 20 : 63) || !std::all_of(part.begin(), part.end(), pattern->digits ? is_digit : is_label))
    return std::nullopt;
  return std::string{part};
}

}  // namespace providers::openid2
