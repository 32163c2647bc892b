// openid2_xrds.cc: the XRDS document: XRD 2.0 services with types, URIs and priorities.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>

#include "base/text.h"
#include "providers/openid2_documents.h"
#include "xml/document.h"

namespace providers::openid2 {
namespace {

constexpr std::string_view kXrds = "xri://$xrds", kXrd = "xri://$xrd*($v*2.0)";
constexpr std::string_view kServer = "http://specs.openid.net/auth/2.0/server", kSignon = "http://specs.openid.net/auth/2.0/signon";
constexpr std::string_view kAx = "http://openid.net/srv/ax/1.0";
constexpr std::string_view kSreg = "http://openid.net/extensions/sreg/1.1", kOldSreg = "http://openid.net/sreg/1.0";
constexpr std::size_t kMost = 16;

base::Error unfit(std::string why) { return {base::Code::bad_request, "XRDS: " + std::move(why)}; }

std::string trimmed(const xml::Element& element) { return std::string{base::trim(element.text())}; }

/// Lower comes first; without one last (XRI Resolution 2.0 4.3.3).
std::int64_t priority(const xml::Element& element) {
  const auto text = element.attribute("priority");
  const auto number = text ? base::parse_int(base::trim(*text)) : std::nullopt;
  return number && *number >= 0 ? *number : std::numeric_limits<std::int64_t>::max();
}

struct Ranked {
  std::int64_t of_service, of_uri;
  Service service;
};

void read_service(const xml::Element& element, std::vector<Ranked>& out) {
  Service service;
  bool signon = false;
  for (const auto& type : element.children("Type", kXrd)) {
    const auto name = trimmed(type);
    service.op_identifier = service.op_identifier || name == kServer;
    signon = signon || name == kSignon;
    service.ax = service.ax || name == kAx;
    service.sreg = service.sreg || name == kSreg || name == kOldSreg;
  }
  if (!service.op_identifier && !signon) return;
  if (!service.op_identifier) service.local_id = trimmed(element.child("LocalID", kXrd));  // an OP identifier has none (7.3.2.1.1)
  for (const auto& uri : element.children("URI", kXrd)) {
    service.endpoint = trimmed(uri);
    if (!service.endpoint.empty() && out.size() < 4 * kMost) out.push_back({priority(element), priority(uri), service});
  }
}

}  // namespace

base::Result<std::vector<Service>> parse_xrds(std::string_view body) {
  auto document = xml::Document::parse(body, {.bytes = 256 << 10, .depth = 16, .nodes = 5000});
  if (!document) return unfit(document.error().detail);
  const auto root = document->root();
  if (!root.is("XRDS", kXrds)) return unfit("the document is another");
  const auto descriptors = root.children("XRD", kXrd);
  if (descriptors.empty()) return unfit("no XRD in it");
  std::vector<Ranked> found;
  for (const auto& service : descriptors.back().children("Service", kXrd))
    read_service(service, found);  // the last one counts (Yadis 1.0 7)
  const bool op = std::any_of(found.begin(), found.end(), [](const Ranked& r) { return r.service.op_identifier; });
  if (op) std::erase_if(found, [](const Ranked& r) { return !r.service.op_identifier; });
  if (found.empty()) return unfit("no service for OpenID 2.0 in it");
  std::stable_sort(found.begin(), found.end(),
                   [](const Ranked& a, const Ranked& b) { return std::tie(a.of_service, a.of_uri) < std::tie(b.of_service, b.of_uri); });
  std::vector<Service> out;
  for (auto& ranked : found) {
    if (out.size() < kMost) out.push_back(std::move(ranked.service));
  }
  return out;
}

}  // namespace providers::openid2
