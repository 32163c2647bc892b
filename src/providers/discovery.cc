#include "providers/discovery.h"

#include <algorithm>

#include "base/url.h"
#include "json/value.h"
#include "providers/provider.h"

namespace providers {
namespace {

base::Error unfit(const std::string& what) { return {base::Code::upstream, "discovery: " + what, "discovery document: " + what}; }

bool lists(json::Value array, std::string_view word) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array.at(i).string() == word) return true;
  }
  return false;
}

/// "" and no error where the member is absent.
base::Result<std::string> address(json::Value document, std::string_view member, bool loopback_issuer) {
  const auto value = document[member];
  if (!value.exists() || value.is_null()) return std::string{};
  const auto url = base::parse_url(value.string().value_or(""));
  const bool safe =
      url && !url->has_fragment && !url->has_userinfo && (url->scheme == "https" || (loopback_issuer && base::is_secure_or_loopback(*url)));
  if (!safe) return unfit(std::string{member} + " is no https URL");
  return std::string{*value.string()};
}

/// The asymmetric ones of those that the provider names; nothing else is ever taken from a document (RFC 8725 3.1).
std::vector<crypto::Alg> algs_of(json::Value list) {
  if (!list.is_array()) return {crypto::Alg::RS256};  // the one that every provider has (OIDC Discovery 3)
  std::vector<crypto::Alg> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto alg = crypto::alg_from(list.at(i).string().value_or(""));
    if (alg && !crypto::fits(*alg, crypto::Kind::oct)) out.push_back(*alg);
  }
  return out;
}

ClientAuth client_auth_of(json::Value methods) {
  if (!methods.is_array() || lists(methods, "client_secret_basic")) return ClientAuth::basic;  // the default (OIDC Discovery 3)
  return lists(methods, "client_secret_post") ? ClientAuth::post : ClientAuth::basic;
}

}  // namespace

std::string metadata_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);  // OIDC Discovery 4: a terminating slash is taken off
  return std::string{issuer} + "/.well-known/openid-configuration";
}

bool private_addresses_allowed(std::string_view url, std::string_view issuer) {
  const auto ours = base::parse_url(issuer);
  const auto theirs = base::parse_url(url);
  return ours && theirs && (base::is_loopback_host(ours->host) || ours->host == theirs->host);
}

base::Result<Metadata> parse_metadata(std::string_view body, const Spec& spec, std::string_view issuer) {
  const auto document = json::Document::parse(body, {.bytes = 256 << 10});
  if (!document || !document->root().is_object()) return unfit("not a JSON object");
  const auto root = document->root();
  // OIDC Discovery 4.3: exactly the issuer that was asked for; else one provider could speak for another.
  const auto named = root["issuer"].string().value_or("");
  if (named != issuer)
    return unfit("it names the issuer \"" + std::string{named.substr(0, 200)} + "\", configured is \"" + std::string{issuer} + "\"");
  const auto at = base::parse_url(issuer);
  const bool loopback = at && base::is_loopback_host(at->host);
  Metadata out;
  struct Field {
    const char* name;
    std::string& to;
  };
  for (const auto& field : {Field{"authorization_endpoint", out.authorize}, Field{"token_endpoint", out.token},
                            Field{"userinfo_endpoint", out.userinfo}, Field{"jwks_uri", out.keys}}) {
    auto url = address(root, field.name, loopback);
    if (!url) return url.error();
    field.to = std::move(*url);
  }
  if (out.authorize.empty() && !spec.authorize.url) return unfit("authorization_endpoint is missing");
  if (out.token.empty() && !spec.token.url) return unfit("token_endpoint is missing");
  if (out.keys.empty() && !spec.id_token.keys) return unfit("jwks_uri is missing");
  out.algs = algs_of(root["id_token_signing_alg_values_supported"]);
  out.client_auth = client_auth_of(root["token_endpoint_auth_methods_supported"]);
  out.names_issuer = root["authorization_response_iss_parameter_supported"].boolean().value_or(false);
  // A provider that lists methods without S256 would refuse it; one that lists none ignores what it does not know (RFC 6749 3.1).
  const auto methods = root["code_challenge_methods_supported"];
  out.authorize_url =
      make_authorize_url(spec, out.authorize, spec.pkce && (!methods.is_array() || methods.size() == 0 || lists(methods, "S256")));
  return out;
}

base::Result<std::shared_ptr<const Metadata>> metadata_of(Provider& provider, World& world) {
  if (auto ready = provider.metadata.fresh(world.clock.now())) return ready;
  const auto parse = [&provider](std::string_view body) { return parse_metadata(body, provider.spec, provider.issuer); };
  // The operator wrote the issuer: it may be on a private network.
  return provider.metadata.get(world, {metadata_url(provider.issuer), true}, parse);
}

}  // namespace providers
