// fcgi/reply.cc: see reply.h.
#include "fcgi/reply.h"

#include <algorithm>

namespace fcgi {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_one_line(std::string_view value) { return value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos; }

void line(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

bool append_reply(std::string& out, const http::Response& response, bool head, std::string_view request_id) {
  const auto start = out.size();
  const auto fail = [&] {
    out.resize(start);
    return false;
  };
  if (response.status < 200 || response.status > 599) return fail();
  out += "Status: ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_one_line(value)) return fail();
    line(out, name, value);
  }
  line(out, "X-Request-Id", request_id);
  const bool bodiless = response.status == 204 || response.status == 304;  // RFC 9110 6.4.1
  if (!bodiless) line(out, "Content-Length", std::to_string(response.body.size()));
  out += "\r\n";
  if (out.size() - start > kMaxReplyHeaders) return fail();
  if (!head && !bodiless) out += response.body;
  return true;
}

}  // namespace fcgi
