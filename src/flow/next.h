// flow/next.h: where a browser goes after redirect mode. Whoever writes a link to /login chooses it, so it is checked before anything
// begins: an open redirector lends our name to others (RFC 9700 4.11, CWE-601).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace flow {

/// `next` in its one spelling: "/path?query" of the host of public_url, which may be written as an absolute URL too, or a URL that
/// pages.next_urls allows (RFC 9700 2.1: an origin allows its pages, a URL itself only). Code::bad_request with the reason for anything
/// else; never another place. Pure.
base::Result<std::string> check_next(std::string_view next, const config::Config& config);

/// The absolute URL for a Location header of what check_next gave; pages.home for "". Absolute, because a CGI server may serve a path that
/// stands there itself instead of telling the browser (RFC 3875 6.3.2).
std::string location_of(std::string_view checked, const config::Config& config);

}  // namespace flow
