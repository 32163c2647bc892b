// www.cc: our own pages.
#include "flow/call.h"

namespace flow {

http::Response sign_in_page(Call&) { return http::detail(404, "Not found."); }
http::Response account_page(Call&) { return http::detail(404, "Not found."); }
http::Response signed_out_page(Call&) { return http::detail(404, "Not found."); }
http::Response www_file(Call&) { return http::detail(404, "Not found."); }
http::Response interface_file(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
