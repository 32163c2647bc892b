#include "store/rules.h"

#include <algorithm>

#include "base/text.h"

namespace store {
namespace {

constexpr std::size_t kMostUsername = 150;

bool alphanumeric(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string cleaned(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (alphanumeric(c) || std::string_view{"@.+-_"}.find(c) != std::string_view::npos) out += c;
  if (out.size() > kMostUsername) out.resize(kMostUsername);
  return out;
}

}  // namespace

std::string match_email(std::string_view email) {
  const auto at = email.find('@');
  if (email.size() > 254 || at == email.npos || at == 0 || at + 1 == email.size() || email.find('@', at + 1) != email.npos) return {};
  const auto fit = [](char c) { return c > 0x20 && c < 0x7f && std::string_view{",;:<>()[]\"\\"}.find(c) == std::string_view::npos; };
  return std::all_of(email.begin(), email.end(), fit) ? base::lower(email) : std::string{};
}

bool domain_allowed(const Profile& profile, const AccountRules& rules) {
  if (rules.allowed_domains.empty()) return true;
  const auto email = profile.email_verified ? match_email(profile.email) : std::string{};
  if (email.empty()) return false;
  const auto domain = std::string_view{email}.substr(email.rfind('@') + 1);
  return std::any_of(rules.allowed_domains.begin(), rules.allowed_domains.end(),
                     [&](const std::string& allowed) { return base::equal_no_case(domain, allowed); });
}

std::string username_for(const Profile& profile) {
  const std::string_view email = profile.email;
  for (const auto candidate : {std::string_view{profile.username}, email.substr(0, email.find('@')), std::string_view{profile.uid}})
    if (auto name = cleaned(candidate); !name.empty()) return name;
  return "user";
}

std::string with_suffix(std::string_view username, std::string_view suffix) {
  return std::string{username.substr(0, kMostUsername - suffix.size())} + std::string{suffix};
}

std::string_view clip(std::string_view s, std::size_t most) noexcept {
  if (s.size() <= most) return s;
  while (most > 0 && (static_cast<unsigned char>(s[most]) & 0xc0) == 0x80) --most;  // RFC 3629 3: 10xxxxxx continues a character
  return s.substr(0, most);
}

}  // namespace store
