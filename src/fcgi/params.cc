// fcgi/params.cc: see params.h.
#include "fcgi/params.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fcgi {
namespace {

/// Text of an IP address and nothing else: what a proxy claims goes into logs and rate limits.
bool is_address(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  unsigned char binary[sizeof(in6_addr)];
  if (text.empty() || text.size() >= sizeof copy) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return inet_pton(AF_INET, copy, binary) == 1 || inet_pton(AF_INET6, copy, binary) == 1;
}

/// "HTTP_X_REQUEST_ID" without HTTP_ as "x-request-id".
std::string header_name(std::string_view name) {
  std::string out{name};
  for (char& c : out) {
    if (c == '_')
      c = '-';
    else if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

/// The variables that are looked for by name, collected in one pass.
struct Variables {
  std::string_view request_uri, script_name, path_info, query, length, authorization, peer;
  std::string_view redirect_status, redirect_method, gate_uri;
  std::vector<std::string_view> forwarded_for;
  bool has_request_uri = false;
};

/// Apache renames variables at an internal redirect (.htaccess): REDIRECT_HTTP_AUTHORIZATION is then where it is.
void take_variable(std::string_view name, std::string_view value, Variables& vars, http::Request& request) {
  if (name == "REQUEST_METHOD")
    request.method = value;
  else if (name == "REQUEST_URI")
    vars.request_uri = value, vars.has_request_uri = true;
  else if (name == "CONTENT_TYPE")
    request.content_type = value;
  else if (name == "CONTENT_LENGTH")
    vars.length = value;
  else if (name == "REMOTE_ADDR")
    vars.peer = value;
  else if (name == "SCRIPT_NAME")
    vars.script_name = value;
  else if (name == "PATH_INFO")
    vars.path_info = value;
  else if (name == "QUERY_STRING")
    vars.query = value;
  else if (name == "REDIRECT_STATUS")
    vars.redirect_status = value;
  else if (name == "REDIRECT_REQUEST_METHOD")
    vars.redirect_method = value;
  else if (name == "LATCHSTRING_URI")
    vars.gate_uri = value;
  else if (name == "LATCHSTRING_NAMES")
    request.names_removed = value == "removed";
  else if ((name == "REDIRECT_HTTP_AUTHORIZATION" || name == "AUTHORIZATION") && vars.authorization.empty())
    vars.authorization = value;
}

/// Content-Length is 1*DIGIT (RFC 9110 8.6): no sign, no space, no list.
bool parse_length(std::string_view text, std::optional<std::size_t>& out) {
  if (text.empty()) return true;
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  out = n;
  return true;
}

/// Without scheme and host, where `uri` has them (absolute-form): begins with '/' or '?' then, or is empty.
std::string_view without_host(std::string_view uri) {
  const auto scheme = uri.starts_with('/') ? std::string_view::npos : uri.find("://");
  if (scheme == std::string_view::npos || scheme > uri.find('?')) return uri;
  uri.remove_prefix(scheme + 3);
  uri.remove_prefix(std::min(uri.find_first_of("/?"), uri.size()));
  return uri;
}

/// `uri` from its path on, else as it is.
std::string original_of(std::string_view uri) {
  const auto rest = without_host(uri);
  return (rest.size() < uri.size() && !rest.starts_with('/') ? "/" : "") + std::string{rest};
}

/// Apache's ErrorDocument 401 of a page that is another's: an internal redirect to us, with the REQUEST_URI of what was refused. 0 if it is
/// none.
int refusal_of(const Variables& vars, const ParamRules& rules) {
  if (vars.redirect_status != "401" && vars.redirect_status != "403") return 0;
  if (!vars.has_request_uri || !below_mount(vars.script_name, rules.mount)) return 0;
  if (!rules.mount.empty() && below_mount(split_target(vars.request_uri).path, rules.mount)) return 0;
  return vars.redirect_status == "401" ? 401 : 403;
}

/// Over all X-Forwarded-For. More than one: nginx before 1.23 passes a repeated header line by line, and lighttpd makes the same variable of
/// X_Forwarded_For, which is no proxy's but the client's (CVE-2025-64484). Those that lead to two addresses are believed to name none.
std::string client_of(const Variables& vars, const std::vector<std::string>& trusted) {
  std::string believed{vars.peer};
  bool found = false;
  for (const auto value : vars.forwarded_for) {
    auto one = client_address(vars.peer, value, trusted);
    const bool is_proxy = std::find(trusted.begin(), trusted.end(), one) != trusted.end();
    if (found && !is_proxy && one != believed) return std::string{vars.peer};
    if (!found) believed = std::move(one);
    found = found || !is_proxy;
  }
  return believed;
}

/// What a trusted proxy says that its client wants to see; "" if nobody says it, or two say different things.
std::string_view forwarded_uri(const http::Request& request) {
  std::string_view found;
  for (const auto& [name, value] : request.headers) {
    if (name != "x-original-uri" && name != "x-forwarded-uri") continue;
    if (!found.empty() && found != value) return {};
    found = value;
    if (value.empty()) return {};
  }
  return found;
}

/// True if this is one of the gate's requests, whose path is no client's.
bool place_gate(const Variables& vars, const ParamRules& rules, Role role, Parsed& out) {
  auto& request = out.request;
  request.authorizer = role == Role::authorizer;
  if (!request.authorizer) request.refused = refusal_of(vars, rules);
  if (!request.authorizer && request.refused == 0) return false;
  request.path = kGate;
  request.original = original_of(vars.request_uri);
  out.full_path = split_target(vars.request_uri).path;
  if (request.refused != 0 && !vars.redirect_method.empty()) request.method = vars.redirect_method;  // Apache makes a GET of it
  return true;
}

/// Paths and query from the variables; false if the path is not below the mount.
bool place(const Variables& vars, const ParamRules& rules, Parsed& out) {
  if (vars.has_request_uri) {
    const auto target = split_target(vars.request_uri);
    out.full_path = target.path;
    out.request.query = target.query;
  } else {
    out.full_path = std::string{vars.script_name} + std::string{vars.path_info};
    out.request.query = vars.query;
  }
  const auto rest = below_mount(out.full_path, rules.mount);
  if (rest) out.request.path = *rest;
  return rest.has_value();
}

}  // namespace

Target split_target(std::string_view uri) {
  const auto rest = without_host(uri);
  if (rest.size() < uri.size() && !rest.starts_with('/')) return {"/", rest.substr(std::min<std::size_t>(1, rest.size()))};
  uri = rest;
  uri = uri.substr(0, uri.find('#'));  // no client sends one; if one does, it is no part of path or query
  const auto mark = uri.find('?');
  if (mark == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, mark), uri.substr(mark + 1)};
}

std::optional<std::string_view> below_mount(std::string_view path, std::string_view mount) {
  if (!path.starts_with(mount)) return std::nullopt;
  const auto rest = path.substr(mount.size());
  if (rest.empty()) return mount.empty() ? std::nullopt : std::optional<std::string_view>{"/"};
  if (rest.front() != '/') return std::nullopt;  // "/authority" is not below "/auth"
  return rest;
}

std::string client_address(std::string_view peer, std::string_view forwarded_for, const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](std::string_view address) { return std::find(trusted.begin(), trusted.end(), address) != trusted.end(); };
  // From the right: each proxy appends who it saw, so only what trusted ones appended can be believed.
  std::string_view believed = peer;
  while (is_trusted(believed) && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    auto last = comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    forwarded_for = comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
    while (last.starts_with(' ')) last.remove_prefix(1);
    while (last.ends_with(' ')) last.remove_suffix(1);
    if (!is_address(last)) break;
    believed = last;
  }
  return std::string{believed};
}

