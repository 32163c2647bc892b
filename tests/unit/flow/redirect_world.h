// A browser in redirect mode, over a whole latchstring without sockets (world.h): it keeps cookies as browsers do.
#pragma once
#include <map>
#include <string>

#include "base/encode.h"
#include "base/url.h"
#include "unit/flow/world.h"

namespace test {

class RedirectWorld : public World {
 public:
  std::map<std::string, std::string> jar;

  /// Takes the answer's cookies; one with Max-Age=0 goes.
  void keep(const http::Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name != "Set-Cookie") continue;
      const auto equals = value.find('=');
      const auto key = value.substr(0, equals);
      jar[key] = value.substr(equals + 1, value.find(';') - equals - 1);
      if (value.find("; Max-Age=0;") != value.npos) jar.erase(key);
    }
    cookie.clear();
    for (const auto& [key, value] : jar) cookie += (cookie.empty() ? "" : "; ") + key + '=' + value;
  }

  /// Parameter `name` of a URL, decoded; "" if it is not there.
  static std::string query_of(const std::string& url, std::string_view name) {
    const auto mark = url.find('?');
    const auto params = http::parse_form(mark == url.npos ? std::string_view{} : std::string_view{url}.substr(mark + 1));
    const auto* value = params.last(name);
    return value == nullptr ? "" : *value;
  }
  /// The state in a redirection to the provider.
  static std::string state_of(const http::Response& login) { return query_of(header(login, "Location"), "state"); }

  /// First half; the browser keeps the cookie.
  std::string begin_redirect(const std::string& query = "", const std::string& name = "forge") {
    const auto login = get("/o/" + name + "/login", query);
    keep(login);
    return state_of(login);
  }
  http::Response come_back(const std::string& state, const std::string& name = "forge") {
    return get("/o/" + name + "/callback", "code=c&state=" + state);
  }
  /// Both halves; the browser keeps the session's cookie.
  http::Response sign_in(const std::string& query = "") {
    auto back = come_back(begin_redirect(query));
    keep(back);
    return back;
  }
};

}  // namespace test
