// logout.h: where a browser goes so that it is signed out at the provider too (RP-initiated logout).
#pragma once
#include <string>

#include "flow/call.h"

namespace flow {

/// The provider's end-session URL for that session, with the hint and the way back; "" where the provider has none.
std::string end_session_url(Call& call, const store::Session& session);

}  // namespace flow
