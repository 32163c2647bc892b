// saml.h: the engine for SAML 2.0, web browser SSO begun by us (saml-profiles 4.1): an AuthnRequest out by HTTP-Redirect or HTTP-POST, a
// Response back by HTTP-POST to the redirect_uri, RelayState = the state.
#pragma once
#include "providers/engine.h"

namespace providers::saml {

base::Result<Begun> begin(Provider& provider, const Start& start, World& world);
base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world);
Callback look(const Provider& provider, const Params& params);
base::Status check(Provider& provider, World& world);
base::Result<std::string> issuer(Provider& provider, std::string_view uid, World& world);
void examine(const Spec& spec, bool complete, const Wrong& wrong);
void read(Table& table, Spec& spec);

/// "metadata": our SAML metadata. "post": the page that carries a request to an identity provider which knows only HTTP-POST.
base::Result<Page> page(const Provider& provider, const PageRequest& request);

}  // namespace providers::saml
