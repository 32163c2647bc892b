#include "providers/cas_answer.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/text.h"
#include "xml/document.h"

namespace providers::cas {
namespace {

constexpr std::string_view kCas = "http://www.yale.edu/tp/cas";
constexpr std::size_t kMostAttributes = 500, kLongest = 4096;

/// 2.5.3. The code tells an operator what is wrong; the user only that it did not work.
base::Error refused(const xml::Element& failure) {
  const auto code = clean(failure.attribute("code").value_or("no code"), 60);
  const auto detail = "CAS: " + code;
  if (code == "INTERNAL_ERROR") return {base::Code::upstream, detail, "Network error during authentication: the CAS server failed"};
  return {base::Code::denied, detail, "Authentication failed: the CAS server did not accept the ticket"};
}

using Attributes = std::map<std::string, std::vector<std::string>>;

Attributes read_attributes(const xml::Element& success) {
  Attributes out;
  std::size_t count = 0;
  for (const auto& group : success.children("attributes", kCas)) {
    for (const auto& attribute : group.children()) {
      auto value = attribute.text();
      if (attribute.ns() != kCas || !attribute.leaf() || value.size() > kLongest || ++count > kMostAttributes) continue;
      out[std::string{attribute.name()}].push_back(std::move(value));
    }
  }
  return out;
}

std::string to_json(const std::string& user, const Attributes& attributes) {
  json::Writer w;
  w.object().member("user", user).key("attributes").object();
  for (const auto& [name, values] : attributes) {
    w.key(name);
    if (values.size() == 1) {
      w.value(values.front());
      continue;
    }
    w.array();
    for (const auto& value : values) w.value(value);
    w.end_array();
  }
  return w.end_object().end_object().take();
}

}  // namespace

bool is_ticket(std::string_view ticket) noexcept {
  const auto fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return ticket.starts_with("ST-") && ticket.size() > 3 && ticket.size() <= 256 && std::all_of(ticket.begin(), ticket.end(), fit);
}

base::Result<json::Document> read_validation(std::string_view body) {
  auto document = xml::Document::parse(base::trim(body), {.bytes = 256 << 10, .depth = 16, .nodes = 10000});
  if (!document) return unreadable("CAS: " + document.error().detail);
  const auto root = document->root();
  if (!root.is("serviceResponse", kCas)) return unreadable("CAS: the document is another");
  const auto said = root.children();
  if (said.size() != 1) return unreadable("CAS: not one answer");  // a success beside a failure is none
  if (said[0].is("authenticationFailure", kCas)) return refused(said[0]);
  if (!said[0].is("authenticationSuccess", kCas)) return unreadable("CAS: neither success nor failure");
  // 2.5.4, 2.6.1: a ticket that another service obtained in the user's name is for /proxyValidate; here it has no place.
  if (said[0].child("proxies", kCas)) return unreadable("CAS: a proxy ticket");
  const auto users = said[0].children("user", kCas);
  if (users.size() != 1 || !users[0].leaf() || users[0].text().empty()) return unreadable("CAS: no user");
  return json::Document::parse(to_json(users[0].text(), read_attributes(said[0])));
}

}  // namespace providers::cas
