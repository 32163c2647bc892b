// link.cc: link and unlink identities.
#include "flow/call.h"

namespace flow {

http::Response begin_link(Call&) { return http::detail(404, "Not found."); }
http::Response finish_link(Call&) { return http::detail(404, "Not found."); }
http::Response unlink_identity(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
