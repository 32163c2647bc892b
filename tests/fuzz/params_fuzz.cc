// params_fuzz.cc: fcgi::parse_params. Lines are NAME=VALUE; the first says how we are mounted, in which role, and whom we trust.
// Whatever a web server passes on, the gate is reached where the web server says so only, and a client's address is nobody's
// invention.
#include <algorithm>
#include <string>
#include <vector>

#include "fcgi/params.h"
#include "fuzz.h"

namespace {

fcgi::ParamRules rules_of(std::string_view first) {
  fcgi::ParamRules rules;
  if (first.find('m') != first.npos) rules.mount = "/auth";
  if (first.find('t') != first.npos) rules.trusted_proxies = {"10.0.0.1", "::1"};
  rules.max_headers = 8;
  rules.max_params = 2048;
  return rules;
}

void check_address(const http::Request& request, const std::string& peer, const fcgi::ParamRules& rules) {
  if (rules.trusted_proxies.empty()) HOLDS(request.remote_addr == peer);
  HOLDS(request.remote_addr == peer || request.remote_addr.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines{fuzz::view(data, size)};
  const auto first = lines.next();
  const auto rules = rules_of(first);
  const auto role = first.find('a') != first.npos ? fcgi::Role::authorizer : fcgi::Role::responder;
  std::vector<std::string> entries;
  std::string peer;
  std::size_t bytes = 0;
  while (!lines.empty()) {
    entries.emplace_back(lines.next());
    entries.back().resize(std::min(entries.back().find('\0'), entries.back().size()));
    bytes += entries.back().size();
    if (entries.back().starts_with("REMOTE_ADDR=")) peer = entries.back().substr(12);
  }
  std::vector<const char*> env;
  for (const auto& entry : entries) env.push_back(entry.c_str());
  env.push_back(nullptr);
  const auto parsed = fcgi::parse_params(env.data(), rules, role);
  const auto& request = parsed.request;
  HOLDS(request.headers.size() <= rules.max_headers + 1);
  HOLDS(bytes <= rules.max_params || parsed.refuse == 431);
  HOLDS(request.authorizer == (role == fcgi::Role::authorizer));
  HOLDS(!(request.authorizer || request.refused != 0) || request.path == fcgi::kGate);
  HOLDS(request.refused == 0 || request.refused == 401 || request.refused == 403);
  for (const auto& [name, value] : request.headers) HOLDS(name != "proxy");
  check_address(request, peer, rules);
  if (parsed.refuse != 0) return 0;
  const bool raw = std::any_of(entries.begin(), entries.end(), [](const std::string& e) { return e.starts_with("REQUEST_URI="); });
  HOLDS(request.path.starts_with('/') && !request.method.empty());
  HOLDS(!raw || request.path.find('?') == std::string::npos);  // the other variables are decoded, and may have one
  const bool of_gate = request.authorizer || request.refused != 0;
  if (!of_gate) HOLDS(parsed.full_path == rules.mount + request.path || (request.path == "/" && parsed.full_path == rules.mount));
  return 0;
}
