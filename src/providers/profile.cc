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

}  // namespace

base::Result<Identity> make_identity(const Spec& spec, const Values& values, std::string provider, std::string issuer) {
  Identity who;
  who.provider = std::move(provider);
  who.issuer = std::move(issuer);
  who.uid = spec.map.uid->evaluate(values).value_or("");
  if (!is_identifier(who.uid))
    return base::Error{base::Code::bad_request, "no uid in the answer", "Authentication failed: the provider named no user"};
  who.username = text(spec.map.username, values, kName);
  who.name = text(spec.map.name, values, kName);
  who.first_name = text(spec.map.first_name, values, kName);
  who.last_name = text(spec.map.last_name, values, kName);
  complete_names(who);
  read_email(spec, values, who);
  const auto picture = text(spec.map.picture, values, 2048);
  const auto url = base::parse_url(picture);
  if (url && base::is_secure_or_loopback(*url)) who.picture = picture;
  return who;
}

}  // namespace providers
