#include "providers/saml_claims.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "json/writer.h"
#include "providers/saml_names.h"
#include "xml/encryption.h"

namespace providers::saml {
namespace {

constexpr std::chrono::seconds kAhead{60};  // how far the other side's clock may go before ours; none for what has expired

base::Error refused(std::string why, std::string_view say = "invalid response") {
  return {base::Code::denied, "saml: Assertion: " + std::move(why), "Authentication failed: SAML login failed: " + std::string{say}};
}

bool all_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t n) {
  const auto part = text.substr(at, n);
  const auto value = all_digits(part) ? base::parse_int(part) : std::nullopt;
  return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

/// An instant that must lie ahead. A time that cannot be read is as good as passed.
bool has_passed(const std::optional<std::string>& text, base::Time now) {
  const auto time = parse_utc(text.value_or(""));
  return !time || *time <= now;
}

/// saml-profiles 4.1.4.2: bearer, for this address, this request and this moment. Several may be there; one must hold.
base::Status check_confirmation(const xml::Element& confirmation, const Expected& e) {
  if (confirmation.attribute("Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer") return refused("subject confirmation is not bearer");
  const auto data = confirmation.child("SubjectConfirmationData", kAssertion);
  if (data.attribute("Recipient") != e.redirect_uri) return refused("Recipient is not the redirect_uri");
  if (data.attribute("InResponseTo") != e.request_id) return refused("InResponseTo is not our request", "invalid InResponseTo");
  if (data.attribute("NotBefore")) return refused("a bearer confirmation with NotBefore");
  if (has_passed(data.attribute("NotOnOrAfter"), e.now)) return refused("confirmation has expired", "the response has expired");
  return base::ok;
}

base::Status check_subject(const xml::Element& assertion, const Expected& e) {
  const auto subjects = assertion.children("Subject", kAssertion);
  if (subjects.size() != 1) return refused("not exactly one Subject");
  base::Status last = refused("no subject confirmation");
  for (const auto& confirmation : subjects[0].children("SubjectConfirmation", kAssertion)) {
    last = check_confirmation(confirmation, e);
    if (last) break;
  }
  return last;
}

/// saml-core 2.5.1.4: of each restriction, one audience must be us.
bool is_for_us(const xml::Element& restriction, const Expected& e) {
  const auto audiences = restriction.children("Audience", kAssertion);
  return std::any_of(audiences.begin(), audiences.end(), [&](const xml::Element& a) { return a.leaf() && a.text() == e.entity_id; });
}

/// saml-core 2.5.1: all conditions must hold, and one that is not understood does not.
base::Status check_conditions(const xml::Element& assertion, const Expected& e) {
  const auto all = assertion.children("Conditions", kAssertion);
  if (all.size() != 1) return refused("not exactly one Conditions");
  const auto& conditions = all[0];
  if (const auto from = conditions.attribute("NotBefore")) {
    const auto time = parse_utc(*from);
    if (!time || *time > e.now + kAhead) return refused("not valid yet", "the response is not valid yet");
  }
  if (const auto until = conditions.attribute("NotOnOrAfter"); until && has_passed(until, e.now))
    return refused("has expired", "the response has expired");
  bool restricted = false;
  for (const auto& condition : conditions.children()) {
    if (condition.is("AudienceRestriction", kAssertion)) {
      if (!is_for_us(condition, e)) return refused("Audience is not us", "the response is for somebody else");
      restricted = true;
    } else if (!condition.is("OneTimeUse", kAssertion) && !condition.is("ProxyRestriction", kAssertion)) {
      return refused("a condition that is not known");
    }
  }
  if (!restricted) return refused("no AudienceRestriction", "the response is for somebody else");
  return base::ok;
}

/// saml-profiles 4.1.4.2: the login itself must be stated. What kind of login it was is compared where we asked for one.
base::Status check_login(const xml::Element& assertion, const Expected& e) {
  const auto statements = assertion.children("AuthnStatement", kAssertion);
  if (statements.empty()) return refused("no AuthnStatement");
  for (const auto& statement : statements) {
    const auto until = statement.attribute("SessionNotOnOrAfter");
    if (until && has_passed(until, e.now)) return refused("the session has ended", "the response has expired");
    const auto context = statement.child("AuthnContext", kAssertion).child("AuthnContextClassRef", kAssertion).text();
    const auto& wanted = e.setup.authn_context;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), context) == wanted.end())
      return refused("another AuthnContext than was asked for", "another kind of login than was asked for");
  }
  return base::ok;
}

