// rules.h: what is refused before a packet is sent, and what a redirect may ask for. Values in, values out; no network.
#pragma once
#include <string>

#include "net/address.h"
#include "net/client.h"

namespace net {

/// A request that passed the rules, and where it goes.
struct Target {
  std::string host;    // lower case, without brackets: for messages, logs, metrics
  std::string origin;  // scheme://host[:port]
  bool loopback = false;
  Reach reach = Reach::any;
};

/// Code::upstream with "refused: why, host" unless the URL is https (or http on loopback), has no user name, at most 16 KiB of visible
/// ASCII, and method and headers cannot break out of their lines (CWE-113) or reframe the message (Host, Content-Length, Transfer-Encoding;
/// CWE-444).
base::Result<Target> check(const Request& request);

/// The request that follows a redirect to `url` (absolute): https only; another origin gets none of our headers but Accept, no client
/// certificate, and, since its address stood in a document, no private address.
base::Result<Request> follow(const Request& request, const Target& from, const std::string& url);
/// True if the answer asks for a redirect that this request may follow at all: GET and HEAD only, never a POST (a code or an
/// assertion must not travel to a second place; RFC 9700 4.12).
bool may_redirect(const Request& request, int status) noexcept;

/// Adds host to an error text: "dns: no such name, login.example".
base::Error refuse(std::string_view what, std::string_view host);

}  // namespace net
