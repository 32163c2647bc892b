#include "providers/provider.h"

#include "base/url.h"

namespace providers {
namespace {

std::string address(const std::optional<Expression>& from, const Values& values) {
  return from ? from->evaluate(values, Expression::Escape::url).value_or("") : std::string{};
}

/// The part of a Spec that judges claims.
std::unique_ptr<const Spec> app_spec_of(const Spec& spec) {
  auto out = std::make_unique<Spec>();
  out->issuer = Expression::text(spec.native_id_token.issuer);
  out->other_issuers = spec.native_id_token.other_issuers;
  out->id_token.algs = spec.native_id_token.algs;
  out->variables = spec.variables;
  return out;
}

/// Before the addresses are made: the requests name the key that tokens are bound to (RFC 9449 10).
base::Status read_key(Provider& provider) {
  auto& spec = provider.spec;
  const auto& pem = spec.client_auth == ClientAuth::signed_secret ? spec.client_secret : spec.private_key;
  if (pem.empty()) return base::ok;
  auto key = crypto::SignKey::from_pem(pem);
  if (!key) return base::Error{base::Code::bad_request, {}, "providers." + provider.name + ": its private key is no PEM that can be read"};
  if (spec.token.dpop) spec.dpop_jkt = token::thumbprint(key->verify_key());
  provider.key = std::move(*key);
  return base::ok;
}

}  // namespace

std::string Provider::token_address(const Values& login) const {
  return spec.token.url && spec.token.url->reads(Expression::kDocuments) ? address(spec.token.url, login) : token_url;
}

base::Result<std::unique_ptr<Provider>> make_provider(std::string name, Spec spec) {
  auto provider = std::make_unique<Provider>();
  provider->name = std::move(name);
  provider->spec = std::move(spec);
  const auto values = provider->values();
  const auto& own = provider->spec;
  provider->client_id = provider->variable("client_id");
  if (auto read = read_key(*provider); !read) return read.error();
  if (own.issuer && !own.issuer->reads("i")) provider->issuer = address(own.issuer, values);
  if (own.authorize.url) provider->authorize = make_authorize_url(own, values, address(own.authorize.url, values), own.pkce);
  provider->pushed_url = address(own.authorize.pushed_url, values);
  provider->token_url = address(own.token.url, values);
  provider->keys_url = address(own.id_token.keys, values);
  provider->event_keys_url = address(own.events.keys, values);
  if (!own.native_id_token.issuer.empty()) {
    provider->app_spec = app_spec_of(own);
    provider->app_keys_url = address(own.native_id_token.keys, values);
  }
  return provider;
}

}  // namespace providers
