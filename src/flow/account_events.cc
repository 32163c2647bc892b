// account_events.cc: what providers tell of accounts.
#include "flow/call.h"

namespace flow {

http::Response account_events(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
