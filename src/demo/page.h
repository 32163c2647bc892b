// page.h: the demo provider's only pages: who signs in, and why a request is refused. Everything that came from outside is escaped.
#pragma once
#include <string>
#include <string_view>

#include "http/response.h"

namespace demo {

/// The page where the visitor says who signs in, or refuses. `back_to` is the origin that the answer goes to (form-action of the policy,
/// since browsers apply it to the redirect after a form too); `wrong` is shown above the form, "" = nothing.
http::Response choose_page(std::string_view back_to, std::string_view wrong);
/// A request that cannot be sent back to the application, because nothing says that it came from there (RFC 6749 4.1.2.1).
http::Response refusal_page(std::string_view why);
http::Response stylesheet();

}  // namespace demo
