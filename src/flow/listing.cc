// listing.cc: GET /o/, what a sign-in page needs to draw its buttons.
#include "base/encode.h"
#include "flow/call.h"
#include "json/writer.h"

namespace flow {

http::Response list_providers(Call& call) {
  json::Writer w;
  w.array();
  for (const auto& info : call.deps.broker.list()) {
    w.object().member("id", info.name).member("title", info.title).member("protocol", info.protocol);
    w.member("login_url", call.deps.config.public_url + "/o/" + base::percent_encode(info.name) + "/").end_object();
  }
  w.end_array();
  return http::json(200, w.take());
}

}  // namespace flow
