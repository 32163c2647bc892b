// ask_user.cc: the requests for user data, [[user]] of a provider's file.
#include <algorithm>

#include "base/text.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/bound_call.h"
#include "providers/exchange.h"

namespace providers {
namespace {

base::Error nobody(std::string detail) {
  return {base::Code::bad_request, std::move(detail), "Authentication failed: the provider named no user"};
}

bool is_wanted(const UserRequest& request, const Values& values) {
  if (!request.when) return true;
  const auto value = request.when->evaluate(values);
  return (value && *value != "false") != request.unless;
}

base::Result<net::Request> user_request(const Login& login, const UserRequest& from) {
  auto url = from.url.evaluate(login.values, Expression::Escape::url);
  if (!url || url->empty()) return nobody("userinfo: its address needs a value that did not come");
  net::Request request{.method = from.method,
                       .url = std::move(*url),
                       .headers = headers_of(from.headers, login.values),
                       .private_addresses = login.private_addresses};
  auto params = evaluated(from.params, login.values), form = evaluated(from.form, login.values);
  auto& all = from.method == "POST" ? form : params;
  if (from.sign) all.emplace_back(from.sign->param, signature_of(*from.sign, all, login.values));
  append_to_query(request.url, params);
  add_header(request.headers, "Accept", "application/json");
  if (!form.empty()) set_form(request, form);
  if (login.sign) {
    if (auto done = login.sign(request); !done) return done.error();
  }
  return request;
}

json::Document headers_document(const net::Response& response) {
  json::Writer w;
  w.object();
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : response.headers) {
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    w.member(name, value);
    seen.push_back(name);
  }
  auto document = json::Document::parse(w.end_object().take());
  return document ? std::move(*document) : *json::Document::parse("{}");
}

bool is_jwt(const net::Response& response) {
  const auto type = response.header("content-type");
  return base::equal_no_case(base::trim(type.substr(0, type.find(';'))), "application/jwt");
}

base::Result<json::Value> ask(Login& login, const UserRequest& from) {
  const auto request = [&] { return user_request(login, from); };
  auto response = send_bound(login.provider, login.world, Proves::token, request, login.tokens.access);
  if (!response) return not_sent(response.error(), "userinfo");
  if (from.gate != 0) {
    if (response->status == from.gate) return json::Value{};
    return base::Error{base::Code::denied, "gate: HTTP " + std::to_string(response->status), "Your credentials aren't allowed"};
  }
  if (response->status < 200 || response->status > 299) return user_failure(*response);
  login.values.headers = login.keep(headers_document(*response));
  if (from.answer == AnswerKind::none) return json::Value{};
  const bool jwt = login.open_jwt && is_jwt(*response);
  auto document = jwt ? login.open_jwt(response->body) : read_answer(response->body, from.answer);
  if (!document) return document.error();
  const auto root = login.keep(std::move(*document));
  if (root.is_object() || root.is_array()) return root;
  return unreadable("userinfo: neither object nor array");
}

/// OIDC Core 5.3.2: sub must be the id_token's, else the access token was swapped. Some providers leave it out, though it MUST be there:
/// that is taken where at_hash shows that the token belongs to this id_token.
bool same_person(const Login& login, json::Value answer, const std::string& sub) {
  if (!answer.is_object()) return false;  // claims are the members of an object; a list is nobody's
  if (!answer["sub"].exists()) return login.bound;
  return answer["sub"].string() == sub;
}

}  // namespace

base::Status ask_user(Login& login, const std::vector<UserRequest>& requests, const std::string* sub) {
  for (const auto& request : requests) {
    login.values.user.emplace_back();
    if (!is_wanted(request, login.values)) continue;
    auto answer = ask(login, request);
    if (!answer && !request.optional) return answer.error();
    if (!answer) continue;
    const bool tells = answer->exists();  // a gate, or a status alone, tells nothing of anybody
    if (sub != nullptr && tells && request.same_sub && !same_person(login, *answer, *sub)) return token_error("Invalid UserInfo sub");
    login.values.user.back() = *answer;
    auto failed = told_failure(login.provider.spec, login.values, *answer);
    if (failed && !request.optional) return std::move(*failed);
    if (failed) login.values.user.back() = {};
  }
  return base::ok;
}

}  // namespace providers
