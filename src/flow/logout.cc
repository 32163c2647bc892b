// logout.cc: RP-initiated logout.
#include "flow/logout.h"

namespace flow {

std::string end_session_url(Call&, const store::Session&) { return {}; }

}  // namespace flow
