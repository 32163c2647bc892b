#include "providers/security_subject.h"

#include <algorithm>

#include "providers/text.h"

namespace providers {
namespace {

constexpr int kDeepest = 3;  // complex subjects hold others, aliases hold some

std::string kept(json::Value text) {
  const auto value = text.string().value_or("");
  return is_identifier(value) ? std::string{value} : std::string{};
}

/// The drafts wrote "subject_type" and "iss-sub".
std::string format_of(json::Value subject) {
  std::string format{(subject["format"].exists() ? subject["format"] : subject["subject_type"]).string().value_or("")};
  std::replace(format.begin(), format.end(), '-', '_');
  return format;
}

constexpr std::string_view kEmailFormat = "email";  // RFC 9493 3.2.2

EventSubject read(json::Value subject, const SubjectRules& rules, int deep) {
  EventSubject out;
  if (!subject.is_object() || deep > kDeepest) return out;
  const auto format = format_of(subject);
  if (format == "iss_sub" || format == "id_token_claims") {  // RFC 9493 3.2.3; RISC 3
    if (rules.speaks_for(subject["iss"].string().value_or(""))) out.uid = kept(subject["sub"]);
  } else if (format == "opaque") {  // 3.2.5: what the transmitter calls it
    out.uid = kept(subject["id"]);
  } else if (format == kEmailFormat) {
    const auto email = subject["email"].string().value_or("");
    if (is_plain_email(email)) out.email = email;
  } else if (format == "aliases") {  // 3.2.8
    const auto all = subject["identifiers"];
    for (std::size_t i = 0; i < all.size() && i < 8 && out.empty(); ++i) out = read(all.at(i), rules, deep + 1);
  } else if (format == "complex" || format.empty()) {  // SSF 1.0 3.2; in the drafts without a format
    out = read(subject["user"], rules, deep + 1);
    const auto session = subject["session"];
    if (format_of(session) == "opaque") out.sid = kept(session["id"]);
  }
  return out;
}

}  // namespace

std::string SubjectRules::canonical() const {
  if (!provider.spec.id_tokens) return provider.name;
  return std::string{issuer.empty() ? event_issuer : issuer};
}

bool SubjectRules::speaks_for(std::string_view iss) const {
  const auto& others = provider.spec.other_issuers;
  if (iss.empty()) return false;
  return iss == event_issuer || iss == issuer || std::find(others.begin(), others.end(), iss) != others.end();
}

EventSubject subject_of(json::Value event, json::Value claims, const SubjectRules& rules) {
  // SSF 1.0 3: sub_id of the token; RISC and the drafts: the event's own `subject`; Apple: `sub` of the event; RFC 8417 2.2: of the token.
  for (const auto& subject : {event["subject"], claims["sub_id"]}) {
    if (subject.exists()) return read(subject, rules, 0);
  }
  const auto own = event["sub"];
  return {kept(own.exists() ? own : claims["sub"]), {}, {}};
}

}  // namespace providers
