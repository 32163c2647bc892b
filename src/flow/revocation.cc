// revocation.cc: revocation and introspection.
#include "flow/call.h"

namespace flow {

http::Response revoke_refresh(Call&) { return http::detail(404, "Not found."); }
http::Response introspect_token(Call&) { return http::detail(404, "Not found."); }
http::Response revoke_token(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
