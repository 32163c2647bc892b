#include "providers/exchange.h"

#include <algorithm>

#include "base/text.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/authorize_url.h"
#include "providers/bound_call.h"
#include "providers/client_auth.h"

namespace providers {
namespace {

base::Result<Params> token_parameters(Provider& provider, const Values& values, World& world, const TokenEndpoint& endpoint, Params form,
                                      Grant grant, std::vector<net::Header>& headers) {
  const auto& spec = provider.spec;
  auto done = authenticate(provider, endpoint.client_auth, endpoint.audience, world, form, headers);
  if (!done) return done.error();
  const bool code = grant == Grant::code;
  const auto& omit = spec.token.omit;
  if (code) std::erase_if(form, [&](const auto& p) { return std::find(omit.begin(), omit.end(), p.first) != omit.end(); });
  for (auto& [name, value] : form) {
    if (const auto it = spec.token.rename.find(name); it != spec.token.rename.end()) name = it->second;
  }
  if (code) {
    for (auto& own : evaluated(spec.token.params, values)) form.push_back(std::move(own));
  }
  return form;
}

std::string json_of(const Params& params) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : params) w.member(name, value);
  return w.end_object().take();
}

/// In seconds, as a number or as a text; nullopt where it is neither, or nothing that a token's life could be.
std::optional<std::chrono::seconds> life_of(json::Value value) {
  const auto seconds = base::parse_int(value.text().value_or(""));
  constexpr std::int64_t kLongest = 10 * 365 * 86400LL;
  return seconds && *seconds >= 0 && *seconds <= kLongest ? std::optional{std::chrono::seconds{*seconds}} : std::nullopt;
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

base::Result<net::Request> token_request(Provider& provider, const Values& values, World& world, const TokenEndpoint& endpoint, Params form,
                                         Grant grant) {
  const auto& from = provider.spec.token;
  net::Request request{.method = grant == Grant::code ? from.method : provider.spec.refresh.method,
                       .url = endpoint.url,
                       .headers = headers_of(from.headers, values),
                       .private_addresses = endpoint.private_addresses};
  auto params = token_parameters(provider, values, world, endpoint, std::move(form), grant, request.headers);
  if (!params) return params.error();
  append_to_query(request.url, evaluated(from.query, values));
  add_header(request.headers, "Accept", "application/json");
  using Encoding = std::remove_cvref_t<decltype(from.encoding)>;
  auto encoding = from.encoding;
  if (request.method != from.method) encoding = request.method == "GET" ? Encoding::query : Encoding::form;
  switch (encoding) {
    case Encoding::form: set_form(request, *params); break;
    case Encoding::query: append_to_query(request.url, *params); break;
    case Encoding::json:
      add_header(request.headers, "Content-Type", "application/json");
      request.body = json_of(*params);
      break;
  }
  return request;
}

base::Result<ProviderTokens> tokens_in(const Spec& spec, const Values& values) {
  const auto answer = values.token;
  if (!answer.is_object()) return token_error("the provider's answer holds no token", "token: not an object");
  if (auto error = told_failure(spec, values, answer)) return std::move(*error);
  auto access = spec.token.access_token ? spec.token.access_token->evaluate(values) : answer["access_token"].text();
  if (!access || access->empty()) return token_error("Missing access_token in token response");
  // Compared without case (RFC 6749 7.1), and missing at several providers.
  const auto type = answer["token_type"].string().value_or("bearer");
  const bool bound = base::equal_no_case(type, "dpop");
  if ((bound && !spec.token.dpop) || base::equal_no_case(type, "mac")) return token_error("the token's type is not Bearer");
  // RFC 9449 5: one that is bound to no key is not what we asked for; whoever gets hold of it could use it.
  if (!bound && spec.token.dpop) return token_error("the token's type is not DPoP");
  ProviderTokens out;
  out.access = std::move(*access);
  out.refresh = answer["refresh_token"].string().value_or("");
  out.type = type;
  out.scope = answer["scope"].string().value_or("");
  out.expires_in = life_of(answer["expires_in"]);
  out.id_token = answer["id_token"].string().value_or("");
  return out;
}

base::Status redeem(Login& login, const TokenEndpoint& endpoint) {
  const auto& omit = login.provider.spec.token.omit;
  if (login.param("code").empty() && std::find(omit.begin(), omit.end(), "code") == omit.end())
    return base::Error{base::Code::bad_request, "no code", "Authentication process canceled"};  // wire.md S33
  Params form{
      {"grant_type", "authorization_code"}, {"code", std::string{login.param("code")}}, {"redirect_uri", login.finish.redirect_uri}};
  if (endpoint.pkce) form.emplace_back("code_verifier", code_verifier_of(login.finish.seed));  // RFC 7636 4.5
  const auto request = [&] { return token_request(login.provider, login.values, login.world, endpoint, form, Grant::code); };
  auto response = send_bound(login.provider, login.world, Proves::key, request);
  if (!response) return not_sent(response.error(), "token");
  if (response->status != 200 && response->status != 201) return token_failure(*response);
  auto document = read_answer(response->body, login.provider.spec.token.answer);
  if (!document) return document.error();
  login.values.token = login.keep(std::move(*document));
  auto tokens = tokens_in(login.provider.spec, login.values);
  if (!tokens) return tokens.error();
  login.tokens = std::move(*tokens);
  login.variables["access_token"] = login.tokens.access;
  return base::ok;
}

}  // namespace providers
