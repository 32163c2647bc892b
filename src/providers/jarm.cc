#include "providers/jarm.h"

#include <algorithm>

#include "crypto/digest.h"
#include "json/value.h"
#include "providers/answer.h"
#include "providers/callback_error.h"
#include "providers/id_token.h"
#include "providers/oidc_issuer.h"

namespace providers {
namespace {

constexpr double kAhead = 60;  // seconds that another clock may be ahead of ours

constexpr json::Limits kLimits{.bytes = 16 << 10, .depth = 8, .unique_names = true};

base::Error unbelieved(std::string why) {
  auto say = "Authentication failed: the provider's signed answer cannot be believed: " + why;
  return {base::Code::denied, "jarm: " + std::move(why), std::move(say)};
}

/// Never HMAC: the answer goes through the browser, and a secret that a person chose can be guessed from it (RFC 8725 3.5).
Signer signer_of(Provider& provider, const Metadata* metadata) {
  auto signer = id_token_signer(provider, metadata);
  if (provider.spec.id_token.algs.empty() && metadata != nullptr) signer.algs = metadata->response_algs;
  std::erase_if(signer.algs, [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); });
  return signer;
}

base::Status right_time(json::Value claims, base::Time now_) {
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  const auto exp = claims["exp"].number();
  if (!exp) return unbelieved("exp is missing");
  if (*exp <= now) return unbelieved("it has expired");  // no leeway, as in an id_token
  const auto nbf = claims["nbf"];
  if (nbf.exists() && nbf.number().value_or(now + 2 * kAhead) > now + kAhead) return unbelieved("it is not yet valid");
  return base::ok;
}

/// JARM 2.4 (3) to (5). The audience is us, and nobody besides: there is no azp that could say so.
base::Status right_claims(json::Value claims, const Provider& provider, const Metadata* metadata, const Finish& finish, base::Time now) {
  if (!right_issuer(claims, provider.spec, issuer_of(provider, metadata))) return unbelieved("iss is not the provider's");
  const auto all = audiences(claims["aud"]);
  if (all.empty() || !std::all_of(all.begin(), all.end(), [&](auto one) { return one == provider.client_id; }))
    return unbelieved("aud is not this client");
  if (auto time = right_time(claims, now); !time) return time;
  if (!crypto::equal(claims["state"].string().value_or(""), finish.state)) return unbelieved("state is another login's");
  return base::ok;
}

}  // namespace

bool answers_signed(const Spec& spec) { return !spec.authorize.response_mode.empty(); }

Callback look_at_response(const Params& params) {
  Callback says;
  const auto response = last(params, "response");
  if (response.empty()) {
    says.refused = callback_error(params);
    return says;
  }
  const auto jws = token::parse_jws(response);
  const auto claims = jws ? json::Document::parse(jws->payload, kLimits) : base::Result<json::Document>{base::Error{}};
  if (!claims) return says;
  says.state = claims->root()["state"].string().value_or("");
  says.whole = true;
  return says;
}

base::Result<Params> read_response(Provider& provider, const Metadata* metadata, const Finish& finish, World& world) {
  const auto jws = token::parse_jws(last(finish.params, "response"));
  if (!jws) return unbelieved("it is no signed JWT");
  const auto judged = judge_signature(signer_of(provider, metadata), world, *jws);
  if (!judged) return judged.error();
  if (*judged != Judged::good) return unbelieved("signature: " + std::string{why_of(*judged)});
  const auto document = json::Document::parse(jws->payload, kLimits);
  if (!document || !document->root().is_object()) return unbelieved("its claims are no JSON object");
  if (auto right = right_claims(document->root(), provider, metadata, finish, world.clock.now()); !right) return right.error();
  Params out;
  for (const auto& [name, value] : document->root().members()) {
    const bool envelope = name == "aud" || name == "exp" || name == "nbf" || name == "iat";
    if (const auto text = envelope ? std::nullopt : value.text(); text) out.emplace_back(name, *text);
  }
  return out;
}

}  // namespace providers
