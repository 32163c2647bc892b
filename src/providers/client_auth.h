// client_auth.h: how we prove to a token endpoint that we are the client (RFC 6749 2.3, RFC 7523, Apple's signed secret).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"
#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

/// Adds what `method` asks for to the form or the headers. `audience` is the issuer, or the token endpoint where there is none.
base::Status authenticate(Provider& provider, ClientAuth method, const std::string& audience, World& world, Params& form,
                          std::vector<net::Header>& headers);

}  // namespace providers
