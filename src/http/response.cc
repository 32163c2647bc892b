// http/response.cc: the usual answers, and the Set-Cookie value.
#include "http/response.h"

#include "base/json_text.h"

namespace http {
Response json(int status, std::string body) {
  Response out;
  out.status = status;
  out.headers.reserve(8);  // flow adds half a dozen more
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

Response detail(int status, std::string_view text) {
  std::string body = "{\"detail\":";
  base::append_json_text(body, text);
  body += '}';
  return json(status, std::move(body));
}

Response empty(int status) {
  Response out;
  out.status = status;
  return out;
}

std::string set_cookie(const Cookie& cookie) {
  std::string out = cookie.name;
  out += '=';
  out += cookie.value;
  out += "; Path=";
  out += cookie.path;
  if (cookie.max_age) {
    out += "; Max-Age=";
    out += std::to_string(cookie.max_age->count());
  }
  if (cookie.http_only) out += "; HttpOnly";
  if (cookie.secure) out += "; Secure";
  if (!cookie.same_site.empty()) {
    out += "; SameSite=";
    out += cookie.same_site;
  }
  return out;
}

}  // namespace http
