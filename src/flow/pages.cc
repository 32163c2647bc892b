// pages.cc: GET /o/{provider}/metadata and /o/{provider}/post: the pages that a protocol has besides the two of every provider. What they
// hold is the engine's (providers/engine.h).
#include "flow/binding.h"
#include "flow/call.h"
#include "flow/redirect.h"

namespace flow {

http::Response provider_page(Call& call) {
  if (!call.deps.broker.has(call.name)) return provider_unknown(call.name);
  const auto& path = call.request.path;
  auto back = call.deps.config.redirect_uris;
  back.push_back(callback_url(call.deps.config, call.name));
  auto page = call.deps.broker.page(call.name, {path.substr(path.rfind('/') + 1), call.query.items(), std::move(back)});
  if (!page) return failure(page.error());
  http::Response response{200, {}, std::move(page->body), {}};
  response.set("Content-Type", std::move(page->content_type));
  if (!page->policy.empty()) response.set("Content-Security-Policy", std::move(page->policy));
  return response;
}

}  // namespace flow
