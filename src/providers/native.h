// native.h: logins of phone apps. The provider's SDK has signed the user in already and gave the app an id_token or an access token; there
// is no code, no state and no browser. What such a token must prove: that it was issued to a client of ours. An id_token says so and is
// signed; of an access token the provider has to say it ([access_token_proof]): that userinfo answers proves nothing, since every
// application's does (GHSA-g5h5-m4hm-xjrr, CVE-2022-29226).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "providers/exchange.h"

namespace providers {

/// Engine::native of the OAuth 2.0 family.
base::Result<Identity> native_login(Provider& provider, const Native& native, World& world);

// ---- native_id_token.cc -------------------------------------------------------------------------------------------------
/// An id_token that did not come with a code: signature by the provider's keys, every claim, audience any client of ours (OIDC Core
/// 3.1.3.7). All but the nonce, which the caller looks at. `access_token` came along and must fit at_hash, if that is there.
struct Believed {
  json::Document claims;
  std::string issuer;  // what the identity's is
};
/// `public_only`: HS* is refused, whatever the configuration says. An app that could check such a token could make one.
enum class Keys { public_only, any };
base::Result<Believed> believe(Provider& provider, World& world, std::string_view id_token, std::optional<std::string_view> access_token,
                               Keys keys);

// ---- access_token_proof.cc ----------------------------------------------------------------------------------------------
/// Asks whom login.variables["access_token"] was issued to. The proof's subject ("" = it names none); its answer is i: then.
base::Result<std::string> prove_access_token(Login& login);

}  // namespace providers
