#include "providers/authorize_url.h"

#include <algorithm>

#include "base/encode.h"
#include "base/url.h"
#include "crypto/digest.h"

namespace providers {

AuthorizeUrl make_authorize_url(const Spec& spec, std::string_view endpoint, bool pkce) {
  const auto sends = [&spec](std::string_view name) {
    return std::find(spec.authorize.omit.begin(), spec.authorize.omit.end(), name) == spec.authorize.omit.end();
  };
  const auto values = spec.values();
  AuthorizeUrl url;
  url.head = endpoint;
  if (sends("client_id")) base::append_query(url.head, "client_id", spec.variables.at("client_id"));
  base::append_query(url.head, "redirect_uri", "");
  if (sends("response_type")) url.middle = "&response_type=code";
  for (const auto& [name, value] : spec.authorize.params) {
    if (const auto text = value.evaluate(values); text && !text->empty())
      url.middle += '&' + base::percent_encode(name) + '=' + base::percent_encode(*text);
  }
  url.pkce = pkce;
  url.nonce = spec.protocol == "oidc";
  const auto& scope = spec.variables.at("scope");
  if (sends("scope") && !scope.empty()) url.tail = "&scope=" + base::percent_encode(scope);
  return url;
}

std::string authorization_url(const AuthorizeUrl& url, const Start& start) {
  std::string out;
  out.reserve(url.head.size() + url.middle.size() + url.tail.size() + 3 * start.redirect_uri.size() + start.state.size() + 200);
  out.append(url.head)
      .append(base::percent_encode(start.redirect_uri))
      .append("&state=")
      .append(base::percent_encode(start.state))
      .append(url.middle);
  if (url.pkce) {  // RFC 7636 4.2, 4.3; S256 only (RFC 9700 2.1.1)
    out.append("&code_challenge_method=S256&code_challenge=").append(base::base64url(crypto::sha256(code_verifier_of(start.seed))));
  }
  if (url.nonce) out.append("&nonce=").append(nonce_of(start.seed));
  return out.append(url.tail);
}

std::string nonce_of(std::string_view seed) { return base::base64url(crypto::hmac_sha256(seed, "nonce")); }
std::string code_verifier_of(std::string_view seed) { return base::base64url(crypto::hmac_sha256(seed, "code_verifier")); }

}  // namespace providers
