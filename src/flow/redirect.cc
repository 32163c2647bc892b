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

const providers::Info* info_of(const Call& call) {
  for (const auto& info : call.deps.broker.list()) {
    if (info.name == call.name) return &info;
  }
  return nullptr;
}

bool is_true(const std::string* value) { return value != nullptr && *value == "true"; }

/// OpenID Connect Core 4: a third party that begins a login says at which issuer. nullopt: it said nothing, or the right one.
std::optional<http::Response> check_issuer(Call& call, const http::Params& params) {
  const auto* issuer = params.last("iss");
  if (issuer == nullptr) return std::nullopt;
  auto right = call.deps.broker.is_issuer(call.name, *issuer);
  if (!right) return refuse(call, 0, right.error());
  if (*right) return std::nullopt;
  return refuse(call, 0, {base::Code::bad_request, "iss is not this provider's", "iss is not the issuer of this provider."});
}

/// Whoever is signed in must mean it: another site that could make a browser link the attacker's identity would have the account.
std::optional<http::Response> may_not_link(Call& call) {
  if (call.request.method != "POST" || !from_our_page(call.request, call.deps.config)) {
    return refuse(call, 403,
                  {base::Code::denied, "link: not a POST of a page of ours",
                   "CSRF Failed: to link an account, a form of this site, or of one in cors.origins, is sent."});
  }
  if (call.user) return std::nullopt;
  auto response = refuse(call, 401, {base::Code::denied, "link: nobody is signed in", "Sign in before you link another account."});
  return std::move(response.set("WWW-Authenticate", "Bearer realm=\"api\""));
}

http::Response to_provider(Call& call, const Wanted& wanted) {
  // Nothing but the cookie can tell this browser when it comes back, whatever flows.binding says of API mode.
  const Binding binding{{}, bind_browser(call)};
  auto url = begin_flow(call, wanted, binding);
  if (!url) return refuse(call, 0, url.error());
  auto response = http::empty(303).set("Location", std::move(*url));
  set_browser_cookie(response, call.deps.config, *binding.browser);
  return response;
}

}  // namespace

std::string callback_url(const config::Config& config, std::string_view provider) { return address(config, provider, "/callback"); }
std::string login_url(const config::Config& config, std::string_view provider) { return address(config, provider, "/login"); }

std::string api_url(const config::Config& config, std::string_view provider) { return address(config, provider, "/"); }

base::Error not_enabled(const Call& call) {
  return {base::Code::not_found, "provider not enabled", "Provider '" + call.name.substr(0, 64) + "' not supported"};
}

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
  if (auto idle = answer_idle(call)) return std::move(*idle);
  const auto* info = info_of(call);
  if (info == nullptr) return refuse(call, 0, not_enabled(call));
  auto read = read_body(call.request);
  if (read.refused)
    return refuse(call, read.refused->status, {base::Code::bad_request, "a body that is no form", "The form cannot be read."});
  const auto params = call.query.merged(read.body.form);
  call.query = http::Params{};  // no error page repeats a `next` that was not checked
  auto next = next_of(call, params);
  if (!next) return refuse(call, 0, next.error());
  call.query.add("next", *next);
  if (info->widget) {
    return refuse(call, 0,
                  {base::Code::bad_request, "a widget, in redirect mode",
                   info->title + " begins with a button of its own, on a page that asks " + api_url(call.deps.config, call.name) + "."});
  }
  if (auto refused = check_issuer(call, params)) return std::move(*refused);
  const bool links = is_true(params.last("link"));
  if (auto refused = links ? may_not_link(call) : std::nullopt) return std::move(*refused);
  return to_provider(call, {.redirect_uri = callback_url(call.deps.config, call.name),
                            .params = params.items(),
                            .mode = "redirect",
                            .next = std::move(*next),
                            .link_user = links ? call.user->id : 0});
}

}  // namespace flow
