// oauth1_identity.cc: who owns an access token, in MediaWiki's way (Special:OAuth/identify): the answer to a signed request is a JWT,
// signed with the client's own secret (HS256), for this client, for now, and for the very request that asked (its oauth_nonce).
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "providers/answer.h"
#include "providers/exchange.h"
#include "providers/oauth1.h"
#include "token/jws.h"

namespace providers::oauth1 {
namespace {

constexpr double kAhead = 60;  // seconds that the wiki's clock may be ahead of ours

/// The wiki names itself by its canonical server, the configured address is one of its pages: host and port are what both have.
bool same_server(std::string_view issuer, const std::string& expected) {
  const auto theirs = base::parse_url(issuer), ours = base::parse_url(expected);
  return theirs && ours && theirs->host == ours->host && theirs->port == ours->port;
}

base::Status check_claims(json::Value claims, const Login& login, std::string_view nonce) {
  const auto& spec = login.provider.spec;
  const auto issuer = tables_of(spec).identity.issuer->evaluate(login.values).value_or("");
  if (!claims.is_object()) return token_error("Invalid identity", "identity: claims are no JSON object");
  if (!same_server(claims["iss"].string().value_or(""), issuer)) return token_error("Invalid issuer");
  if (claims["aud"].string() != login.provider.client_id) return token_error("Invalid audience");
  const auto now = static_cast<double>(login.world.clock.now().time_since_epoch().count());
  const auto exp = claims["exp"].number(), iat = claims["iat"].number();
  if (!exp || !iat) return token_error("Invalid identity", "identity: exp or iat is missing");
  if (*exp <= now) return token_error("Signature has expired");
  if (*iat > now + kAhead) return token_error("The token is not yet valid (iat)");
  // An answer to another request, of another time or another user.
  if (!crypto::equal(claims["nonce"].string().value_or(""), nonce)) return token_error("Replay attack detected");
  return base::ok;
}

}  // namespace

base::Result<json::Document> ask_identity(Login& login, const Token& token) {
  const auto& provider = login.provider;
  const auto& from = tables_of(provider.spec).identity;
  net::Request request{
      .method = from.method, .url = from.url->evaluate(login.values, Expression::Escape::url).value_or(""), .max_response = kMostAnswer};
  const auto marked = stamp(login.world);
  auto done = sign(request, client_of(provider), token, {}, marked);
  if (!done) return done.error();
  auto response = login.world.client.send(request);
  if (!response) return no_answer(response.error(), "identity");
  if (response->status < 200 || response->status > 299) return user_failure(*response);
  auto jws = token::parse_jws(base::trim(response->body));
  if (!jws) return unreadable("identity: " + jws.error().detail);
  // The algorithm is pinned (RFC 8725 3.1). The secret is the wiki's choice, so no rule of ours for its length applies.
  const auto mac = crypto::hmac_sha256(provider.spec.client_secret.reveal(), jws->signed_part);
  if (jws->alg != crypto::Alg::HS256 || !crypto::equal(mac, jws->signature)) return token_error("Signature verification failed");
  auto claims = json::Document::parse(jws->payload, {.bytes = 64 << 10, .depth = 16});
  if (!claims) return token_error("Invalid identity", "identity: " + claims.error().detail);
  if (auto checked = check_claims(claims->root(), login, marked.nonce); !checked) return checked.error();
  return claims;
}

}  // namespace providers::oauth1
