// redirect.cc: redirect mode.
#include "flow/call.h"

namespace flow {

http::Response begin_redirect(Call&) { return http::detail(404, "Not found."); }
http::Response finish_redirect(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
