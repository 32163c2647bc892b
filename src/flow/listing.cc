// listing.cc: GET /o/, what a sign-in page needs to draw its buttons.
#include "flow/call.h"
#include "flow/redirect.h"
#include "json/writer.h"

namespace flow {

http::Response list_providers(Call& call) {
  json::Writer w;
  w.array();
  for (const auto& info : call.deps.broker.list()) {
    w.object().member("id", info.name).member("title", info.title).member("protocol", info.protocol);
    // A link for people: redirect mode. A widget needs a page of the site's own, and that page asks API mode.
    const auto& config = call.deps.config;
    w.member("login_url", info.widget ? api_url(config, info.name) : login_url(config, info.name)).end_object();
  }
  w.end_array();
  return http::json(200, w.take());
}

}  // namespace flow
