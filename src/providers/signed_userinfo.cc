#include "providers/signed_userinfo.h"

#include <algorithm>

#include "base/text.h"
#include "providers/answer.h"
#include "providers/id_token.h"
#include "providers/oidc_issuer.h"

namespace providers {
namespace {

base::Error refused(std::string why) { return token_error("Invalid userinfo", "userinfo: " + std::move(why)); }

/// 5.3.2: iss and aud SHOULD be there; what is there must be right. Times are no part of it, and count where they are told (RFC 7519 4.1).
base::Status check(json::Value claims, const Provider& provider, const Metadata* metadata, base::Time now_) {
  if (claims["iss"].exists() && !right_issuer(claims, provider.spec, issuer_of(provider, metadata)))
    return refused("iss is another issuer");
  if (claims["aud"].exists()) {
    const auto all = audiences(claims["aud"]);
    if (std::find(all.begin(), all.end(), std::string_view{provider.client_id}) == all.end())
      return refused("aud does not name this client");
  }
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  if (claims["exp"].exists() && claims["exp"].number().value_or(0) <= now) return refused("it has expired");
  if (claims["events"].exists()) return refused("it has events: a token of another kind");
  return base::ok;
}

}  // namespace

base::Result<json::Document> signed_userinfo(Provider& provider, World& world, const Metadata* metadata, std::string_view compact) {
  const auto jws = token::parse_jws(base::trim(compact));
  if (!jws) return refused(jws.error().detail);
  const auto type = base::lower(jws->typ);  // RFC 8725 3.11: no access token, no logout token
  if (type.ends_with("+jwt")) return refused("its typ is another kind of token's");
  const auto judged = judge_signature(id_token_signer(provider, metadata), world, *jws);
  if (!judged) return judged.error();
  if (*judged != Judged::good) return refused(std::string{why_of(*judged)});
  auto document = json::Document::parse(jws->payload, {.bytes = 64 << 10, .depth = 16});
  if (!document || !document->root().is_object()) return refused("its claims are no JSON object");
  if (auto right = check(document->root(), provider, metadata, world.clock.now()); !right) return right.error();
  return document;
}

}  // namespace providers
