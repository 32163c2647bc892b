#include "providers/authorization_request.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/certificate.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/authorize_url.h"
#include "providers/bound_call.h"
#include "providers/callback_error.h"
#include "providers/client_auth.h"
#include "token/jws.h"

namespace providers {
namespace {

constexpr std::chrono::seconds kObjectLives{300};
constexpr std::size_t kLongestReference = 1024;
constexpr std::int64_t kLongestLife = 86400;

struct Way {
  bool sign = false, push = false;
  std::string to;
  bool private_addresses = true;
};

Way way_of(const Provider& provider, const Metadata* metadata) {
  const auto& authorize = provider.spec.authorize;
  Way way;
  way.sign = authorize.signed_request || (metadata != nullptr && metadata->signed_only);
  way.push = authorize.pushed || authorize.pushed_url || (metadata != nullptr && metadata->pushed_only);
  if (!way.push) return way;
  way.to = provider.pushed_url;
  if (!way.to.empty() || metadata == nullptr) return way;
  way.to = metadata->pushed;
  way.private_addresses = private_addresses_allowed(way.to, metadata->where);
  return way;
}

/// The address taken apart again: what the endpoint brought along stays there (RFC 6749 3.1), the rest are the request's parameters.
struct Parts {
  std::string endpoint, fragment;
  Params params;
};
Parts apart(const Authorization& whole) {
  const std::string_view url{whole.url};
  const auto hash = std::min(url.find('#'), url.size());
  Parts parts{std::string{url.substr(0, whole.endpoint)}, std::string{url.substr(hash)}, {}};
  for (const auto& pair : base::split(url.substr(whole.endpoint + 1, hash - whole.endpoint - 1), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    if (equals == pair.size()) continue;
    parts.params.emplace_back(base::percent_decode(pair.substr(0, equals)), base::percent_decode(pair.substr(equals + 1)));
  }
  return parts;
}

/// RFC 9101 4, OIDC Core 6.1: a claim for each parameter; what JSON has a type for has it.
void add_claim(json::Writer& w, const std::string& name, const std::string& value) {
  const auto number = name == "max_age" ? base::parse_int(value) : std::nullopt;
  const bool tells_object = name == "claims" || name == "authorization_details";
  if (number) {
    w.member(name, std::int64_t{*number});
  } else if (const auto object = json::Document::parse(tells_object ? value : "", {.bytes = 16 << 10, .depth = 16}); object) {
    w.key(name).raw(object->root().dump());
  } else {
    w.member(name, value);
  }
}

/// RFC 9101 10.3, FAPI 2.0 Message Signing 5.3.2: for this provider, short-lived, of one use; its typ is no other JWT's (RFC 8725 3.11).
base::Result<std::string> request_object(const Provider& provider, const Metadata* metadata, const std::string& audience,
                                         const Params& params, World& world) {
  const auto alg = signing_alg(provider, metadata != nullptr ? metadata->request_algs : std::vector<crypto::Alg>{});
  if (!alg) return alg.error();
  const std::int64_t now = world.clock.now().time_since_epoch().count();
  json::Writer w;
  w.object().member("iss", provider.client_id).member("aud", audience).member("iat", now).member("nbf", now);
  w.member("exp", std::int64_t{now + kObjectLives.count()}).member("jti", base::base64url(base::random_bytes(world.random, 16)));
  for (const auto& [name, value] : params) add_claim(w, name, value);
  return token::sign(*provider.key, *alg, provider.variable("key_id"), "oauth-authz-req+jwt", w.end_object().take());
}

Params around(const Provider& provider, const Params& params, std::string object, bool pushed) {
  Params out{{"client_id", provider.client_id}};
  // OIDC Core 6.1 wants these two outside too; RFC 9101 5 allows it, and does not look at them.
  for (const auto* name : {"response_type", "scope"}) {
    if (const auto value = last(params, name); !pushed && provider.spec.id_tokens && !value.empty()) out.emplace_back(name, value);
  }
  out.emplace_back("request", std::move(object));
  return out;
}

base::Error unusable(std::string why) {
  return {base::Code::upstream, "par: " + std::move(why), "The authentication provider's answer could not be read"};
}

/// RFC 9126 2.2. The reference goes into the browser's address: a URN or an https address, nothing that ends it.
base::Result<std::string> reference_in(const net::Response& response) {
  const auto body = read_answer(response.body);
  if (!body) return unusable("no JSON");
  const auto uri = body->root()["request_uri"].string().value_or("");
  const bool visible = std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (uri.empty()) return unusable("request_uri is missing");
  if (uri.size() > kLongestReference || !visible || !(uri.starts_with("urn:") || uri.starts_with("https://")))
    return unusable("request_uri is neither a URN nor an https address");
  const auto life = body->root()["expires_in"].integer();
  if (!life || *life <= 0 || *life > kLongestLife) return unusable("expires_in is missing, or no time to live");
  return std::string{uri};
}

/// RFC 9126 2.3: as a token endpoint's. It is our registration or request that is wrong; the user can do nothing about it.
base::Error push_failure(const net::Response& response) {
  auto error = status_failure(response, "par");
  const auto body = read_answer(response.body);
  const auto word = body ? body->root()["error"].string() : std::nullopt;
  if (word) error.detail += ", " + refusal(*word, {}).detail;
  error.say = "The authentication provider does not accept the request";
  return error;
}

base::Result<std::string> push(Provider& provider, const Way& way, const TokenEndpoint& token, const Params& params, World& world) {
  const auto request = [&]() -> base::Result<net::Request> {
    net::Request out{.method = "POST", .url = way.to, .private_addresses = way.private_addresses};
    Params form = params;
    std::erase_if(form, [](const auto& p) { return p.first == "client_id"; });  // once (RFC 6749 3.1)
    if (auto done = authenticate(provider, token.client_auth, token.audience, world, form, out.headers); !done) return done.error();
    if (last(form, "client_id").empty()) form.emplace_back("client_id", provider.client_id);
    add_header(out.headers, "Accept", "application/json");
    set_form(out, form);
    return out;
  };
  // Without a proof: dpop_jkt among the parameters says the same (RFC 9449 10.1).
  const auto response = send_bound(provider, world, Proves::client, request);
  if (!response) return not_sent(response.error(), "par");
  if (response->status != 201 && response->status != 200) return push_failure(*response);
  return reference_in(*response);
}

}  // namespace

base::Status can_request(const Provider& provider, const Metadata* metadata, base::Time now) {
  const auto way = way_of(provider, metadata);
  const auto cannot = [](std::string why) { return base::Error{base::Code::upstream, why, why}; };
  if (way.push && way.to.empty()) return cannot("pushed_authorization_request_endpoint is missing");
  if (way.sign && !provider.key) return cannot("it takes signed requests only: private_key_file is missing");
  if (const auto& own = provider.spec.certificate; own) {
    const auto read = crypto::read_certificate(own->certificate.reveal());
    if (!read || read->expires <= now) return cannot("client_certificate_file: the certificate has expired");
  }
  if (!provider.key || metadata == nullptr) return base::ok;
  struct Use {
    bool signs;
    const std::vector<crypto::Alg>& algs;
  };
  const bool proves = provider.spec.client_auth == ClientAuth::private_key_jwt || metadata->client_auth == ClientAuth::private_key_jwt;
  for (const auto& use :
       {Use{way.sign, metadata->request_algs}, Use{provider.spec.token.dpop, metadata->dpop_algs}, Use{proves, metadata->client_algs}}) {
    if (auto alg = use.signs ? signing_alg(provider, use.algs) : crypto::Alg{}; !alg) return alg.error();
  }
  return base::ok;
}

base::Result<Begun> begin_authorization(Provider& provider, const AuthorizationRequest& request, TokenEndpointOf token, const Start& start,
                                        World& world) {
  auto whole = authorization_url(provider.spec, request.ready, request.endpoint, start);
  if (!whole) return whole.error();
  const auto way = way_of(provider, request.metadata);
  if (!way.sign && !way.push) return Begun{std::move(whole->url), {}};
  if (auto can = can_request(provider, request.metadata, world.clock.now()); !can)
    return base::Error{can.error().code, can.error().detail, "The authentication provider cannot be used as it is configured here"};
  const auto endpoint = token(provider, world);
  if (!endpoint) return endpoint.error();
  auto parts = apart(*whole);
  if (way.sign) {
    auto object = request_object(provider, request.metadata, endpoint->audience, parts.params, world);
    if (!object) return object.error();
    parts.params = around(provider, parts.params, std::move(*object), way.push);
  }
  if (way.push) {
    auto reference = push(provider, way, *endpoint, parts.params, world);
    if (!reference) return reference.error();
    parts.params = {{"client_id", provider.client_id}, {"request_uri", std::move(*reference)}};
  }
  for (const auto& [name, value] : parts.params) base::append_query(parts.endpoint, name, value);
  return Begun{parts.endpoint + parts.fragment, {}};
}

}  // namespace providers
