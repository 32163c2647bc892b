#include "store/rules.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace store {
namespace {

constexpr std::size_t kMostUsername = 150;

bool alphanumeric(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool fits_username(char c) noexcept { return alphanumeric(c) || std::string_view{"@.+-_"}.find(c) != std::string_view::npos; }

std::string cleaned(std::string_view s) {
  std::string out;
  std::copy_if(s.begin(), s.end(), std::back_inserter(out), fits_username);
  if (out.size() > kMostUsername) out.resize(kMostUsername);
  return out;
}

std::string_view domain_of(std::string_view email) { return email.substr(email.rfind('@') + 1); }

bool is_one_of(const std::vector<std::string>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [word](const std::string& one) { return base::equal_no_case(one, word); });
}

}  // namespace

std::string match_email(std::string_view email) {
  const auto at = email.find('@');
  if (email.size() > 254 || at == email.npos || at == 0 || at + 1 == email.size() || email.find('@', at + 1) != email.npos) return {};
  const auto fit = [](char c) { return c > 0x20 && c < 0x7f && std::string_view{",;:<>()[]\"\\"}.find(c) == std::string_view::npos; };
  return std::all_of(email.begin(), email.end(), fit) ? base::lower(email) : std::string{};
}

bool admitted(const Profile& profile, const AccountRules& rules) {
  if (rules.allowed_domains.empty() && rules.allowed_emails.empty()) return true;
  const auto email = profile.email_verified ? match_email(profile.email) : std::string{};
  return !email.empty() && (is_one_of(rules.allowed_domains, domain_of(email)) || is_one_of(rules.allowed_emails, email));
}

bool trusted(std::string_view provider, std::string_view email, const AccountRules& rules) {
  if (rules.trusted_providers.empty()) return true;
  const auto address = match_email(email);
  const auto fits = [&](std::string_view entry) {
    const auto colon = entry.find(':');  // no provider's name has one
    if (entry.substr(0, colon) != provider) return false;
    return colon == entry.npos || (!address.empty() && base::equal_no_case(domain_of(address), entry.substr(colon + 1)));
  };
  return std::any_of(rules.trusted_providers.begin(), rules.trusted_providers.end(), fits);
}

std::string username_for(const Profile& profile) {
  const std::string_view email = profile.email;
  for (const auto candidate : {std::string_view{profile.username}, email.substr(0, email.find('@')), std::string_view{profile.uid}})
    if (auto name = cleaned(candidate); !name.empty()) return name;
  return "user";
}

bool is_username(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMostUsername && std::all_of(name.begin(), name.end(), fits_username);
}

std::string with_suffix(std::string_view username, std::string_view suffix) {
  return std::string{username.substr(0, kMostUsername - suffix.size())} + std::string{suffix};
}

std::string numbered(std::string_view username, int n) {
  if (n <= 1) return std::string{username};
  const bool digit = !username.empty() && username.back() >= '0' && username.back() <= '9';
  return with_suffix(username, (digit ? "-" : "") + std::to_string(n));
}

std::string_view clip(std::string_view s, std::size_t most) noexcept {
  if (s.size() <= most) return s;
  while (most > 0 && (static_cast<unsigned char>(s[most]) & 0xc0) == 0x80) --most;  // RFC 3629 3: 10xxxxxx continues a character
  return s.substr(0, most);
}

}  // namespace store
