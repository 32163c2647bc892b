// gate.cc: who may see a page.
#include "flow/call.h"

namespace flow {

http::Response gate(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
