// gate_answer.cc: see gate_answer.h.
#include "flow/gate_answer.h"

#include <algorithm>
#include <array>

#include "base/encode.h"
#include "base/markup.h"
#include "base/text.h"
#include "base/url.h"
#include "json/writer.h"
#include "store/rules.h"

namespace flow {
namespace {

constexpr std::size_t kMostNext = 1024;  // bytes, before they are encoded: all headers stay below 3 KB
constexpr std::size_t kMostValue = 256;  // of a variable

/// A person with a browser, who can be shown a page. Programs and scripts ask for JSON or for anything.
bool is_browser(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  for (const auto& range : base::split(request.header("accept"), ','))
    if (base::equal_no_case(base::trim(std::string_view{range}.substr(0, range.find(';'))), "text/html")) return true;
  return false;
}

/// A path that leads nowhere but to this host, in bytes that need no thought.
bool is_way_back(std::string_view uri) {
  if (!uri.starts_with('/') || uri.starts_with("//") || uri.size() > kMostNext) return false;
  return std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '#'; });
}

std::string json_body(std::string_view detail, std::string_view url) {
  json::Writer w;
  return w.object().member("detail", detail).member("login_url", url).end_object().take();
}

/// Nothing in it but text and links, so its policy allows nothing else.
http::Response page(int status, std::string_view title, std::string_view text, const std::string& link, std::string_view link_text) {
  std::string body =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
  body += std::string{title} + "</title>\n<h1>" + std::string{title} + "</h1>\n<p>" + std::string{text} + "</p>\n";
  body += "<p><a href=\"" + base::escape_markup(link) + "\">" + std::string{link_text} + "</a></p>\n</html>\n";
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.set("Content-Type", "text/html; charset=utf-8");
  response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  return response;
}

}  // namespace

std::string header_text(std::string_view value, std::size_t most) {
  if (!base::is_utf8(value)) return {};
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (byte < 0x20 || byte == 0x7f) continue;
    // U+0080 to U+009F: control characters of ISO 8859-1, which is what some read headers as.
    if (byte == 0xc2 && static_cast<unsigned char>(value[i + 1]) < 0xa0) {
      ++i;
      continue;
    }
    out += value[i];
  }
  return std::string{base::trim(store::clip(base::trim(out), most))};
}

std::string login_url(const config::Config& config, std::string_view original) {
  auto url = config.pages.login.empty() ? config.public_url + "/login" : config.pages.login;
  if (is_way_back(original)) base::append_query(url, "next", original);
  return url;
}

http::Response let_in(const http::Request& request, const std::optional<GateGuest>& guest) {
  http::Response response;
  response.lets_in = true;
  if (!guest) return response;
  const std::array<std::array<const char*, 2>, 5> names{{{"Variable-REMOTE_USER", "Remote-User"},
                                                         {"Variable-REMOTE_USER_ID", "Remote-User-Id"},
                                                         {"Variable-REMOTE_EMAIL", "Remote-Email"},
                                                         {"Variable-REMOTE_NAME", "Remote-Name"},
                                                         {"Variable-REMOTE_PROVIDER", "Remote-Provider"}}};
  const std::array values{&guest->username, &guest->id, &guest->email, &guest->name, &guest->provider};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (auto value = header_text(*values[i], kMostValue); !value.empty())
      response.set(names[i][request.authorizer ? 0 : 1], std::move(value));
  }
  return response;
}

http::Response sign_in_first(const http::Request& request, const config::Config& config, bool lead) {
  auto url = login_url(config, request.original);
  if (lead && is_browser(request)) return http::empty(303).set("Location", std::move(url));
  return http::json(401, json_body("Authentication credentials were not provided.", url)).set("WWW-Authenticate", "Bearer realm=\"gate\"");
}

http::Response not_allowed(const http::Request& request, const config::Config& config, bool lead, std::string_view text) {
  auto url = login_url(config, request.original);
  if (lead && is_browser(request)) return page(403, "Not allowed", text, url, "Sign in with another account");
  return http::json(403, json_body(text, url));
}

http::Response refused_elsewhere(const http::Request& request) {
  const bool again = request.refused == 401;
  const int status = again ? 503 : 403;
  const auto* title = again ? "Try again" : "Not allowed";
  const auto* text = again ? "You are signed in: this page can be opened now." : "The web server does not show this page to anybody.";
  const auto link = again && is_way_back(request.original) ? request.original : "/";
  auto response = is_browser(request) ? page(status, title, text, link, again ? "Open it" : "Go to the start") : http::detail(status, text);
  if (again) response.set("Retry-After", "1");
  return response;
}

}  // namespace flow
