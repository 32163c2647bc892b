// redirect.cc: GET /o/{provider}/login, the first half of a login in redirect mode: a flow, bound to the browser's cookie, and the way to
// the provider. A third party may begin one too (OpenID Connect Core 4).
#include "flow/redirect.h"

#include "base/encode.h"
#include "flow/attempt.h"
#include "flow/binding.h"
#include "flow/next.h"
#include "flow/page.h"

namespace flow {
namespace {

std::string address(const config::Config& config, std::string_view provider, std::string_view end) {
  return config.public_url + "/o/" + base::percent_encode(provider) + std::string{end};
}

bool wants_json(const http::Request& request) {
  const auto accept = request.header("accept");
  return accept.find("application/json") != accept.npos && accept.find("text/html") == accept.npos;
}

/// Where the browser goes afterwards; "" = not said: pages.home.
base::Result<std::string> next_of(const Call& call, const http::Params& params) {
  // OpenID Connect Core 4: target_link_uri is the third party's `next`, and "RPs MUST verify [it] to prevent being used as an open
  // redirector".
  for (const auto* name : {"next", "target_link_uri"}) {
    if (const auto* value = params.last(name); value != nullptr && !value->empty()) return check_next(*value, call.deps.config);
  }
  return std::string{};
}

}  // namespace

std::string callback_url(const config::Config& config, std::string_view provider) { return address(config, provider, "/callback"); }
std::string login_url(const config::Config& config, std::string_view provider) { return address(config, provider, "/login"); }

http::Response refuse(Call& call, int status, const base::Error& error) {
  if (!wants_json(call.request)) return error_page(call, status, error);
  auto response = failure(error);
  if (status != 0) response.status = status;
  return response;
}

std::optional<http::Response> answer_idle(Call& call) {
  if (call.request.method == "HEAD") return http::empty(200);
  // Chrome says "prefetch" or "prefetch;prerender", Safari and older browsers say it in another field. What is no 2xx is thrown away, and a
  // click asks again.
  for (const auto* name : {"sec-purpose", "purpose", "x-moz"}) {
    if (call.request.header(name).starts_with("prefetch"))
      return refuse(call, 403, {base::Code::denied, "prefetch", "A login begins with a click, not before it."});
  }
  return std::nullopt;
}

http::Response begin_redirect(Call& call) {
  auto& deps = call.deps;
  if (auto idle = answer_idle(call)) return std::move(*idle);
  if (!deps.broker.has(call.name))
    return refuse(call, 0, {base::Code::not_found, "provider not enabled", "Provider '" + call.name.substr(0, 64) + "' not supported"});
  auto read = read_body(call.request);
  if (read.refused) return std::move(*read.refused);
  const auto params = call.query.merged(read.body.form);
  auto next = next_of(call, params);
  if (!next) return refuse(call, 0, next.error());

  // Nothing but the cookie can tell this browser when it comes back, whatever flows.binding says of API mode.
  const Binding binding{{}, bind_browser(call)};
  auto url = begin_flow(call, {callback_url(deps.config, call.name), params.items(), "redirect", std::move(*next)}, binding);
  if (!url) return refuse(call, 0, url.error());
  auto response = http::empty(303).set("Location", std::move(*url));
  set_browser_cookie(response, deps.config, *binding.browser);
  return response;
}

}  // namespace flow
