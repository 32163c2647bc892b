#include "demo/people.h"

#include <algorithm>
#include <array>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace demo {
namespace {

constexpr std::array<Listed, 3> listed{{
    {"alva", "Alva Lindqvist", "alva@example.com", true},
    {"bruno", "Bruno Okafor", "bruno@example.com", true},
    {"chiyo", "Chiyo Marek", "chiyo@example.com", false},
}};

constexpr std::size_t name_limit = 100, email_limit = 254;  // RFC 5321 4.5.3.1.3: a path of 256 less its brackets

bool has_control(std::string_view s) noexcept {
  return std::any_of(s.begin(), s.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Enough for a demo: one @ with something on both sides, no blanks. The login's own checks come later, in latchstring proper.
bool is_email(std::string_view s) noexcept {
  const auto at = s.find('@');
  return s.size() <= email_limit && at != std::string_view::npos && at > 0 && at + 1 < s.size() && s.rfind('@') == at &&
         s.find(' ') == std::string_view::npos;
}

base::Result<Person> typed_in(const http::Params& form) {
  const auto field = [&](std::string_view key) {
    const auto* value = form.last(key);
    return std::string{value ? base::trim(*value) : std::string_view{}};
  };
  Person who{.sub = {}, .name = field("name"), .email = field("email")};
  const auto refuse = [](const char* why) { return base::Error{base::Code::bad_request, "demo form", why}; };
  if (who.name.empty()) return refuse("A name is needed.");
  if (who.name.size() > name_limit || who.email.size() > email_limit) return refuse("That name or address is too long.");
  if (!base::is_utf8(who.name) || !base::is_utf8(who.email) || has_control(who.name) || has_control(who.email))
    return refuse("That name or address holds characters that cannot be used.");
  if (!who.email.empty() && !is_email(who.email)) return refuse("That is not an e-mail address.");
  const auto& identity = who.email.empty() ? who.name : who.email;
  who.sub = "guest-" + base::base64url(crypto::sha256(base::lower(identity)).substr(0, 12));
  return who;
}

}  // namespace

std::span<const Listed> people() noexcept { return listed; }

base::Result<Person> chosen(const http::Params& form) {
  const auto* id = form.last("person");
  if (id && *id == "other") return typed_in(form);
  const auto it = std::find_if(listed.begin(), listed.end(), [&](const Listed& p) { return id && p.id == *id; });
  if (it == listed.end()) return base::Error{base::Code::bad_request, "demo form", "Choose who signs in."};
  return Person{std::string{it->id}, std::string{it->name}, std::string{it->email}, it->verified};
}

}  // namespace demo
