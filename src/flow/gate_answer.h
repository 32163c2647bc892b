// flow/gate_answer.h: the gate's answers, each in the words of whoever asks: variables for the authorizer role, headers for auth_request, a
// redirect for browsers, JSON for all others. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "flow/gate_rules.h"
#include "http/request.h"
#include "http/response.h"

namespace flow {

/// Who is let in, for the page behind the gate; all may be "".
struct GateGuest {
  std::string id, username, email, name, provider;  // email: verified, else ""
};

/// 200. In the authorizer role Variable-REMOTE_USER and its kin, and nothing else, since Apache shows the browser whatever else there is;
/// otherwise Remote-User and its kin. What is not known is left out. Values are UTF-8 on one line.
http::Response let_in(const http::Request& request, const std::optional<GateGuest>& guest);
/// A browser that may be led there goes to the sign-in page (303) and comes back; all others: 401 {"detail","login_url"}.
http::Response sign_in_first(const http::Request& request, const config::Config& config, bool lead);
/// 403, `text` says why: a page for a browser, else {"detail","login_url"}. ASCII only: mod_authnz_fcgi calls every body ISO 8859-1.
http::Response not_allowed(const http::Request& request, const config::Config& config, bool lead, std::string_view text);
/// The web server asks for the page of a refusal that is not the gate's: of a 401, there is none any more: 503; of a 403, it is the
/// server's own. Never a 200, never a redirect in a circle.
http::Response refused_elsewhere(const http::Request& request);

/// `value` as it may stand in a header or a variable: without control characters, without spaces around it, at most `most` bytes of whole
/// characters; "" if it is not UTF-8.
std::string header_text(std::string_view value, std::size_t most);
/// The sign-in page with the way back, if `original` is one: a path of this host and no other's (CWE-601).
std::string login_url(const config::Config& config, std::string_view original);

}  // namespace flow
