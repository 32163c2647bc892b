// begin.cc: GET /o/{provider}/, the first half of a login: a state, bound to the one who asks, and the provider's URL.
#include <algorithm>

#include "flow/attempt.h"
#include "flow/binding.h"
#include "flow/call.h"
#include "json/writer.h"
#include "token/sealed.h"

namespace flow {
namespace {

bool allowed(const config::Config& config, const std::string* redirect_uri) {
  // RFC 9700 2.1: exact match against the list; RFC 6749 3.1.2.
  const auto& list = config.redirect_uris;
  return redirect_uri != nullptr && std::find(list.begin(), list.end(), *redirect_uri) != list.end();
}

http::Response redirect_uri_refused() {
  return http::json(400, R"("redirect_uri must be in SOCIAL_AUTH_ALLOWED_REDIRECT_URIS")").note("why", "redirect_uri not in redirect_uris");
}

/// Code::conflict if the flow's number is taken: numbers are time-ordered, and two of the same microsecond may be alike.
base::Result<std::string> begin_once(Call& call, const Wanted& wanted, const Binding& binding) {
  auto& deps = call.deps;
  const auto state = token::make_state(deps.clock, deps.random, deps.master);
  auto begun = deps.broker.begin(call.name, {wanted.redirect_uri, state.text, state.seed, wanted.params});
  if (!begun) return begun.error();
  store::Flow flow;
  flow.id = state.id;
  flow.secret_hash = state.secret_hash;
  flow.challenge = binding.challenge;
  if (binding.browser) {
    flow.browser = binding.browser->number;
    flow.browser_hash = binding.browser->hash;
  }
  flow.provider = call.name;
  flow.redirect_uri = wanted.redirect_uri;
  if (!begun->kept.empty()) flow.kept = deps.master.seal(begun->kept, token::flow_context(state.secret_hash), deps.random);
  flow.mode = wanted.mode;
  flow.next = wanted.next;
  flow.link_user = wanted.link_user;
  flow.expires = deps.clock.now() + deps.config.flows.ttl;
  if (auto stored = deps.store.begin_flow(flow); !stored) return stored.error();
  return std::move(begun->authorization_url);
}

http::Response answer(const Binding& binding, const Deps& deps, const std::string& url) {
  json::Writer w;
  w.object().member("authorization_url", url).end_object();
  auto response = http::json(200, w.take());
  if (binding.browser) set_browser_cookie(response, deps.config, *binding.browser);
  return response;
}

}  // namespace

http::Response provider_unknown(std::string_view name) {
  return http::detail(404, "Provider '" + std::string{name} + "' not supported").note("why", "provider not enabled");
}

base::Result<std::string> begin_flow(Call& call, const Wanted& wanted, const Binding& binding) {
  auto place = call.deps.throttle.enter({call.request.remote_addr, call.name, call.request.id});
  if (!place) return place.error();
  auto url = begin_once(call, wanted, binding);
  for (int again = 0; again < 3 && !url && url.error().code == base::Code::conflict; ++again) url = begin_once(call, wanted, binding);
  if (url) place->keep();
  return url;
}

http::Response begin_api(Call& call, std::int64_t link_user) {
  auto& deps = call.deps;
  const auto* redirect_uri = call.query.last("redirect_uri");
  if (!allowed(deps.config, redirect_uri)) return redirect_uri_refused();
  if (!deps.broker.has(call.name)) return provider_unknown(call.name);
  auto binding = bind(call);
  if (!binding) return field_error("flow_challenge", binding.error().say);

  auto url = begin_flow(call, {.redirect_uri = *redirect_uri, .params = call.query.items(), .link_user = link_user}, *binding);
  if (!url) return failure(url.error());
  return answer(*binding, deps, *url);
}

http::Response begin_login(Call& call) { return begin_api(call, 0); }

}  // namespace flow
