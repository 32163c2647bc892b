#include "providers/exchange.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/authorize_url.h"
#include "providers/callback_error.h"
#include "providers/client_auth.h"

namespace providers {
namespace {

/// The callback's parameters as a document. One that holds a JSON object can be pointed into (Apple's `user`).
json::Document callback_document(const Finish& finish) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : finish.params) {
    if (name == "code" || name == "state") continue;
    const auto inner = value.starts_with('{') ? json::Document::parse(value, {.bytes = 8 << 10, .depth = 8}) : base::Error{};
    if (inner) {
      w.key(name).raw(inner->root().dump());
    } else {
      w.member(name, value);
    }
  }
  auto document = json::Document::parse(w.end_object().take());
  if (document) return std::move(*document);
  return *json::Document::parse("{}");  // a name came twice
}

std::vector<net::Header> headers_of(const std::vector<Parameter>& from, const Values& values) {
  std::vector<net::Header> headers;
  for (const auto& [name, value] : from) {
    if (auto text = value.evaluate(values); text && !text->empty()) headers.emplace_back(name, std::move(*text));
  }
  return headers;
}

void add_header(std::vector<net::Header>& headers, std::string_view name, std::string_view value) {
  const bool there = std::any_of(headers.begin(), headers.end(), [name](const auto& h) { return base::equal_no_case(h.first, name); });
  if (!there) headers.emplace_back(name, value);
}

base::Result<net::Request> token_request(Login& login, const TokenEndpoint& endpoint) {
  const auto& spec = login.provider.spec;
  const auto sends = [&spec](std::string_view name) {
    return std::find(spec.token.omit.begin(), spec.token.omit.end(), name) == spec.token.omit.end();
  };
  net::Request request{.method = spec.token.method,
                       .url = endpoint.url,
                       .headers = headers_of(spec.token.headers, login.values),
                       .private_addresses = endpoint.private_addresses};
  std::string form;
  if (sends("grant_type")) append_form(form, "grant_type", "authorization_code");
  append_form(form, "code", login.param("code"));
  append_form(form, "redirect_uri", login.finish.redirect_uri);
  auto done = authenticate(login.provider, endpoint.client_auth, endpoint.audience, login.world, form, request.headers);
  if (!done) return done.error();
  if (endpoint.pkce) append_form(form, "code_verifier", code_verifier_of(login.finish.seed));  // RFC 7636 4.5
  for (const auto& [name, value] : spec.token.params) {
    if (const auto text = value.evaluate(login.values); text && !text->empty()) append_form(form, name, *text);
  }
  add_header(request.headers, "Accept", "application/json");
  if (request.method == "GET") {
    request.url += (request.url.find('?') == std::string::npos ? '?' : '&') + form;
  } else {
    add_header(request.headers, "Content-Type", "application/x-www-form-urlencoded");
    request.body = std::move(form);
  }
  return request;
}

/// An error in a token answer: RFC 6749 5.2, or an object with a message (Facebook).
std::optional<base::Error> refused(json::Value answer) {
  const auto error = answer["error"];
  if (!error.exists() || error.is_null() || error.boolean() == false) return std::nullopt;
  if (error.is_object()) return refusal(error["type"].string().value_or("error"), error["message"].string().value_or(""));
  return refusal(error.text().value_or("error"), answer["error_description"].string().value_or(""));
}

/// RFC 6749 5.1. token_type is compared without case (7.1), and may be missing, as it is at several providers.
base::Status check_token(Login& login) {
  const auto answer = login.values.token;
  if (!answer.is_object()) return token_error("the provider's answer holds no token", "token: not an object");
  if (auto error = refused(answer)) return std::move(*error);
  const auto access = answer["access_token"].string();
  if (!access || access->empty()) return token_error("Missing access_token in token response");
  const auto type = answer["token_type"].string().value_or("bearer");
  if (base::equal_no_case(type, "dpop") || base::equal_no_case(type, "mac")) return token_error("the token's type is not Bearer");
  login.variables["access_token"] = *access;
  return base::ok;
}

bool is_wanted(const UserRequest& request, const Values& values) {
  if (!request.when) return true;
  const auto value = request.when->evaluate(values);
  return (value && *value != "false") != request.unless;
}

base::Result<net::Request> user_request(const Login& login, const UserRequest& from) {
  auto url = from.url.evaluate(login.values, Expression::Escape::url);
  if (!url)
    return base::Error{base::Code::bad_request, "userinfo: its address needs a value that did not come",
                       "Authentication failed: the provider named no user"};
  net::Request request{.method = from.method,
                       .url = std::move(*url),
                       .headers = headers_of(from.headers, login.values),
                       .private_addresses = login.private_addresses};
  std::string form;
  for (const auto& [name, value] : from.params) {
    if (const auto text = value.evaluate(login.values); text && !text->empty()) append_form(form, name, *text);
  }
  add_header(request.headers, "Accept", "application/json");
  if (from.method == "POST") {
    add_header(request.headers, "Content-Type", "application/x-www-form-urlencoded");
    request.body = std::move(form);
  } else if (!form.empty()) {
    request.url += (request.url.find('?') == std::string::npos ? '?' : '&') + form;
  }
  return request;
}

base::Result<json::Value> ask(Login& login, const UserRequest& from) {
  auto request = user_request(login, from);
  if (!request) return request.error();
  auto response = login.world.client.send(*request);
  if (!response) return no_answer(response.error(), "userinfo");
  if (from.gate != 0) {
    if (response->status == from.gate) return json::Value{};
    return base::Error{base::Code::denied, "gate: HTTP " + std::to_string(response->status), "Your credentials aren't allowed"};
  }
  if (response->status < 200 || response->status > 299) return user_failure(*response);
  auto document = read_answer(response->body);
  if (!document) return document.error();
  const auto root = login.keep(std::move(*document));
  if (root.is_object() || root.is_array()) return root;
  return unreadable("userinfo: neither object nor array");
}

}  // namespace

Login::Login(Provider& p, const Finish& f, World& w) : provider(p), finish(f), world(w), values(p.values()) {
  values.more = &variables;
  values.callback = keep(callback_document(f));
}

std::string_view Login::param(std::string_view name) const noexcept { return last(finish.params, name); }

json::Value Login::keep(json::Document document) {
  kept.push_back(std::move(document));
  return kept.back().root();
}

base::Status redeem(Login& login, const TokenEndpoint& endpoint) {
  if (login.param("code").empty())
    return base::Error{base::Code::bad_request, "no code", "Authentication process canceled"};  // wire.md S33
  auto request = token_request(login, endpoint);
  if (!request) return request.error();
  auto response = login.world.client.send(*request);
  if (!response) return no_answer(response.error(), "token");
  if (response->status != 200 && response->status != 201) return token_failure(*response);
  auto document = read_answer(response->body, login.provider.spec.token.form);
  if (!document) return document.error();
  login.values.token = login.keep(std::move(*document));
  return check_token(login);
}

base::Status ask_user(Login& login, const std::vector<UserRequest>& requests, const std::string* sub) {
  for (const auto& request : requests) {
    login.values.user.emplace_back();
    if (!is_wanted(request, login.values)) continue;
    auto answer = ask(login, request);
    if (!answer && !request.optional) return answer.error();
    if (!answer) continue;
    // OIDC Core 5.3.2: sub is always there and must be the id_token's; else the token was swapped.
    if (sub != nullptr && request.same_sub && (*answer)["sub"].string() != *sub) return token_error("Invalid UserInfo sub");
    login.values.user.back() = *answer;
  }
  return base::ok;
}

}  // namespace providers
