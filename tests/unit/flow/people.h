// unit/flow/people.h: people who sign in with several providers, and link them.
#pragma once
#include <string>

#include "unit/flow/world.h"

namespace test {

struct People : World {
  static constexpr const char* kBack = "redirect_uri=https%3A%2F%2Fapp.example%2Fcb";

  /// A provider at https://NAME.example whose word on addresses counts. `more` is TOML.
  void add(const std::string& name, const std::string& more = "") {
    const auto at = "https://" + name + ".example";
    provider(name, "kind = \"oauth2\"\nclient_id = \"id\"\nclient_secret = \"s3cr3t\"\nauthorize = { url = \"" + at +
                       "/authorize\" }\ntoken = { url = \"" + at + "/token\" }\nuser = [ { url = \"" + at +
                       "/user\", headers = { Authorization = \"Bearer {access_token}\" } } ]\nmap = { uid = \"u:/id\", username = "
                       "\"u:/login\", email = \"u:/email\", email_verified = \"u:/verified\", name = \"u:/full_name\" }\n" +
                       more);
    net.answer(at + "/token", 200, R"({"access_token":"at","token_type":"bearer"})");
    open();
  }
  /// Who sits before the provider's login page. `user` is what it answers.
  void sits(const std::string& name, const std::string& user) {
    net.answers["https://" + name + ".example/user"] = {net::Response{200, {{"content-type", "application/json"}}, user}};
  }
  http::Response login(const std::string& name, const std::string& user) {
    sits(name, user);
    return finish(begin(name), name);
  }
  /// The access token of a login that must succeed.
  std::string enter(const std::string& name, const std::string& user) {
    const auto response = login(name, user);
    if (response.status != 201) throw std::runtime_error("login with " + name + ": " + response.body);
    return text(response, "access");
  }

  http::Response ask(std::string method, std::string path, const std::string& access, std::string query = "", std::string body = "",
                     std::string type = "application/x-www-form-urlencoded") {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.body = std::move(body);
    request.content_type = request.body.empty() ? "" : std::move(type);
    if (!access.empty()) request.headers.emplace_back("authorization", "Bearer " + access);
    return send(std::move(request));
  }
  std::string id(const std::string& access) { return text(ask("GET", "/users/me/", access), "id"); }

  /// First half of linking: the state.
  std::string begin_link(const std::string& name, const std::string& access, const std::string& more = "") {
    const auto response = ask("GET", "/o/" + name + "/link/", access, kBack + more);
    if (const auto set = header(response, "Set-Cookie"); !set.empty()) cookie = set.substr(0, set.find(';'));
    const auto url = text(response, "authorization_url");
    const auto at = url.find("&state=") + 7;
    return url.substr(at, url.find('&', at) - at);
  }
  http::Response finish_link(const std::string& name, const std::string& access, const std::string& state) {
    return ask("POST", "/o/" + name + "/link/", access, "", "code=c&state=" + state);
  }
  http::Response link(const std::string& name, const std::string& access, const std::string& user) {
    sits(name, user);
    return finish_link(name, access, begin_link(name, access));
  }
  std::size_t ways(const std::string& access) {
    auto document = json::Document::parse(ask("GET", "/users/me/identities/", access).body);
    return document ? document->root().size() : 0;
  }
  static std::string body_of(const http::Response& response) { return std::to_string(response.status) + ' ' + response.body; }
};

}  // namespace test
