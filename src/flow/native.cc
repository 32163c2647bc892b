// native.cc: POST /o/{provider}/nonce/ and what an app of a phone signs in with.
#include "flow/call.h"

namespace flow {

http::Response make_nonce(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
