// net/client.h: calls to providers. One interface; curl_client.h is the real one (one I/O thread, a curl multi handle, HTTP/2,
// kept connections), tests/fake/net.h answers from a table.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace net {

using Header = std::pair<std::string, std::string>;

/// Who we are in the TLS handshake (RFC 8446 4.4.2), both in PEM. Connections and TLS sessions are kept apart by it.
struct ClientCertificate {
  base::Secret certificate, key;  // the certificate with those between it and its authority; its key, not encrypted
};

struct Request {
  std::string method = "GET";
  std::string url = {};              // absolute; https, or http on loopback: anything else is refused before a packet is sent
  std::vector<Header> headers = {};  // no CR, LF or NUL: refused
  std::string body = {};
  /// False for URLs that stand in a fetched document (jwks_uri, token_endpoint of a discovery ...) of a provider that is not itself on
  /// loopback: then private, link-local and loopback addresses are refused after name resolution (SSRF; CWE-918).
  bool private_addresses = true;
  /// 0 = the client's default (upstream.timeout, upstream.max_response).
  std::chrono::milliseconds timeout{0};
  std::size_t max_response = 0;
  int redirects = 0;                                          // how many redirects may be followed; https only, never for a POST
  std::shared_ptr<const ClientCertificate> certificate = {};  // shown where the server asks for one; null = none
};

struct Response {
  int status = 0;
  std::vector<Header> headers;  // names in lower case
  std::string body;
  std::string url = {};  // where it came from, after redirects
  /// First header of that (lower-case) name, or "".
  std::string_view header(std::string_view name) const noexcept;
};

/// `send` fails with Code::upstream (detail says which way: dns, connect, tls, timeout, too large, proxy, protocol; host only, no query) or
/// Code::busy when too many calls are under way. A response with any HTTP status is a success here.
struct Client {
  virtual ~Client() = default;
  virtual base::Result<Response> send(const Request& request) = 0;
};

}  // namespace net
