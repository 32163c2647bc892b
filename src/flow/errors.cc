// errors.cc: the one way out for failures: code -> status, JSON.
#include "flow/call.h"
#include "json/writer.h"

namespace flow {
namespace {

std::string_view general_text(base::Code code) {
  switch (code) {
    case base::Code::bad_request: return "The request could not be understood.";
    case base::Code::denied: return "This is not allowed.";
    case base::Code::not_found: return "Not found.";
    case base::Code::conflict: return "This conflicts with what is stored.";
    case base::Code::throttled: return "Request was throttled.";
    case base::Code::busy: return "The server is busy. Try again in a moment.";
    case base::Code::upstream: return "The authentication provider could not be reached";
    case base::Code::internal: return "The server made a mistake. Its log has the reason, under this request id.";
  }
  return "";
}

/// Whoever says that something is not there says what. Without words it is a driver that misses a table (store/db.h), which is our failure
/// and nobody's mistake: 404 would hide it, and tell a client that a thing is gone.
base::Code code_of(const base::Error& error) {
  return error.code == base::Code::not_found && error.say.empty() ? base::Code::internal : error.code;
}

std::string_view text_of(const base::Error& error) {
  return error.say.empty() ? general_text(code_of(error)) : std::string_view{error.say};
}

http::Response annotated(http::Response response, const base::Error& error) {
  response.note("code", base::name_of(code_of(error)));
  if (!error.detail.empty()) response.note("why", error.detail);
  if (error.code == base::Code::busy || error.code == base::Code::upstream) response.set("Retry-After", "1");
  if (error.code == base::Code::throttled) response.set("Retry-After", std::to_string(error.wait.count()));
  return response;
}

}  // namespace

int http_status(base::Code code) noexcept {
  switch (code) {
    case base::Code::bad_request: return 400;
    case base::Code::denied: return 403;
    case base::Code::not_found: return 404;
    case base::Code::conflict: return 409;
    case base::Code::throttled: return 429;  // RFC 6585 4
    case base::Code::busy: return 503;
    case base::Code::upstream: return 503;  // ours is fine, the provider is not: 502 would make a balancer blame us
    case base::Code::internal: return 500;
  }
  return 500;
}

http::Response non_field_error(int status, std::string_view text) {
  json::Writer w;
  w.object().key("non_field_errors").array().value(text).end_array().end_object();
  return http::json(status, w.take()).note("why", std::string{text});
}

http::Response field_error(std::string_view field, std::string_view text) {
  json::Writer w;
  w.object().key(field).array().value(text).end_array().end_object();
  return http::json(400, w.take()).note("why", std::string{field} + ": " + std::string{text});
}

http::Response unauthorized(std::string_view scheme, std::string_view text, std::string_view code) {
  json::Writer w;
  w.object().member("detail", text);
  if (!code.empty()) w.member("code", code);
  w.end_object();
  return http::json(401, w.take()).set("WWW-Authenticate", std::string{scheme} + " realm=\"api\"").note("why", std::string{text});
}

http::Response failure(const base::Error& error) { return annotated(http::detail(http_status(code_of(error)), text_of(error)), error); }

http::Response login_failure(const base::Error& error) {
  const bool ours = code_of(error) == base::Code::internal || error.code == base::Code::busy;
  if (ours) return failure(error);
  json::Writer w;
  w.object().key("non_field_errors").array().value(text_of(error)).end_array().end_object();
  return annotated(http::json(400, w.take()), error);
}

}  // namespace flow
