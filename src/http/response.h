// http/response.h: an answer as a handler gives it. Headers of all answers stay below 3 KB together (nginx' default buffer).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// For the log line, filled by handlers: key, value. Never secrets.
  std::vector<std::pair<std::string, std::string>> notes;
  /// Set by the gate alone: in the authorizer role the edge sends no 2xx without it.
  bool lets_in = false;

  Response& set(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  bool has(std::string_view name) const noexcept {
    for (const auto& header : headers)
      if (header.first == name) return true;
    return false;
  }
  Response& note(std::string key, std::string value) {
    notes.emplace_back(std::move(key), std::move(value));
    return *this;
  }
};

/// application/json answer.
Response json(int status, std::string body);
/// {"detail": text}
Response detail(int status, std::string_view text);
/// 204 or a status without a body.
Response empty(int status);

struct Cookie {
  std::string name, value;
  std::string path = "/";
  std::optional<std::chrono::seconds> max_age;  // 0 deletes
  bool http_only = true;
  bool secure = false;
  std::string same_site = "Lax";  // Lax, Strict, None
};
/// The Set-Cookie value (RFC 6265 4.1). Name and value must be cookie tokens; the caller makes them so.
std::string set_cookie(const Cookie& cookie);

}  // namespace http
