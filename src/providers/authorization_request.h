// authorization_request.h: how the request gets to the provider: in the browser's address as it is, as a signed object (RFC 9101), or
// pushed there first (RFC 9126), so that the browser carries a reference only. Chosen by the stanza, or by what the metadata demands.
#pragma once
#include <string_view>

#include "base/result.h"
#include "net/client.h"
#include "providers/broker.h"
#include "providers/exchange.h"
#include "providers/provider.h"

namespace providers {

/// `metadata` may be null.
struct AuthorizationRequest {
  const AuthorizeUrl& ready;
  std::string_view endpoint;  // the metadata's, where the file has no authorize.url
  const Metadata* metadata = nullptr;
};
/// The engine's refreshes_at, asked only where it counts: a pushed request authenticates as at the token endpoint (RFC 9126 2.1).
using TokenEndpointOf = base::Result<TokenEndpoint> (*)(Provider& provider, World& world);
base::Result<Begun> begin_authorization(Provider& provider, const AuthorizationRequest& request, TokenEndpointOf token, const Start& start,
                                        World& world);

/// Has the stanza what the metadata demands of a request, and is its certificate still good? Error.say is for the operator.
base::Status can_request(const Provider& provider, const Metadata* metadata, base::Time now);

}  // namespace providers
