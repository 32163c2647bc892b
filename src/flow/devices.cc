// devices.cc: sessions and logout.
#include "flow/call.h"

namespace flow {

http::Response list_sessions(Call&) { return http::detail(404, "Not found."); }
http::Response end_one_session(Call&) { return http::detail(404, "Not found."); }
http::Response end_all_sessions(Call&) { return http::detail(404, "Not found."); }
http::Response log_out(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
