// flow/gate_answer.h: the gate's answers, each in the words of whoever asks: variables for the authorizer role, headers for auth_request, a
// redirect or a page for browsers, JSON for all others.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/call.h"

namespace flow {

/// Who is let in, for the page behind the gate; all may be "".
struct GateGuest {
  std::string id, username, email, name, provider;  // email: verified, else ""
};

/// 200. In the authorizer role Variable-REMOTE_USER and its kin, and nothing else, since Apache shows the browser whatever else there is;
/// otherwise Remote-User and its kin. What is not known is left out. Values are UTF-8 on one line.
http::Response let_in(const http::Request& request, const std::optional<GateGuest>& guest);
/// `lead`: a browser may be redirected or shown a page. A browser goes to the sign-in page then (303) and comes back; all others: 401
/// {"detail","login_url"}.
http::Response sign_in_first(const Call& call, bool lead);
/// 403, `text` says why: a page for a browser, else {"detail","login_url"}.
http::Response not_allowed(Call& call, bool lead, std::string_view text);
/// The web server asks for the page of a refusal that is not the gate's: of a 401, there is none any more: 503; of a 403, it is the
/// server's own. Never a 200, never a redirect in a circle.
http::Response refused_elsewhere(Call& call);

/// `value` as it may stand in a header or a variable: without control characters, without spaces around it, at most `most` bytes of whole
/// characters; "" if it is not UTF-8.
std::string header_text(std::string_view value, std::size_t most);
/// The sign-in page with the way back, if what somebody wants to see is one that a login may lead to (next.h).
std::string sign_in_url(const config::Config& config, std::string_view original);

}  // namespace flow
