#include "providers/later.h"

#include <algorithm>

#include "providers/answer.h"
#include "providers/bound_call.h"
#include "providers/client_auth.h"
#include "providers/exchange.h"
#include "providers/native.h"
#include "providers/oidc_issuer.h"

namespace providers {
namespace {

constexpr std::string_view kGrantType = "grant_type";

/// The file has a request of its own, and not that of RFC 6749 6.
bool has_own_grant(const LaterEndpoint& refresh) {
  return std::any_of(refresh.params.begin(), refresh.params.end(), [](const Parameter& param) { return param.name == kGrantType; });
}

bool names(const Parameters& params, std::string_view variable) {
  return std::any_of(params.begin(), params.end(), [variable](const Parameter& param) {
    const auto all = param.value.variables();
    return std::find(all.begin(), all.end(), variable) != all.end();
  });
}

Variables variables_of(const Kept& kept) {
  Variables out{{"uid", kept.uid}};
  if (!kept.tokens.access.empty()) out["access_token"] = kept.tokens.access;
  if (!kept.tokens.refresh.empty()) out["refresh_token"] = kept.tokens.refresh;
  return out;
}

/// As the file has it, parameters where the method has them.
net::Request own_request(const LaterEndpoint& from, const Values& values) {
  net::Request request{.method = from.method,
                       .url = from.url->evaluate(values, Expression::Escape::url).value_or(""),
                       .headers = headers_of(from.headers, values)};
  const auto params = evaluated(from.params, values);
  add_header(request.headers, "Accept", "application/json");
  if (from.method == "POST") {
    set_form(request, params);
  } else {
    append_to_query(request.url, params);
  }
  return request;
}

base::Result<net::Request> refresh_request(Provider& provider, const Engine& engine, const Kept& kept, const Values& values, World& world) {
  const auto& from = provider.spec.refresh;
  if (has_own_grant(from)) return own_request(from, values);
  auto endpoint = engine.refreshes_at(provider, world);
  if (!endpoint) return endpoint.error();
  if (from.url) {
    endpoint->url = from.url->evaluate(values, Expression::Escape::url).value_or("");
    endpoint->private_addresses = true;  // the file's word, as is the token endpoint's
  }
  Params form{{std::string{kGrantType}, "refresh_token"}, {"refresh_token", kept.tokens.refresh}};
  for (auto& param : evaluated(from.params, values)) form.push_back(std::move(param));
  auto request = token_request(provider, values, world, *endpoint, std::move(form), Grant::refresh);
  if (!request) return request.error();
  for (auto& [name, value] : headers_of(from.headers, values)) request->headers.emplace_back(name, value);
  return request;
}

base::Error gone(std::string why) {
  return {base::Code::denied, "refresh: " + std::move(why), "The provider does not know this sign-in any more. Sign in again."};
}

/// What the answer leaves out is as it was (RFC 6749 6).
void complete(ProviderTokens& fresh, const ProviderTokens& old) {
  if (fresh.refresh.empty()) fresh.refresh = old.refresh;
  if (fresh.scope.empty()) fresh.scope = old.scope;
}

/// OIDC Core 12.2: an id_token that comes along is about the same person, from the same issuer.
base::Status same_person(Provider& provider, const Kept& kept, const ProviderTokens& fresh, World& world) {
  if (fresh.id_token.empty() || kept.sub.empty()) return base::ok;
  const auto believed = believe(provider, world, fresh.id_token, fresh.access, Keys::any);
  if (!believed) return believed.error();
  const auto claims = believed->claims.root();
  if (claims["iss"].string() != kept.issuer || claims["sub"].string() != kept.sub) return gone("the id_token names another issuer or sub");
  return base::ok;
}

}  // namespace

bool can_refresh(const Provider& provider, const Engine& engine, const Kept& kept) {
  const auto& from = provider.spec.refresh;
  const bool has_token = !kept.tokens.refresh.empty();
  if (has_own_grant(from)) return from.url && (has_token || !names(from.params, "refresh_token"));
  return has_token && engine.refreshes_at != nullptr;
}

base::Result<ProviderTokens> refresh_tokens(Provider& provider, const Engine& engine, const Kept& kept, World& world) {
  if (!can_refresh(provider, engine, kept)) return gone("there is nothing to refresh with");
  const auto variables = variables_of(kept);
  auto values = provider.values();
  values.more = &variables;
  const auto request = [&] { return refresh_request(provider, engine, kept, values, world); };
  auto response = send_bound(provider, world, Proves::key, request);
  if (!response) return not_sent(response.error(), "refresh");
  const auto answer = read_answer(response->body, provider.spec.token.answer);
  if (answer) values.token = answer->root();
  const auto& refused = provider.spec.refresh.refused;
  if (values.token["error"].string() == "invalid_grant" || (refused && refused->evaluate(values))) return gone("refused by the provider");
  if (response->status != 200 && response->status != 201) return status_failure(*response, "refresh");
  if (!answer) return answer.error();
  auto fresh = tokens_in(provider.spec, values);
  if (!fresh) return fresh.error();
  if (engine.id_tokens) {
    if (auto same = same_person(provider, kept, *fresh, world); !same) return same.error();
  }
  complete(*fresh, kept.tokens);
  return fresh;
}

base::Status revoke_tokens(Provider& provider, const Engine& engine, const Kept& kept, World& world) {
  const auto variables = variables_of(kept);
  auto values = provider.values();
  values.more = &variables;
  net::Request request;
  if (provider.spec.revoke.url) {
    request = own_request(provider.spec.revoke, values);
  } else if (engine.id_tokens) {
    const auto metadata = metadata_if_needed(provider, world);
    if (!metadata) return metadata.error();
    if (*metadata == nullptr || (*metadata)->revocation.empty()) return base::ok;
    const auto endpoint = engine.refreshes_at(provider, world);
    if (!endpoint) return endpoint.error();
    // RFC 7009 2.1: with the refresh token its access tokens go too, where the provider can do that.
    const bool both = !kept.tokens.refresh.empty();
    Params form{{"token", both ? kept.tokens.refresh : kept.tokens.access}, {"token_type_hint", both ? "refresh_token" : "access_token"}};
    request.method = "POST";
    request.url = (*metadata)->revocation;
    request.private_addresses = private_addresses_allowed(request.url, (*metadata)->where);
    auto done = authenticate(provider, endpoint->client_auth, endpoint->audience, world, form, request.headers);
    if (!done) return done.error();
    set_form(request, form);
  } else {
    return base::ok;
  }
  const auto response = send_bound(provider, world, Proves::client, [&request] { return base::Result<net::Request>{request}; });
  if (!response) return not_sent(response.error(), "revoke");
  if (response->status < 200 || response->status > 299) return status_failure(*response, "revoke");
  return base::ok;
}

}  // namespace providers
