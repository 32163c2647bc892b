// flow/redirect.h: redirect mode, in which the browser does all of it: /login sends it to the provider, /callback takes it back, the
// session is a cookie. For pages without JavaScript, for providers that answer with a form (form_post), and for the gate. Answers are for
// people.
#pragma once
#include <string>
#include <string_view>

#include "flow/call.h"

namespace flow {

/// Where the provider sends the browser back to: public_url/o/NAME/callback. Whoever registers a client registers this.
std::string callback_url(const config::Config& config, std::string_view provider);
/// Where a browser begins: public_url/o/NAME/login.
std::string login_url(const config::Config& config, std::string_view provider);
/// The other mode's: public_url/o/NAME/.
std::string api_url(const config::Config& config, std::string_view provider);

/// For a provider that is not enabled.
base::Error not_enabled(const Call& call);
/// An error as a page, or as JSON for a program that asks for it. `status` 0: that of the error's code.
http::Response refuse(Call& call, int status, const base::Error& error);

/// An answer for requests that must change nothing, though they name /login or /callback: HEAD (RFC 9110 9.3.2: safe), and a browser that
/// fetches what somebody may click on later (Sec-Purpose: prefetch). nullopt: go on.
std::optional<http::Response> answer_idle(Call& call);

}  // namespace flow
