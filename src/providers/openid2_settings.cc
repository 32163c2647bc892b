#include "providers/openid2_settings.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "providers/openid2.h"
#include "providers/openid2_identifier.h"
#include "providers/spec_read.h"

namespace providers::openid2 {
namespace {

/// python-social-auth's lists: axschema's types, and those of before there were any.
const std::vector<Attribute>& usual_attributes() {
  static const std::vector<Attribute> list{
      {"email", "email", "http://axschema.org/contact/email"},
      {"fullname", "fullname", "http://axschema.org/namePerson"},
      {"first_name", "first_name", "http://axschema.org/namePerson/first"},
      {"last_name", "last_name", "http://axschema.org/namePerson/last"},
      {"nickname", "nickname", "http://axschema.org/namePerson/friendly"},
      {"old_email", "email", "http://schema.openid.net/contact/email"},
      {"old_fullname", "fullname", "http://schema.openid.net/namePerson"},
      {"old_nickname", "nickname", "http://schema.openid.net/namePerson/friendly"},
  };
  return list;
}

/// AX 1.0 3.1: it stands in field names and in comma-separated lists.
bool is_alias(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::vector<Attribute> read_attributes(Table& table, std::string_view key) {
  std::vector<Attribute> out;
  for (const auto& text : table.list(key)) {
    const auto colon = text.find(':');
    const auto head = text.substr(0, colon);
    const auto as = head.find(" as ");
    Attribute attribute{head.substr(0, as), as == std::string::npos ? head : head.substr(as + 4), {}};
    if (colon != std::string::npos) attribute.type = base::trim(std::string_view{text}.substr(colon + 1));
    if (!is_alias(attribute.alias) || !is_alias(attribute.name) || attribute.type.find(':') == std::string::npos)
      table.wrong(table.get(key), key, "\"" + text + "\": want a name and a type, such as \"email: http://axschema.org/contact/email\"");
    out.push_back(std::move(attribute));
  }
  return out;
}

void read_ax(Table table, Settings& settings) {
  settings.own_attributes = table.given("required") || table.given("optional");
  settings.required = read_attributes(table, "required");
  settings.optional = read_attributes(table, "optional");
  table.done();
  if (!settings.own_attributes) settings.required = usual_attributes();
}

/// What i: holds (openid2_claims.h). The addresses are never called verified: OpenID 2.0 has no word for it.
void usual_map(Spec& spec) {
  const auto fill = [](std::optional<Expression>& field, const char* text) {
    if (!field) field = *Expression::parse(text);
  };
  fill(spec.map.uid, "i:/claimed_id");
  fill(spec.map.username, "i:/username | i:/nickname");
  fill(spec.map.email, "i:/email");
  fill(spec.map.name, "i:/fullname");
  fill(spec.map.first_name, "i:/first_name");
  fill(spec.map.last_name, "i:/last_name");
}

}  // namespace

std::string Settings::anchor(const Values& values) const {
  if (!identifier) return {};
  auto fixed = identifier->fixed_part(values);
  const auto url = base::parse_url(fixed);
  // "http://127.0.0.1{r:/x}" is no address on this machine.
  if (!url || (!is_fixed() && url->path.empty())) return {};
  return fixed;
}

void read(Table& table, Spec& spec) {
  auto own = table.table("openid2");
  const auto made = std::make_shared<Settings>();
  auto& settings = *made;
  settings.identifier = read_template(own, "identifier");
  settings.associates = own.one_of("mode", {"stateless", "associate"}) == "associate";
  settings.own = own.text("own");
  settings.only_own = own.boolean("only_own").value_or(false);
  settings.sreg = own.given("sreg") ? own.list("sreg") : std::vector<std::string>{"email", "fullname", "nickname"};
  own.get("sreg");
  read_ax(own.table("ax"), settings);
  settings.username = own.text("username");
  if (const auto key = table.text("username_key"); !key.empty()) settings.username = key;
  settings.realm = table.text("openid_trust_root");
  if (const auto age = table.text("openid_pape_max_auth_age"); !age.empty()) {
    settings.max_age = base::parse_int(age).value_or(0);
    if (settings.max_age <= 0) table.wrong(table.get("openid_pape_max_auth_age"), "openid_pape_max_auth_age", "want a number of seconds");
  }
  own.done();
  if (settings.identifier) spec.own_texts.emplace_back("openid2.identifier", *settings.identifier);
  spec.own = made;
  usual_map(spec);
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  const auto& settings = settings_of(spec);
  if (!settings.identifier) return wrong("openid2.identifier", "is missing: whom to ask, such as \"https://op.example/\"");
  if (settings.is_fixed() && complete) {
    const auto text = settings.identifier->evaluate(spec.values()).value_or("");
    const auto identifier = normalise(text);
    if (!identifier) wrong("openid2.identifier", "\"" + text + "\": " + identifier.error().detail);
  }
  if (!settings.own.empty() && !is_pattern(settings.own)) wrong("openid2.own", "want one {digits} or {label} in it");
  // Whoever names the OP himself could let his own speak for everybody.
  if (!settings.own.empty() && !settings.is_fixed()) wrong("openid2.own", "needs an identifier that is the same for everybody");
  if (settings.only_own && settings.own.empty()) wrong("openid2.only_own", "needs own");
}

}  // namespace providers::openid2