Parsed parse_params(const char* const* env, const ParamRules& rules, Role role) {
  Parsed out;
  auto& request = out.request;
  Variables vars;
  std::size_t bytes = 0;
  request.headers.reserve(16);
  request.https = rules.https;
  for (; *env; ++env) {
    const std::string_view entry{*env};
    bytes += entry.size();
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = entry.substr(0, equals);
    const auto value = entry.substr(equals + 1);
    if (!name.starts_with("HTTP_")) {
      take_variable(name, value, vars, request);
      continue;
    }
    auto header = header_name(name.substr(5));
    if (header == "proxy") continue;  // httpoxy, CVE-2016-5385: no header may look like a setting of ours
    if (request.headers.size() == rules.max_headers)
      out.refuse = 431, out.over = base::Limit::server_max_headers;
    else
      request.headers.emplace_back(std::move(header), value);
    if (name == "HTTP_X_FORWARDED_FOR") vars.forwarded_for.push_back(value);
  }
  if (bytes > rules.max_params) out.refuse = 431, out.over = base::Limit::server_max_params;
  if (!vars.authorization.empty() && request.header("authorization").empty())
    request.headers.emplace_back("authorization", vars.authorization);
  request.remote_addr = client_of(vars, rules.trusted_proxies);
  const bool placed = place_gate(vars, rules, role, out) || place(vars, rules, out);
  if (!request.authorizer && request.refused == 0) {
    const bool trusted = std::find(rules.trusted_proxies.begin(), rules.trusted_proxies.end(), vars.peer) != rules.trusted_proxies.end();
    request.original = original_of(vars.gate_uri.empty() && trusted ? forwarded_uri(request) : vars.gate_uri);
  }
  if (out.refuse) return out;
  if (request.method.empty() || !parse_length(vars.length, out.length))
    out.refuse = 400;
  else if (!placed)
    out.refuse = 404;
  return out;
}

}  // namespace fcgi
