#include "providers/openid2_discovery.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "json/value.h"
#include "json/writer.h"
#include "providers/discovery.h"
#include "providers/openid2_identifier.h"

namespace providers::openid2 {
namespace {

constexpr int kRedirects = 5;
constexpr std::size_t kMostBytes = 512 << 10;

base::Error nothing(std::string why) {
  return {base::Code::bad_request, "OpenID discovery: " + std::move(why), "No OpenID provider was found for this identifier"};
}

class Discovery {
  World& world_;
  std::string_view anchor_;

  /// A GET as Yadis 1.0 6.2.4 has it.
  base::Result<net::Response> get(const std::string& url) {
    net::Request request{.url = url,
                         .headers = {{"Accept", "text/html; q=0.3, application/xhtml+xml; q=0.5, application/xrds+xml"}},
                         .private_addresses = private_addresses_allowed(url, anchor_),
                         .max_response = kMostBytes,
                         .redirects = kRedirects};
    auto answer = world_.client.send(request);
    if (!answer) return base::Error{answer.error().code, "OpenID discovery: " + answer.error().detail};
    if (answer->status != 200) return nothing("HTTP " + std::to_string(answer->status));
    if (answer->url.empty()) answer->url = url;
    return answer;
  }

  static bool is_xrds(const net::Response& answer) {
    return base::starts_with_no_case(base::trim(answer.header("content-type")), "application/xrds+xml");
  }

  /// Of an OP: https, or http where the operator's own address is on this machine (RFC 9700 2.6).
  bool is_safe(const std::string& endpoint) const {
    const auto url = base::parse_url(endpoint);
    if (!url || url->has_fragment || url->has_userinfo) return false;
    const auto anchor = base::parse_url(anchor_);
    return url->scheme == "https" || (base::is_secure_or_loopback(*url) && anchor && base::is_loopback_host(anchor->host));
  }

  base::Result<Discovered> judge(std::string claimed_id, std::vector<Service> services) const {
    std::erase_if(services, [this](const Service& s) { return !is_safe(s.endpoint); });
    if (services.empty()) return nothing("no endpoint with https");
    for (auto& service : services) {
      if (!service.op_identifier && service.local_id.empty()) service.local_id = claimed_id;
    }
    return Discovered{std::move(claimed_id), std::move(services)};
  }

  /// The XRDS document that a page or a header points to; none where that leads nowhere, which is no reason to give up (7.3).
  std::vector<Service> follow(std::string_view location) {
    const std::string url{base::trim(location)};
    if (url.empty() || !is_safe(url)) return {};
    auto answer = get(url);
    if (!answer) return {};
    auto services = parse_xrds(answer->body);
    return services ? std::move(*services) : std::vector<Service>{};
  }

 public:
  Discovery(World& world, std::string_view anchor) : world_(world), anchor_(anchor) {}

  base::Result<Discovered> run(const std::string& identifier) {
    auto answer = get(identifier);
    if (!answer) return answer.error();
    auto claimed_id = normalise(answer->url);
    if (!claimed_id) return claimed_id.error();
    if (is_xrds(*answer)) {
      auto services = parse_xrds(answer->body);
      if (!services) return nothing(services.error().detail);
      return judge(std::move(*claimed_id), std::move(*services));
    }
    auto services = follow(answer->header("x-xrds-location"));
    if (!services.empty()) return judge(std::move(*claimed_id), std::move(services));
    const auto head = read_head(answer->body);
    services = follow(head.xrds_location);
    if (services.empty() && !head.provider.empty()) services.push_back({head.provider, head.local_id});
    if (services.empty()) return nothing("neither XRDS nor openid2.provider");
    return judge(std::move(*claimed_id), std::move(services));
  }
};

}  // namespace

base::Result<Discovered> discover(World& world, const std::string& identifier, std::string_view anchor) {
  return Discovery{world, anchor}.run(identifier);
}

std::string to_text(const Discovered& found) {
  json::Writer w;
  w.object().member("claimed_id", found.claimed_id).key("services").array();
  for (const auto& s : found.services) {
    w.object().member("endpoint", s.endpoint).member("local_id", s.local_id).member("op", s.op_identifier);
    w.member("ax", s.ax).member("sreg", s.sreg).end_object();
  }
  return w.end_array().end_object().take();
}

base::Result<Discovered> from_text(std::string_view text) {
  const auto document = json::Document::parse(text, {.bytes = 128 << 10});
  if (!document) return nothing("cache: " + document.error().detail);
  const auto root = document->root();
  Discovered found{root["claimed_id"].text().value_or(""), {}};
  for (std::size_t i = 0; i < root["services"].size(); ++i) {
    const auto s = root["services"].at(i);
    const auto is = [s](std::string_view name) { return s[name].boolean().value_or(false); };
    found.services.push_back({s["endpoint"].text().value_or(""), s["local_id"].text().value_or(""), is("op"), is("ax"), is("sreg")});
  }
  if (found.services.empty()) return nothing("cache: no service");
  return found;
}

}  // namespace providers::openid2