using Attributes = std::map<std::string, std::vector<std::string>, std::less<>>;

/// By Name; one that comes again adds values. A value is all text in it: what a comment or an element cuts in two is still one.
Attributes read_attributes(const xml::Element& assertion) {
  Attributes out;
  for (const auto& statement : assertion.children("AttributeStatement", kAssertion)) {
    for (const auto& attribute : statement.children("Attribute", kAssertion)) {
      auto& values = out[attribute.attribute("Name").value_or("")];
      for (const auto& value : attribute.children("AttributeValue", kAssertion)) values.push_back(value.text());
    }
  }
  return out;
}

struct NameId {
  std::string text, format;
};

/// saml-core 2.2.3. It may be missing, but not be empty; and it is text alone.
base::Result<NameId> read_name_id(const xml::Element& subject, const Expected& e) {
  auto element = subject.child("NameID", kAssertion);
  std::optional<xml::Decrypted> opened;
  if (const auto hidden = subject.child("EncryptedID", kAssertion); !element && hidden) {
    if (!e.setup.key) return refused("an encrypted NameID, and there is no sp_private_key");
    auto plain = xml::decrypted(hidden, *e.setup.key);
    if (!plain) return refused(plain.error().detail);
    opened = std::move(*plain);
    element = opened->element;
    if (!element.is("NameID", kAssertion)) return refused("what was encrypted is no NameID");
  }
  if (!element) return NameId{};
  NameId out{element.text(), element.attribute("Format").value_or(std::string{kUnspecified})};
  if (!element.leaf() || base::trim(out.text).empty()) return refused("NameID is empty, or holds an element", "the provider named no user");
  return out;
}

/// The value of a field: of the attribute that the identity provider's entry names, else of the first in the list that is there. A
/// transient NameID is another one at each login (saml-core 8.3.8), so nobody can be known by it.
std::string field(std::string_view name, const Attributes& attributes, const NameId& name_id, const Expected& e) {
  const auto value_of = [&](const std::string& attribute) -> std::string {
    if (attribute == "name_id") return name_id.format == kTransient ? "" : name_id.text;
    const auto it = attributes.find(attribute);
    if (it == attributes.end()) return {};
    const auto first = std::find_if(it->second.begin(), it->second.end(), [](const std::string& v) { return !v.empty(); });
    return first == it->second.end() ? "" : *first;
  };
  if (const auto own = e.idp.attributes.find(name); own != e.idp.attributes.end()) return value_of(own->second);
  const auto list = e.setup.attributes.find(name);
  if (list == e.setup.attributes.end()) return {};
  for (const auto& attribute : list->second) {
    if (auto value = value_of(attribute); !value.empty()) return value;
  }
  return {};
}

}  // namespace

std::optional<base::Time> parse_utc(std::string_view text) {
  if (text.size() < 20 || text.size() > 32) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const bool marks = text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text.back() == 'Z';
  const auto part = text.substr(19, text.size() - 20);
  const bool fraction = part.empty() || (part.size() > 1 && part[0] == '.' && all_digits(part.substr(1)));
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!marks || !fraction || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

base::Status check_assertion(const xml::Element& assertion, const Expected& expected) {
  if (auto good = check_subject(assertion, expected); !good) return good;
  if (auto good = check_conditions(assertion, expected); !good) return good;
  return check_login(assertion, expected);
}

base::Result<json::Document> claims_of(const xml::Element& assertion, const Expected& expected) {
  auto name_id = read_name_id(assertion.child("Subject", kAssertion), expected);
  if (!name_id) return name_id.error();
  const auto attributes = read_attributes(assertion);
  json::Writer w;
  w.object().member("idp", expected.idp.name).member("issuer", expected.idp.entity_id);
  w.member("name_id", name_id->text).member("name_id_format", name_id->format);
  w.member("session_index", assertion.child("AuthnStatement", kAssertion).attribute("SessionIndex").value_or(""));
  for (const auto name : kFields) {
    if (const auto value = field(name, attributes, *name_id, expected); !value.empty()) w.member(name, value);
  }
  w.key("attributes").object();
  for (const auto& [name, values] : attributes) {
    w.key(name).array();
    for (const auto& value : values) w.value(value);
    w.end_array();
  }
  w.end_object().end_object();
  auto document = json::Document::parse(w.take());
  if (!document) return refused("attributes: " + document.error().detail);
  return document;
}

}  // namespace providers::saml
