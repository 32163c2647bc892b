// fcgi/reply.h: an answer as CGI text (RFC 3875 6): Status, headers, blank line, body. Pure.
#pragma once
#include <string>
#include <string_view>

#include "http/response.h"

namespace fcgi {

/// What all headers of an answer may take together: nginx' default buffer is 4 KiB and holds more than these.
inline constexpr std::size_t kMaxReplyHeaders = 3072;

/// Appends `response` to `out`. `head`: a HEAD request, so no body, but its Content-Length. X-Request-Id is added.
/// False, and `out` as before, if a header name is no token, a value holds CR, LF or NUL (RFC 9110 5.5; CWE-113), the status is out of
/// range or the headers are too large: then answer 500.
bool append_reply(std::string& out, const http::Response& response, bool head, std::string_view request_id);

}  // namespace fcgi
