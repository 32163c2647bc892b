// flow/binding.h: who may finish a login? Whoever began it: the browser with the cookie, or the holder of flow_verifier. A state that the
// server merely looks up would let an attacker log a victim into the attacker's account (RFC 6749 10.12, RFC 9700 4.7).
#pragma once
#include <optional>
#include <string>

#include "flow/call.h"
#include "token/state.h"

namespace flow {

/// What a new flow is bound to. Neither: flows.binding = "none".
struct Binding {
  std::string challenge;                  // flow_challenge; "" = none
  std::optional<token::Browser> browser;  // the cookie, old or new
};
/// Code::bad_request with `say` for a flow_challenge that is none.
base::Result<Binding> bind(Call& call);
/// The browser's cookie, whatever the request's flow_challenge says: redirect mode has no other proof.
token::Browser bind_browser(Call& call);
/// "Lax", "Strict" or "None", as flows.cookie_same_site has it for all our cookies.
std::string same_site_of(const config::Config& config);
void set_browser_cookie(http::Response& response, const config::Config& config, const token::Browser& browser);

/// What the second half brings as proof.
struct Proof {
  std::string verifier;                   // flow_verifier; "" = none
  std::optional<token::Browser> browser;  // a cookie that we issued
  bool none() const { return verifier.empty() && !browser; }
};
Proof read_proof(Call& call, const std::string* verifier);
/// True if `proof` is what the flow was bound to. Pure.
bool may_finish(const store::Flow& flow, const Proof& proof, bool binding_required);

}  // namespace flow
