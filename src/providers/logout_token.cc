#include "providers/logout_token.h"

#include <algorithm>

#include "base/text.h"
#include "providers/id_token.h"
#include "providers/oidc_issuer.h"
#include "providers/text.h"

namespace providers {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr std::chrono::seconds kAhead{60};  // that another clock may be ahead of ours

base::Error refused(std::string why) {
  auto detail = "logout token: " + why;
  return {base::Code::bad_request, std::move(detail), std::move(why)};
}

/// A claim that must be a text fit to be kept, if it is there.
base::Result<std::string> identifier(json::Value claims, std::string_view name) {
  const auto claim = claims[name];
  if (!claim.exists()) return std::string{};
  const auto text = claim.string().value_or("");
  if (!is_identifier(text)) return refused(std::string{name} + " is no text of 1 to 255 bytes");
  return std::string{text};
}

/// 2.6 (4), RFC 7519 4.1.4, 4.1.6: until when it is good.
base::Result<base::Time> time_of(json::Value claims, base::Time now_) {
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  const auto iat = claims["iat"].number();
  if (!iat) return refused("iat is missing");
  if (*iat > now + static_cast<double>(kAhead.count())) return refused("iat is in the future");
  const auto seconds = [](std::chrono::seconds s) { return static_cast<double>(s.count()); };
  auto until = *iat + seconds(kLogoutTokenAge);
  if (const auto exp = claims["exp"]; exp.exists()) {
    if (!exp.number()) return refused("exp is no number");
    until = std::min(*exp.number(), *iat + seconds(kLogoutTokenOldest));
  }
  if (until <= now) return refused("the token has expired");
  return base::Time{std::chrono::seconds{static_cast<std::int64_t>(until) + 1}};
}

}  // namespace

base::Result<LogoutToken> check_logout_claims(const token::Jws& jws, const LogoutTokenRules& rules) {
  const auto type = base::lower(jws.typ);  // 2.4: recommended; RFC 8725 3.11: no token of another kind
  if (!type.empty() && type != "jwt" && type != "logout+jwt" && type != "application/logout+jwt")
    return refused("typ names another kind of token");
  const auto document = json::Document::parse(jws.payload, {.bytes = 16 << 10, .depth = 8});
  if (!document || !document->root().is_object()) return refused("its claims are no JSON object");
  const auto claims = document->root();
  if (!right_issuer(claims, rules.spec, rules.issuer)) return refused("iss is another issuer");
  const auto all = audiences(claims["aud"]);
  const auto& apps = rules.spec.native.client_ids;
  const bool ours = std::any_of(all.begin(), all.end(), [&](std::string_view one) {
    return one == rules.client_id || std::find(apps.begin(), apps.end(), one) != apps.end();
  });
  if (!ours) return refused("aud does not name this client");
  auto until = time_of(claims, rules.now);
  if (!until) return until.error();
  if (!claims["events"][kEvent].is_object()) return refused("events does not hold a back-channel logout");
  if (claims["nonce"].exists()) return refused("a logout token has no nonce");  // 2.6 (7): what has one is an id_token
  auto jti = identifier(claims, "jti"), sub = identifier(claims, "sub"), sid = identifier(claims, "sid");
  for (const auto* claim : {&jti, &sub, &sid}) {
    if (!*claim) return claim->error();
  }
  if (jti->empty()) return refused("jti is missing");
  if (sub->empty() && sid->empty()) return refused("sub or sid is needed");
  return LogoutToken{std::string{*claims["iss"].string()}, std::move(*sub), std::move(*sid), std::move(*jti), *until};
}

base::Result<LogoutToken> read_logout_token(Provider& provider, World& world, std::string_view compact) {
  const auto jws = token::parse_jws(compact);
  if (!jws) return refused("it is no signed JWT (" + jws.error().detail + ')');
  auto metadata = metadata_if_needed(provider, world);
  if (!metadata) return metadata.error();
  const auto* known = metadata->get();
  const auto judged = judge_signature(id_token_signer(provider, known), world, *jws);
  if (!judged) return judged.error();
  if (*judged != Judged::good) return refused("signature: " + std::string{why_of(*judged)});
  const auto issuer = issuer_of(provider, known);
  auto token = check_logout_claims(*jws, {provider.spec, issuer, provider.client_id, world.clock.now()});
  if (token && !issuer.empty()) token->issuer = issuer;
  return token;
}

}  // namespace providers
