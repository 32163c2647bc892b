// logout.h: the other side of a logout: what is kept of a login so that the session at the provider can be ended too, and the address that
// ends it (OpenID Connect RP-Initiated Logout 1.0).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/call.h"
#include "providers/identity.h"

namespace flow {

/// For NewSession.id_token: the id_token sealed, where the provider has a page to end its session and the token is not too long; else "".
std::string kept_id_token(Call& call, const providers::Identity& who);

/// What an id_token is remembered by, for as long as it could be a login of an app (native.cc); nullopt: it is none.
std::optional<store::SeenToken> spent_mark(std::string_view id_token);

/// The provider's page that ends the browser's session there and sends the browser on to our /signed-out; "" = there is none. It may have
/// to ask the provider for its metadata. `as_location`: it is to stand in a header, which is shorter; a long id_token is left out then.
/// An id_token that stands in it is good for no login any more: the address stays in the browser's history.
std::string end_session_url(Call& call, const store::Session& session, bool as_location = false);

}  // namespace flow
