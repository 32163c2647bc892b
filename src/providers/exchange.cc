#include "providers/exchange.h"

#include <algorithm>

#include "base/text.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/authorize_url.h"
#include "providers/client_auth.h"

namespace providers {
namespace {

base::Result<Params> token_parameters(Login& login, const TokenEndpoint& endpoint, std::vector<net::Header>& headers) {
  const auto& spec = login.provider.spec;
  Params form{
      {"grant_type", "authorization_code"}, {"code", std::string{login.param("code")}}, {"redirect_uri", login.finish.redirect_uri}};
  auto done = authenticate(login.provider, endpoint.client_auth, endpoint.audience, login.world, form, headers);
  if (!done) return done.error();
  if (endpoint.pkce) form.emplace_back("code_verifier", code_verifier_of(login.finish.seed));  // RFC 7636 4.5
  std::erase_if(form, [&omit = spec.token.omit](const auto& p) { return std::find(omit.begin(), omit.end(), p.first) != omit.end(); });
  for (auto& [name, value] : form) {
    if (const auto it = spec.token.rename.find(name); it != spec.token.rename.end()) name = it->second;
  }
  for (auto& own : evaluated(spec.token.params, login.values)) form.push_back(std::move(own));
  return form;
}

std::string json_of(const Params& params) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : params) w.member(name, value);
  return w.end_object().take();
}

base::Result<net::Request> token_request(Login& login, const TokenEndpoint& endpoint) {
  const auto& from = login.provider.spec.token;
  net::Request request{.method = from.method,
                       .url = endpoint.url,
                       .headers = headers_of(from.headers, login.values),
                       .private_addresses = endpoint.private_addresses};
  auto params = token_parameters(login, endpoint, request.headers);
  if (!params) return params.error();
  append_to_query(request.url, evaluated(from.query, login.values));
  add_header(request.headers, "Accept", "application/json");
  using Encoding = std::remove_cvref_t<decltype(from.encoding)>;
  switch (from.encoding) {
    case Encoding::form: set_form(request, *params); break;
    case Encoding::query: append_to_query(request.url, *params); break;
    case Encoding::json:
      add_header(request.headers, "Content-Type", "application/json");
      request.body = json_of(*params);
      break;
  }
  return request;
}

/// RFC 6749 5.1. token_type is compared without case (7.1), and may be missing, as it is at several providers.
base::Status check_token(Login& login) {
  const auto answer = login.values.token;
  const auto& spec = login.provider.spec;
  if (!answer.is_object()) return token_error("the provider's answer holds no token", "token: not an object");
  if (auto error = told_failure(spec, login.values, answer)) return std::move(*error);
  auto access = spec.token.access_token ? spec.token.access_token->evaluate(login.values) : answer["access_token"].text();
  if (!access || access->empty()) return token_error("Missing access_token in token response");
  const auto type = answer["token_type"].string().value_or("bearer");
  if (base::equal_no_case(type, "dpop") || base::equal_no_case(type, "mac")) return token_error("the token's type is not Bearer");
  login.variables["access_token"] = std::move(*access);
  return base::ok;
}

}  // namespace

json::Document document_of(const Params& params, const std::vector<std::string_view>& without) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : params) {
    if (std::find(without.begin(), without.end(), name) != without.end() || last(params, name).data() != value.data()) continue;
    const auto inner = value.starts_with('{') ? json::Document::parse(value, {.bytes = 8 << 10, .depth = 8}) : base::Error{};
    if (inner) {
      w.key(name).raw(inner->root().dump());
    } else {
      w.member(name, value);
    }
  }
  auto document = json::Document::parse(w.end_object().take());
  if (document) return std::move(*document);
  return *json::Document::parse("{}");
}

Login::Login(Provider& p, const Finish& f, World& w) : provider(p), finish(f), world(w), values(p.values()) {
  values.more = &variables;
  values.callback = keep(document_of(f.params, {"code", "state"}));
  variables["redirect_uri"] = f.redirect_uri;
  if (const auto code = param("code"); !code.empty()) variables["code"] = code;
}

std::string_view Login::param(std::string_view name) const noexcept { return last(finish.params, name); }

json::Value Login::keep(json::Document document) {
  kept.push_back(std::move(document));
  return kept.back().root();
}

base::Status redeem(Login& login, const TokenEndpoint& endpoint) {
  const auto& omit = login.provider.spec.token.omit;
  if (login.param("code").empty() && std::find(omit.begin(), omit.end(), "code") == omit.end())
    return base::Error{base::Code::bad_request, "no code", "Authentication process canceled"};  // wire.md S33
  auto request = token_request(login, endpoint);
  if (!request) return request.error();
  auto response = login.world.client.send(*request);
  if (!response) return no_answer(response.error(), "token");
  if (response->status != 200 && response->status != 201) return token_failure(*response);
  auto document = read_answer(response->body, login.provider.spec.token.answer);
  if (!document) return document.error();
  login.values.token = login.keep(std::move(*document));
  return check_token(login);
}

}  // namespace providers
