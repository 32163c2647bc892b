#include "providers/profile.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "providers/text.h"

namespace providers {
namespace {

constexpr std::size_t kName = 150;

std::string text(const std::optional<Expression>& from, const Values& values, std::size_t most) {
  return from ? clean(from->evaluate(values).value_or(""), most) : std::string{};
}

/// The alternatives of email_verified stand in the order of those of email: the answer that gave the address also says whether it is
/// verified (CVE-2026-14781: one document's flag must not bless another's address). An address beyond ASCII can look like another (Unicode
/// TR 36) and is never called verified.
void read_email(const Spec& spec, const Values& values, Identity& who) {
  if (!spec.map.email) return;
  for (std::size_t i = 0; i < spec.map.email->alternatives(); ++i) {
    auto email = spec.map.email->alternative(i, values);
    if (!email || email->empty()) continue;
    if (!is_plain_email(*email)) return;
    const auto verified = spec.map.email_verified ? spec.map.email_verified->alternative(i, values) : std::nullopt;
    const bool ascii = std::all_of(email->begin(), email->end(), [](unsigned char c) { return c < 0x80; });
    who.email_verified = ascii && verified && (*verified == "true" || *verified == "1");
    who.email = std::move(*email);
    return;
  }
}

/// Whichever of full name and its parts the provider left out, from the other.
void complete_names(Identity& who) {
  if (who.name.empty()) who.name = std::string{base::trim(who.first_name + ' ' + who.last_name)};
  if (!who.first_name.empty() || !who.last_name.empty()) return;
  const auto space = who.name.find(' ');
  who.first_name = who.name.substr(0, space);
  if (space != std::string::npos) who.last_name = who.name.substr(space + 1);
}

base::Error refused(std::string why) { return {base::Code::denied, std::move(why), "Your credentials aren't allowed"}; }

bool is_one_of(const std::vector<std::string>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [word](const std::string& one) { return base::equal_no_case(one, word); });
}

/// Who may sign in with this provider. An unverified address passes no list.
base::Status admitted(const Spec& spec, const Values& values, const Identity& who) {
  for (const auto& requirement : spec.require) {
    if (requirement.one_of.empty()) continue;
    const auto have = requirement.value.each(values);
    const auto wanted = [&](const std::string& one) {
      const auto alike = [&](const std::string& other) { return requirement.ignore_case ? base::equal_no_case(one, other) : one == other; };
      return std::any_of(requirement.one_of.begin(), requirement.one_of.end(), alike);
    };
    if (std::none_of(have.begin(), have.end(), wanted)) return refused("a [[require]] of the provider is not met");
  }
  if (spec.verified_emails_only && !who.email_verified) return refused("verified_emails_only: the e-mail is not verified");
  if (spec.allowed_domains.empty() && spec.allowed_emails.empty()) return base::ok;
  const auto email = who.email_verified ? std::string_view{who.email} : std::string_view{};
  const bool listed = is_one_of(spec.allowed_emails, email) || is_one_of(spec.allowed_domains, email.substr(email.rfind('@') + 1));
  if (email.empty() || !listed) return refused("e-mail is on none of the provider's lists");
  return base::ok;
}

constexpr std::size_t kMostListed = 500;

/// A list is what the gate lets people in by, so its elements stay as they are or are left out: cleaned, a group that somebody named with
/// an invisible mark in it would become another's.
void read_extra(const Spec& spec, const Values& values, Identity& who) {
  for (const auto& [name, from] : spec.extra) {
    if (auto value = clean(from.evaluate(values).value_or(""), 500); !value.empty()) {
      who.extra[name] = std::move(value);
      continue;
    }
    std::vector<std::string> kept;
    for (auto& one : from.each(values))
      if (!one.empty() && clean(one, 200) == one && kept.size() < kMostListed) kept.push_back(std::move(one));
    if (!kept.empty()) who.lists[name] = std::move(kept);
  }
}

}  // namespace

base::Result<Identity> make_identity(const Spec& spec, const Values& values, std::string provider, std::string issuer) {
  Identity who;
  who.provider = std::move(provider);
  who.issuer = std::move(issuer);
  who.uid = spec.map.uid->identifier(values).value_or("");
  if (!is_identifier(who.uid))
    return base::Error{base::Code::bad_request, "no uid in the answer", "Authentication failed: the provider named no user"};
  who.username = text(spec.map.username, values, kName);
  who.name = text(spec.map.name, values, kName);
  who.first_name = text(spec.map.first_name, values, kName);
  who.last_name = text(spec.map.last_name, values, kName);
  complete_names(who);
  read_email(spec, values, who);
  // uid = "email": an address that nobody proved to have must not open the account of whoever has it.
  if (spec.uid_is_email && (who.email != who.uid || (spec.map.email_verified && !who.email_verified)))
    return refused("uid = \"email\": the e-mail is not verified");
  const auto picture = text(spec.map.picture, values, 2048);
  const auto url = base::parse_url(picture);
  if (url && base::is_secure_or_loopback(*url)) who.picture = picture;
  read_extra(spec, values, who);
  if (auto admission = admitted(spec, values, who); !admission) return admission.error();
  return who;
}

}  // namespace providers
