// provider_tokens.cc: the provider's own tokens.
#include "flow/call.h"

namespace flow {

http::Response provider_token(Call&) { return http::detail(404, "Not found."); }

}  // namespace flow
