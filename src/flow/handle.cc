// handle.cc: the way of a request: what the client accepts, who it is, the method, then the handler (the order is DRF's: wire.md 8, 9);
// then the headers that all answers have, the count and the one log line.
#include <algorithm>
#include <chrono>
#include <exception>

#include "base/encode.h"
#include "base/text.h"
#include "flow/call.h"
#include "flow/cors.h"
#include "flow/routes.h"
#include "json/writer.h"

namespace flow {
namespace {

/// RFC 9110 12.5.1, as far as it matters where there is JSON only. A browser's text/html is answered with JSON too.
bool accepts_json(std::string_view accept) {
  if (base::trim(accept).empty()) return true;
  for (const auto& range : base::split(accept, ',')) {
    const auto type = base::lower(base::trim(std::string_view{range}.substr(0, range.find(';'))));
    if (type == "*/*" || type == "application/*" || type == "application/json" || type == "text/html") return true;
  }
  return false;
}

std::optional<http::Response> negotiate(const Call& call) {
  const auto* format = call.query.last("format");
  if (format != nullptr && !format->empty() && *format != "json") return http::detail(404, "Not found.");
  if (!accepts_json(call.request.header("accept"))) return http::detail(406, "Could not satisfy the request Accept header.");
  return std::nullopt;
}

/// DRF's metadata (wire.md G21), for clients that look at it.
http::Response describe(const Route& route) {
  json::Writer w;
  w.object().member("name", route.title).member("description", "").key("renders").array().value("application/json").end_array();
  w.key("parses").array().value("application/json").value("application/x-www-form-urlencoded").value("multipart/form-data").end_array();
  if (route.post == complete_login) {
    w.key("actions").object().key("POST").object();
    for (const auto& [name, label] : {std::pair{"access", "Access"}, {"refresh", "Refresh"}, {"user", "User"}}) {
      w.key(name).object().member("type", "string").member("required", false).member("read_only", true).member("label", label).end_object();
    }
    w.end_object().end_object();
  }
  w.end_object();
  return http::json(200, w.take());
}

/// The query as it came, but for what may not stand in a URL, and so not in a header (RFC 3986 2.1). The path is one of our own: routes.cc.
http::Response to_slash(const Call& call) {
  auto location = call.deps.config.mount + call.request.path + '/';
  if (!call.request.query.empty()) location += '?';
  for (const char c : call.request.query) {
    if (c > 0x20 && c < 0x7f && c != '#')
      location += c;
    else
      location += base::percent_encode({&c, 1});
  }
  return http::empty(301).set("Location", std::move(location));
}

http::Response dispatch(const Found& found, Call& call) {
  const auto& route = *found.route;
  const auto& method = call.request.method;
  if (found.slash_added && route.redirect_without_slash && (method == "GET" || method == "HEAD")) return to_slash(call);
  const bool json = route.kind == Kind::api || route.kind == Kind::account;
  if (json) {
    if (auto refused = negotiate(call)) return std::move(*refused);
    if (auto refused = authenticate(call)) return std::move(*refused);
  }
  if (method == "OPTIONS") return describe(route);
  const auto handler = handler_of(route, method);
  if (handler == nullptr) return http::detail(405, "Method \"" + method.substr(0, 32) + "\" not allowed.");
  if (route.kind == Kind::account || route.kind == Kind::page) {
    if (auto refused = look_at_cookie(call)) return std::move(*refused);
  }
  if (route.kind == Kind::arrival) {
    if (auto refused = look_at_cookie_from_anywhere(call)) return std::move(*refused);
  }
  if (route.kind == Kind::account) {
    if (auto refused = require_user(call)) return std::move(*refused);
  }
  return handler(call);
}

http::Response answer(const Found& found, Call& call) {
  if (call.request.authorizer || call.request.refused != 0) return gate(call);  // whatever the client's method
  if (is_preflight(call.request)) return preflight(call.request, call.deps.config);
  if (found.route == nullptr) return http::detail(404, "Not found.");
  auto response = dispatch(found, call);
  return std::move(response.set("Allow", allow_of(*found.route)));
}

/// frame-ancestors names who may frame a page, where anybody may. X-Frame-Options can name nobody but ourselves, and counts for nothing
/// beside it (CSP 3, 6.4.2.2).
bool may_be_framed(const http::Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    const auto at = header.first == "Content-Security-Policy" ? header.second.find("frame-ancestors ") : std::string::npos;
    return at != std::string::npos && header.second.compare(at + 16, 6, "'none'") != 0;
  });
}

/// A handler's own headers stay as they are.
void add_common_headers(http::Response& response, const Call& call) {
  constexpr std::pair<std::string_view, const char*> kCommon[] = {
      {"Cache-Control", "no-store"},  // RFC 6749 5.1: answers hold tokens and states
      {"Vary", "Accept, Cookie, Origin"}, {"X-Content-Type-Options", "nosniff"},         {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"}, {"Cross-Origin-Opener-Policy", "same-origin"},
  };
  for (const auto& [name, value] : kCommon) {
    if (name == "X-Frame-Options" && may_be_framed(response)) continue;
    if (!response.has(name)) response.set(std::string{name}, value);
  }
  add_cors(response, call.request, call.deps.config);
}

void account(const Found& found, const Call& call, const http::Response& response, std::chrono::steady_clock::time_point began) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  const auto route = found.route ? found.route->pattern : std::string_view{"other"};
  const auto status = std::to_string(response.status);
  call.deps.metrics.add("latchstring_requests_total", {{"route", route}, {"status", status}});
  const auto level = response.status >= 500 ? base::Level::error : base::Level::info;
  if (response.status == 429) return;  // base::Limits has written its line, or counted it among those that a flood leaves out
  if (!call.deps.log.wants(level)) return;
  const auto ms = std::to_string(took.count() / 1000) + '.' + std::to_string(took.count() / 100 % 10);
  std::vector<base::Log::Field> fields{
      {"method", std::string_view{call.request.method}.substr(0, 32)}, {"route", route}, {"status", status}};
  if (!call.name.empty()) fields.emplace_back(route.starts_with("/o/") ? "provider" : "name", std::string_view{call.name}.substr(0, 64));
  for (const auto& [key, value] : response.notes) fields.emplace_back(key, value);
  fields.emplace_back("ms", ms);
  fields.emplace_back("ip", call.request.remote_addr);
  fields.emplace_back("req", call.request.id);
  call.deps.log.event(level, "request", fields);
}

}  // namespace

http::Response handle(const http::Request& request, Deps& deps) {
  const auto began = std::chrono::steady_clock::now();
  auto found = find_route(request.path);
  Call call{request, deps, std::move(found.name), http::parse_form(request.query), std::nullopt, std::nullopt, false};
  http::Response response;
  try {
    response = answer(found, call);
  } catch (const std::exception& e) {
    response = failure({base::Code::internal, std::string{"exception: "} + e.what()});
  }
  // Where the authorizer lets somebody in, the answer is the page's, and Apache would add our headers to it.
  if (!request.authorizer || !response.lets_in) add_common_headers(response, call);
  account(found, call, response, began);
  return response;
}

}  // namespace flow
