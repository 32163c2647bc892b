#include "providers/client_auth.h"

#include <algorithm>

#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "config/files.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/broker.h"
#include "token/jws.h"

namespace providers {
namespace {

std::int64_t seconds(base::Time t) { return t.time_since_epoch().count(); }

/// In the order of preference.
constexpr crypto::Alg kAlgs[] = {crypto::Alg::RS256, crypto::Alg::PS256, crypto::Alg::PS384, crypto::Alg::PS512, crypto::Alg::RS384,
                                 crypto::Alg::RS512, crypto::Alg::ES256, crypto::Alg::ES384, crypto::Alg::ES512, crypto::Alg::EdDSA};

/// RFC 7523 3: iss and sub are the client, one use (jti), short-lived.
base::Result<std::string> assertion(Provider& provider, const std::string& audience, World& world) {
  const auto metadata = provider.metadata.known();
  const auto alg = signing_alg(provider, metadata ? metadata->client_algs : std::vector<crypto::Alg>{});
  if (!alg) return alg.error();
  const auto now = world.clock.now();
  json::Writer w;
  w.object().member("iss", provider.client_id).member("sub", provider.client_id).member("aud", audience);
  w.member("jti", base::base64url(base::random_bytes(world.random, 16))).member("iat", seconds(now)).member("exp", seconds(now) + 60);
  return token::sign(*provider.key, *alg, provider.variable("key_id"), "JWT", w.end_object().take());
}

/// A workload's identity: whoever runs the machine renews the file.
base::Result<std::string> given_assertion(const Provider& provider) {
  const auto file = provider.variable("client_assertion_file");
  if (file.empty()) return provider.variable("client_assertion");
  auto text = config::read_file(file);
  if (!text) return base::Error{base::Code::internal, "client_assertion_file: " + text.error().say};
  return std::string{text->reveal()};
}

/// Apple's: the client_secret is a JWT of the team's key. An hour's worth is kept, and made anew five minutes before it ends.
base::Result<std::string> signed_secret(Provider& provider, World& world) {
  const auto now = world.clock.now();
  const std::lock_guard lock{provider.minted.mutex};
  if (now + std::chrono::minutes{5} < provider.minted.expires) return provider.minted.jwt;
  const auto& from = provider.spec.signed_secret;
  const auto values = provider.values();
  const auto issuer = from.issuer->evaluate(values), subject = from.subject->evaluate(values), audience = from.audience->evaluate(values);
  if (!issuer || !subject || !audience) return base::Error{base::Code::internal, "signed_secret: a value is missing"};
  const auto expires = now + std::chrono::hours{1};
  json::Writer w;
  w.object()
      .member("iss", *issuer)
      .member("iat", seconds(now))
      .member("exp", seconds(expires))
      .member("aud", *audience)
      .member("sub", *subject);
  const auto key_id = from.key_id ? from.key_id->evaluate(values).value_or("") : std::string{};
  const auto alg = signing_alg(provider, {});
  if (!alg) return alg.error();
  auto jwt = token::sign(*provider.key, *alg, key_id, "JWT", w.end_object().take());
  if (!jwt) return jwt.error();
  provider.minted.jwt = *jwt;
  provider.minted.expires = expires;
  return jwt;
}

}  // namespace

ClientAuth automatic_auth(const Spec& spec, const std::vector<std::string>& methods, ClientAuth with_secret) {
  const auto listed = [&](std::string_view name) { return std::find(methods.begin(), methods.end(), name) != methods.end(); };
  const bool key = !spec.private_key.empty(), certificate = spec.certificate != nullptr;
  if (key && listed("private_key_jwt")) return ClientAuth::private_key_jwt;
  if (certificate && (listed("tls_client_auth") || listed("self_signed_tls_client_auth"))) return ClientAuth::tls;
  if (!spec.client_secret.empty()) return with_secret;
  if (key) return ClientAuth::private_key_jwt;
  return certificate ? ClientAuth::tls : with_secret;
}

base::Result<crypto::Alg> signing_alg(const Provider& provider, const std::vector<crypto::Alg>& listed) {
  if (provider.spec.private_key_alg) return *provider.spec.private_key_alg;
  for (const auto alg : kAlgs) {
    const bool wanted = listed.empty() || std::find(listed.begin(), listed.end(), alg) != listed.end();
    if (wanted && provider.key && crypto::fits(alg, provider.key->kind())) return alg;
  }
  return base::Error{base::Code::internal, "private_key: the provider lists no algorithm that this key could sign with"};
}

base::Status authenticate(Provider& provider, ClientAuth method, const std::string& audience, World& world, Params& form,
                          std::vector<net::Header>& headers) {
  base::Result<std::string> made{std::string{}};
  const auto basic = [&] {
    // RFC 6749 2.3.1: both are form-encoded first, so that a colon in the id cannot end it.
    const auto pair = base::percent_encode(provider.client_id) + ':' + base::percent_encode(provider.spec.client_secret.reveal());
    headers.emplace_back("Authorization", "Basic " + base::base64(pair));
  };
  const auto add = [&form](const char* name, std::string_view value) { form.emplace_back(name, value); };
  const auto add_assertion = [&](std::string_view jwt) {  // RFC 7523 2.2
    add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    add("client_assertion", jwt);
  };
  if (method == ClientAuth::basic) return basic(), base::ok;
  add("client_id", provider.client_id);
  switch (method) {
    case ClientAuth::both: basic(); [[fallthrough]];
    case ClientAuth::automatic:
    case ClientAuth::post: add("client_secret", provider.spec.client_secret.reveal()); break;
    case ClientAuth::basic:
    case ClientAuth::tls:  // the handshake says it (RFC 8705 2); which client it is stands here
    case ClientAuth::none: break;
    case ClientAuth::assertion:
      made = given_assertion(provider);
      if (!made) return made.error();
      add_assertion(base::trim(*made));
      break;
    case ClientAuth::private_key_jwt:
      made = assertion(provider, audience, world);
      if (!made) return made.error();
      add_assertion(*made);
      break;
    case ClientAuth::signed_secret:
      made = signed_secret(provider, world);
      if (!made) return made.error();
      add("client_secret", *made);
      break;
  }
  return base::ok;
}

}  // namespace providers
