// client_auth.h: how we prove to a token endpoint that we are the client (RFC 6749 2.3, RFC 7523, Apple's signed secret).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/client.h"
#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

/// What an unsaid client_auth means: what the stanza has of what the provider lists (`methods`, RFC 8414 2: a name for each), the strongest
/// first (RFC 9700 2.5). Where there is no list, or nothing of it, a secret goes before key and certificate, which have other uses too;
/// `with_secret` says how it travels then.
ClientAuth automatic_auth(const Spec& spec, const std::vector<std::string>& methods, ClientAuth with_secret);

/// What the private key signs with: private_key_alg, else the first of what fits it that the provider lists; it lists nothing: RS256 for
/// RSA. Code::internal where there is none.
base::Result<crypto::Alg> signing_alg(const Provider& provider, const std::vector<crypto::Alg>& listed);

/// Adds what `method` asks for to the form or the headers. `audience` is the issuer, or the token endpoint where there is none.
base::Status authenticate(Provider& provider, ClientAuth method, const std::string& audience, World& world, Params& form,
                          std::vector<net::Header>& headers);

}  // namespace providers
