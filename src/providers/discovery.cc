#include "providers/discovery.h"

#include <algorithm>

#include "base/url.h"
#include "json/value.h"
#include "providers/client_auth.h"
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

/// The document, or its mtls_endpoint_aliases where they name this address and we show a certificate (RFC 8705 5: then they MUST be used).
/// Only for what we call ourselves and say who we are: a browser has no certificate of ours, and a key set is for everybody.
json::Value with_alias(json::Value root, std::string_view member, const Spec& spec) {
  const auto aliases = root["mtls_endpoint_aliases"];
  const bool direct = member != "authorization_endpoint" && member != "end_session_endpoint" && member != "jwks_uri";
  return direct && spec.certificate && aliases[member].exists() ? aliases : root;
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

/// Nobody is kept out because a logout or a revocation cannot be had: an unsafe address is left out.
void read_afterwards(json::Value root, const Spec& spec, bool loopback, Metadata& out) {
  const auto url = [&](std::string_view member) {
    auto found = address(with_alias(root, member, spec), member, loopback);
    return found ? std::move(*found) : std::string{};
  };
  out.end_session = url("end_session_endpoint");
  out.revocation = url("revocation_endpoint");
  const auto says = [&](std::string_view member) { return root[member].boolean().value_or(false); };
  out.backchannel_logout = says("backchannel_logout_supported");
  out.backchannel_logout_session = says("backchannel_logout_session_supported");
  out.frontchannel_logout = says("frontchannel_logout_supported");
  out.frontchannel_logout_session = says("frontchannel_logout_session_supported");
}

ClientAuth client_auth_of(json::Value methods, const Spec& spec) {
  // The default (OIDC Discovery 3). A provider that lists others means: not that one.
  const auto with_secret = !methods.is_array() || lists(methods, "client_secret_basic") ? ClientAuth::basic : ClientAuth::post;
  std::vector<std::string> names;
  for (std::size_t i = 0; methods.is_array() && i < methods.size(); ++i) names.emplace_back(methods.at(i).string().value_or(""));
  return automatic_auth(spec, names, with_secret);
}

/// What concerns our own key and the request. A list that is absent says nothing.
void read_client(json::Value root, const Spec& spec, Metadata& out) {
  const auto algs = [&](std::string_view member) { return root[member].is_array() ? algs_of(root[member]) : std::vector<crypto::Alg>{}; };
  const auto says = [&](std::string_view member) { return root[member].boolean().value_or(false); };
  out.client_auth = client_auth_of(root["token_endpoint_auth_methods_supported"], spec);
  out.client_algs = algs("token_endpoint_auth_signing_alg_values_supported");
  out.dpop_algs = algs("dpop_signing_alg_values_supported");
  out.request_algs = algs("request_object_signing_alg_values_supported");
  out.response_algs = algs_of(root["authorization_signing_alg_values_supported"]);
  out.pushed_only = says("require_pushed_authorization_requests");
  out.signed_only = says("require_signed_request_object");
}

/// OIDC Discovery 4.3: exactly the issuer that was asked for; else one provider could speak for another. Where the file says so it is one
/// of several (a provider with tenants writes a placeholder). Where only the document's address is configured, the issuer is whatever it
/// names on that very origin: who serves the document there can name no issuer elsewhere.
bool right_issuer(std::string_view named, const Spec& spec, std::string_view issuer, std::string_view at) {
  if (!issuer.empty() && named == issuer) return true;
  const auto values = spec.values();
  const auto is_named = [&](const Expression& text) { return text.evaluate(values) == named; };
  if (std::any_of(spec.discovery.issuers.begin(), spec.discovery.issuers.end(), is_named)) return true;
  if (!issuer.empty() || spec.issuer || !spec.discovery.issuers.empty()) return false;
  const auto one = base::parse_url(named), other = base::parse_url(at);
  // Without query and fragment: OIDC Discovery 3.
  return one && other && !one->has_query && !one->has_fragment && !one->has_userinfo && base::origin_of(*one) == base::origin_of(*other);
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

base::Result<Metadata> parse_metadata(std::string_view body, const Spec& spec, std::string_view issuer, std::string_view where) {
  const auto document = json::Document::parse(body, {.bytes = 256 << 10});
  if (!document || !document->root().is_object()) return unfit("not a JSON object");
  const auto root = document->root();
  const auto named = root["issuer"].string().value_or("");
  if (!right_issuer(named, spec, issuer, where)) {
    return unfit("it names the issuer \"" + std::string{named.substr(0, 200)} + "\", configured is \"" +
                 std::string{issuer.empty() ? where : issuer} + "\"");
  }
  const auto at = base::parse_url(where);
  const bool loopback = at && base::is_loopback_host(at->host);
  Metadata out;
  out.issuer = named;
  out.where = where;
  struct Field {
    const char* name;
    std::string& to;
  };
  for (const auto& field :
       {Field{"authorization_endpoint", out.authorize}, Field{"token_endpoint", out.token}, Field{"userinfo_endpoint", out.userinfo},
        Field{"jwks_uri", out.keys}, Field{"pushed_authorization_request_endpoint", out.pushed}}) {
    auto url = address(with_alias(root, field.name, spec), field.name, loopback);
    if (!url) return url.error();
    field.to = std::move(*url);
  }
  if (out.authorize.empty() && !spec.authorize.url) return unfit("authorization_endpoint is missing");
  if (out.token.empty() && !spec.token.url) return unfit("token_endpoint is missing");
  if (out.keys.empty() && !spec.id_token.keys) return unfit("jwks_uri is missing");
  out.algs = algs_of(root["id_token_signing_alg_values_supported"]);
  read_client(root, spec, out);
  out.names_issuer = root["authorization_response_iss_parameter_supported"].boolean().value_or(false);
  read_afterwards(root, spec, loopback, out);
  // A provider that lists methods without S256 would refuse it; one that lists none ignores what it does not know (RFC 6749 3.1).
  const auto methods = root["code_challenge_methods_supported"];
  out.authorize_url = make_authorize_url(spec, spec.values(), out.authorize,
                                         spec.pkce && (!methods.is_array() || methods.size() == 0 || lists(methods, "S256")));
  return out;
}

base::Result<std::shared_ptr<const Metadata>> metadata_of(Provider& provider, World& world) {
  if (auto ready = provider.metadata.fresh(world.clock.now())) return ready;
  const auto& own = provider.spec.discovery.url;
  const auto url = own ? own->evaluate(provider.values()).value_or("") : metadata_url(provider.issuer);
  const auto parse = [&](std::string_view body) { return parse_metadata(body, provider.spec, provider.issuer, url); };
  // The operator or the file wrote the address: it may be on a private network.
  return provider.metadata.get(world, {url, true}, parse);
}

}  // namespace providers
