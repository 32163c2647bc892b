// A browser in redirect mode, over a whole latchstring without sockets (world.h): it keeps cookies as browsers do.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "http/request.h"
#include "unit/flow/world.h"

namespace test {

using Headers = std::vector<std::pair<std::string, std::string>>;

class RedirectWorld : public World {
 public:
  std::map<std::string, std::string> jar;

  RedirectWorld() {
    provider("acme", R"(kind = "oidc"
issuer = "https://login.acme.example"
client_id = "id3"
client_secret = "yet-another-secret"
authorize = { pass = ["login_hint"] })");
    net.answer("https://login.acme.example/.well-known/openid-configuration", 200,
               R"({"issuer":"https://login.acme.example","authorization_endpoint":"https://login.acme.example/authorize",
"token_endpoint":"https://login.acme.example/token","jwks_uri":"https://login.acme.example/jwks",
"authorization_response_iss_parameter_supported":true})");
    open();
  }

  /// Takes the answer's cookies; one with Max-Age=0 goes.
  void keep(const http::Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name != "Set-Cookie") continue;
      const auto equals = value.find('=');
      const auto key = value.substr(0, equals);
      jar[key] = value.substr(equals + 1, value.find(';') - equals - 1);
      if (value.find("; Max-Age=0;") != value.npos) jar.erase(key);
    }
    show_cookies();
  }
  void show_cookies() {
    cookie.clear();
    for (const auto& [key, value] : jar) cookie += (cookie.empty() ? "" : "; ") + key + '=' + value;
  }
  /// Another browser, or this one after its cookies were deleted.
  void forget() {
    jar.clear();
    cookie.clear();
  }

  http::Response ask(std::string method, std::string path, std::string query, Headers headers = {}, std::string form = "") {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.headers = std::move(headers);
    request.body = std::move(form);
    if (!request.body.empty()) request.content_type = "application/x-www-form-urlencoded";
    return send(std::move(request));
  }
  /// A form of another site's page: browsers leave SameSite=Lax cookies at home.
  http::Response post_from_elsewhere(const std::string& path, const std::string& form) {
    const auto cookies = std::exchange(cookie, "");
    auto response = ask("POST", path, "", {{"origin", "https://forge.example"}, {"sec-fetch-site", "cross-site"}}, form);
    cookie = cookies;
    return response;
  }
  http::Response post_from_us(const std::string& path, const std::string& form) {
    return ask("POST", path, "", {{"origin", "https://app.example"}, {"sec-fetch-site", "same-origin"}}, form);
  }

  /// Parameter `name` of a URL, decoded; "" if it is not there.
  static std::string query_of(const std::string& url, std::string_view name) {
    const auto mark = url.find('?');
    const auto params = http::parse_form(mark == url.npos ? std::string_view{} : std::string_view{url}.substr(mark + 1));
    const auto* value = params.last(name);
    return value == nullptr ? "" : *value;
  }
  static std::string location(const http::Response& response) { return header(response, "Location"); }
  /// The state in a redirection to the provider.
  static std::string state_of(const http::Response& login) { return query_of(location(login), "state"); }
  static bool sets(const http::Response& response, std::string_view cookie_name) {
    return header(response, "Set-Cookie").starts_with(std::string{cookie_name} + '=');
  }

  /// First half; the browser keeps the cookie.
  std::string begin_redirect(const std::string& query = "", const std::string& name = "forge") {
    const auto login = get("/o/" + name + "/login", query);
    keep(login);
    return state_of(login);
  }
  http::Response come_back(const std::string& state, const std::string& name = "forge", const Headers& headers = {}) {
    return ask("GET", "/o/" + name + "/callback", "code=c&state=" + state, headers);
  }
  /// Both halves; the browser keeps the session's cookie.
  http::Response sign_in(const std::string& query = "") {
    auto back = come_back(begin_redirect(query));
    keep(back);
    return back;
  }
  std::int64_t flows_in_hand() { return *store.count_flows(); }
  std::int64_t sessions_in_hand() { return *store.count_sessions(); }
};

}  // namespace test
