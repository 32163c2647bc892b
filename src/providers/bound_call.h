// bound_call.h: a call to a provider as this client: with its certificate in the handshake (RFC 8705), and with a proof of the key that its
// tokens are bound to (RFC 9449), where the provider has such. Everything that goes to the provider's own endpoints goes through here; what
// anybody may fetch (metadata, keys) does not.
#pragma once
#include <functional>
#include <string_view>

#include "base/result.h"
#include "net/client.h"
#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

enum class Proves {
  client,  // who we are
  key,     // and that the key of the tokens to come is ours: token endpoint
  token,   // and that this access token is: resources, userinfo
};

/// `make` is called once more where the server wants a nonce: what is for one use (a client assertion's jti) is made anew.
using MakeRequest = std::function<base::Result<net::Request>()>;
/// `access_token` for Proves::token. Errors of `make` and of the network as they are (Code::upstream has no `say` yet).
base::Result<net::Response> send_bound(Provider& provider, World& world, Proves proves, const MakeRequest& make,
                                       std::string_view access_token = {});

}  // namespace providers
