// http/response.cc: the usual answers, and the Set-Cookie value.
#include "http/response.h"

#include "base/encode.h"

namespace http {
namespace {

/// `text` as a JSON string. Text that is no UTF-8 comes from a path or a parameter: its bytes become U+FFFD, so that the answer stays JSON.
void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  const bool utf8 = base::is_utf8(text);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else if (byte >= 0x80 && !utf8) {
      out += "\\ufffd";
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

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
  append_json_string(body, text);
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
