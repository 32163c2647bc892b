// binding.cc: a flow and the one who began it.
#include "flow/binding.h"

namespace flow {
namespace {

/// __Host- ties the cookie to this very host, https and path / (RFC 6265bis 4.1.3.2): no sibling domain can plant one.
std::string cookie_name(const config::Config& config) { return config.https() ? "__Host-latchstring-flow" : "latchstring-flow"; }

std::optional<token::Browser> browser_of(Call& call) {
  const auto cookie = call.request.cookie(cookie_name(call.deps.config));
  return cookie.empty() ? std::nullopt : token::read_browser(cookie, call.deps.master);
}

}  // namespace

base::Result<Binding> bind(Call& call) {
  Binding binding;
  if (const auto* challenge = call.query.last("flow_challenge")) {
    if (!token::is_challenge(*challenge)) {
      return base::Error{base::Code::bad_request, "flow_challenge malformed",
                         "flow_challenge must be base64url(SHA-256(flow_verifier)): 43 characters, no padding."};
    }
    binding.challenge = *challenge;
    return binding;
  }
  if (!call.deps.config.flows.bound) return binding;
  binding.browser = bind_browser(call);
  return binding;
}

token::Browser bind_browser(Call& call) {
  if (auto known = browser_of(call)) return std::move(*known);
  return token::make_browser(call.deps.clock, call.deps.random, call.deps.master);
}

std::string same_site_of(const config::Config& config) {
  const auto& setting = config.flows.cookie_same_site;
  if (setting == "none") return "None";
  return setting == "strict" ? "Strict" : "Lax";
}

void set_browser_cookie(http::Response& response, const config::Config& config, const token::Browser& browser) {
  http::Cookie cookie;
  cookie.name = cookie_name(config);
  cookie.value = browser.text;
  cookie.max_age = config.flows.ttl;
  cookie.secure = config.https();
  cookie.same_site = same_site_of(config);
  response.set("Set-Cookie", http::set_cookie(cookie));
}

Proof read_proof(Call& call, const std::string* verifier) { return {verifier != nullptr ? *verifier : std::string{}, browser_of(call)}; }

bool may_finish(const store::Flow& flow, const Proof& proof, bool binding_required) {
  // A flow that was bound stays bound, whatever the configuration says today.
  if (!flow.challenge.empty()) return token::is_verifier(proof.verifier) && token::proves(proof.verifier, flow.challenge);
  if (!flow.browser_hash.empty()) return proof.browser && proof.browser->hash == flow.browser_hash;
  return !binding_required;
}

}  // namespace flow
