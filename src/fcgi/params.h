// fcgi/params.h: the parameters of a FastCGI request (RFC 3875 4.1 meta-variables) as a request, or the status to refuse it with. Pure.
// The web servers differ in nearly every variable; what is relied on here is what all of them agree on.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "http/request.h"

namespace fcgi {

struct ParamRules {
  std::string mount;                              // "/auth" or ""
  std::size_t max_params = 65536;                 // bytes of all names and values together
  std::size_t max_headers = 100;                  // HTTP_* parameters
  std::vector<std::string> trusted_proxies = {};  // REMOTE_ADDR values whose X-Forwarded-For and X-Forwarded-Uri count
  bool https = false;
};

struct Parsed {
  http::Request request;              // without body and id
  std::optional<std::size_t> length;  // CONTENT_LENGTH; nullopt when missing or empty: then the body is what stdin holds
  /// 0, or the status to refuse with: 400 malformed CONTENT_LENGTH or no method, 404 not below the mount, 431 too many or too large.
  int refuse = 0;
  std::optional<base::Limit> over;  // which limit it was
  std::string full_path;  // before the mount was taken off; for the log
};

/// Who asks: a web server that wants an answer for its client, or one that wants to know whether to let the client in (FastCGI 6.2, 6.3).
enum class Role { responder, authorizer };

/// `env` is a null-terminated array of "NAME=value". Where a request is one of the gate's, its path is kGate, whatever the client wrote:
/// - the authorizer role: REQUEST_URI is what somebody wants to see, and there is no body;
/// - Apache's ErrorDocument (REDIRECT_STATUS 401 or 403, SCRIPT_NAME ours, REQUEST_URI another's): `refused` is set;
/// - LATCHSTRING_NAMES=removed in any of them: see http::Request;
/// - else `original` is LATCHSTRING_URI, which no header can become, or X-Original-URI or X-Forwarded-Uri of a trusted proxy. Where these
///   say different things, one of them is the client's: then it is not known.
Parsed parse_params(const char* const* env, const ParamRules& rules, Role role = Role::responder);
inline constexpr std::string_view kGate = "/gate";

/// The path of a request target (RFC 9112 3.2): "/p?q" or, as Apache passes on from proxies' requests, "http://host/p?q".
struct Target {
  std::string_view path, query;
};
Target split_target(std::string_view request_uri);

/// What is left of `path` below `mount`, beginning with '/'; nullopt if it is not below it. "/auth" alone is "/".
std::optional<std::string_view> below_mount(std::string_view path, std::string_view mount);

/// The client's address: `peer`, or, if that is a trusted proxy, the last address in X-Forwarded-For that is none.
std::string client_address(std::string_view peer, std::string_view forwarded_for, const std::vector<std::string>& trusted);

}  // namespace fcgi
