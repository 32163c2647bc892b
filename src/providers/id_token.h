// id_token.h: is this id_token for us, for this login, from this provider, and still good? OpenID Connect Core 1.0 3.1.3.7, RFC 8725.
// The texts are djoser's (wire.md O03-O40).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "providers/spec.h"
#include "token/jws.h"

namespace providers {

struct IdTokenRules {
  const Spec& spec;         // issuer (a template where there is one for each tenant), other_issuers, audiences
  std::string_view issuer;  // the metadata's, where the file names none
  std::string_view client_id;
  std::optional<std::string> nonce;              // none: whoever asks looks at it
  std::optional<std::string_view> access_token;  // none: the id_token came alone
  base::Time now{};
  std::span<const std::string> client_ids = {};  // ours besides client_id: those of apps
  std::optional<std::string_view> code = {};     // what it came for, or with
};

/// Core 3.1.3.7 (2): exactly; `learned` is the metadata's, where the file names none. Where a provider has an issuer per tenant, the
/// expected one is made from the token's own signed claims.
bool right_issuer(json::Value claims, const Spec& spec, std::string_view learned);
/// One text or a list of them (RFC 7519 4.1.3).
std::vector<std::string_view> audiences(json::Value aud);

/// The claims of a token whose signature was verified already; all checks but the signature.
base::Result<json::Document> check_claims(const token::Jws& jws, const IdTokenRules& rules);

/// An access token that is itself a JWT about the user ([access_token_jwt]): signature by the key that the operator was given, audience,
/// times; its claims.
base::Result<json::Document> check_access_token(const Spec& spec, const Values& login, base::Time now);

/// A public key as Keycloak's console shows it, the base64 of a PEM without its first and last line, as PEM; a whole PEM as it is.
std::string as_pem(std::string key);

/// Left half of the hash that goes with the algorithm, base64url: at_hash of an access token, c_hash of a code (OIDC Core 3.1.3.6,
/// 3.3.2.11).
std::string at_hash(crypto::Alg alg, std::string_view text);

}  // namespace providers
