#include "providers/openid2_claims.h"

#include "base/url.h"
#include "json/writer.h"

namespace providers::openid2 {
namespace {

/// Adds what is not there yet.
void add(Fields& to, std::string_view name, std::string_view value) {
  if (!value.empty()) to.emplace(name, value);
}

std::string without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string{path};
}

void add_names(Fields& out) {
  const std::string fullname{field(out, "fullname")};
  if (fullname.empty() || out.contains("first_name") || out.contains("last_name")) return;
  const auto space = fullname.rfind(' ');
  if (space != std::string::npos) add(out, "first_name", std::string_view{fullname}.substr(0, space));
  add(out, "last_name", std::string_view{fullname}.substr(space == std::string::npos ? 0 : space + 1));
}

/// "ann marie" -> "Ann Marie"; ASCII only, other bytes are letters that stay as they are.
std::string titled(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    const bool small = c >= 'a' && c <= 'z', capital = c >= 'A' && c <= 'Z';
    out += small && begins ? static_cast<char>(c - 'a' + 'A') : capital && !begins ? static_cast<char>(c - 'A' + 'a') : c;
    begins = !small && !capital && static_cast<unsigned char>(c) < 0x80;
  }
  return out;
}

}  // namespace

json::Document claims_of(const Settings& settings, const Assertion& assertion, const Subject& subject) {
  Fields out{{"claimed_id", subject.claimed_id}, {"identity", std::string{assertion.value("identity")}}};
  if (const auto url = base::parse_url(subject.claimed_id)) {
    out["host"] = url->host;
    out["path"] = without_slashes(url->path);
  }
  out["id"] = subject.id;  // so that no attribute can stand in its place
  out.emplace("username", "");
  const auto attributes = ax_of(assertion);
  for (const auto* list : {&settings.required, &settings.optional}) {
    for (const auto& attribute : *list) add(out, attribute.name, field(attributes, attribute.type));
  }
  for (const auto& [name, value] : sreg_of(assertion)) add(out, name, value);
  add_names(out);
  out["username"] = settings.username.empty() ? "" : field(out, settings.username);
  if (out["username"].empty()) out["username"] = titled(field(out, "first_name")) + titled(field(out, "last_name"));
  json::Writer w;
  w.object();
  for (const auto& [name, value] : out) {
    if (!value.empty()) w.member(name, value);
  }
  auto document = json::Document::parse(w.end_object().take());
  return document ? std::move(*document) : *json::Document::parse("{}");
}

}  // namespace providers::openid2
