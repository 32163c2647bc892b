#include "providers/end_session.h"

#include <algorithm>

#include "base/url.h"
#include "providers/exchange.h"
#include "providers/oidc_issuer.h"

namespace providers {
namespace {

/// Null where there is none, or where it cannot be had: a logout here does not wait for that.
std::shared_ptr<const Metadata> metadata_or_none(Provider& provider, World& world) {
  if (!provider.spec.id_tokens) return nullptr;
  auto found = metadata_if_needed(provider, world);
  return found ? *found : nullptr;
}

std::string address_of(const EndSessionRules& page, const Metadata* metadata, const Values& values) {
  if (page.url) return page.url->evaluate(values, Expression::Escape::url).value_or("");
  return metadata == nullptr ? std::string{} : metadata->end_session;
}

Params parameters_of(const EndSessionRules& page, const Provider& provider, const EndSession& what, const Values& values) {
  if (!page.params.empty()) return evaluated(page.params, values);
  Params params{{"client_id", provider.client_id}, {"post_logout_redirect_uri", what.post_logout_redirect_uri}, {"state", what.state}};
  if (!what.id_token_hint.empty()) params.emplace_back("id_token_hint", what.id_token_hint);
  return params;
}

}  // namespace

std::string end_session_url(Provider& provider, World& world, const EndSession& what) {
  const auto& page = provider.spec.end_session;
  const auto metadata = metadata_or_none(provider, world);
  Variables more{{"post_logout_redirect_uri", what.post_logout_redirect_uri}, {"state", what.state}};
  if (!what.id_token_hint.empty()) more.emplace("id_token_hint", what.id_token_hint);
  auto values = provider.values();
  values.more = &more;
  auto url = address_of(page, metadata.get(), values);
  if (url.empty()) return {};
  for (const auto& [name, value] : parameters_of(page, provider, what, values)) base::append_query(url, name, value);
  if (url.size() <= what.longest) return url;
  return what.id_token_hint.empty() ? std::string{}
                                    : end_session_url(provider, world, {{}, what.post_logout_redirect_uri, what.state, what.longest});
}

bool has_end_session(Provider& provider, World& world) {
  if (provider.spec.end_session.url) return true;
  const auto known = provider.metadata.fresh(world.clock.now());
  return known && !known->end_session.empty();
}

std::vector<std::string> page_origins(Provider& provider, World& world) {
  const auto metadata = metadata_or_none(provider, world);
  std::vector<std::string> urls{std::string{issuer_of(provider, metadata.get())}};
  const auto values = provider.values();
  if (const auto& url = provider.spec.authorize.url) urls.push_back(url->fixed_part(values));
  if (const auto& url = provider.spec.end_session.url) urls.push_back(url->fixed_part(values));
  if (metadata) urls.insert(urls.end(), {metadata->authorize, metadata->end_session});
  std::vector<std::string> origins;
  for (const auto& url : urls) {
    const auto parsed = base::parse_url(url);
    if (!parsed) continue;
    auto origin = base::origin_of(*parsed);
    if (std::find(origins.begin(), origins.end(), origin) == origins.end()) origins.push_back(std::move(origin));
  }
  return origins;
}

std::string own_issuer(Provider& provider, World& world, std::string_view iss) {
  if (!provider.spec.id_tokens || iss.empty()) return {};
  const auto metadata = metadata_or_none(provider, world);
  const std::string one{issuer_of(provider, metadata.get())};
  if (one.empty()) return std::string{iss};
  const auto& others = provider.spec.other_issuers;
  const bool ours = iss == one || std::find(others.begin(), others.end(), iss) != others.end();
  return ours ? one : std::string{};
}

}  // namespace providers
