// cors.cc: which pages of other origins may read our answers.
#include "flow/cors.h"

#include <algorithm>

namespace flow {
namespace {

bool listed(std::string_view origin, const config::Config& config) {
  const auto& origins = config.cors.origins;
  return !origin.empty() && std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace

bool is_preflight(const http::Request& request) {
  return request.method == "OPTIONS" && !request.header("origin").empty() && !request.header("access-control-request-method").empty();
}

http::Response preflight(const http::Request& request, const config::Config& config) {
  auto response = http::empty(200);
  if (!listed(request.header("origin"), config)) return response.note("why", "origin not in cors.origins");
  response.set("Access-Control-Allow-Headers", "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with");
  response.set("Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, PATCH, POST, PUT").set("Access-Control-Max-Age", "86400");
  return response;
}

void add_cors(http::Response& response, const http::Request& request, const config::Config& config) {
  const auto origin = request.header("origin");
  if (!listed(origin, config)) return;
  if (response.has("Access-Control-Allow-Origin")) return;  // open to all, without credentials
  response.set("Access-Control-Allow-Origin", std::string{origin}).set("Access-Control-Allow-Credentials", "true");
}

}  // namespace flow
