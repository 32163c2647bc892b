// logout_told.cc: logouts that a provider tells us of.
#include "flow/call.h"

namespace flow {

http::Response backchannel_logout(Call&) { return http::detail(404, "Not found."); }
http::Response frontchannel_logout(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
