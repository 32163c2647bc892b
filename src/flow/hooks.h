// hooks.h: the application's say. hooks.login is asked before a login is answered and may refuse it or add claims to its tokens;
// hooks.events is told afterwards (outbox.h). Both are POSTs of JSON, signed as Standard Webhooks has it (token/webhook.h).
#pragma once
#include <string>
#include <string_view>

#include "flow/call.h"
#include "providers/identity.h"

namespace flow {

/// A signed message. `id` stays the same when it is sent again, `now` does not: receivers refuse what is old.
net::Request hook_message(const config::Config& config, const std::string& url, const std::string& id, base::Time now, std::string body);

/// What the application said of a login.
struct Verdict {
  bool allowed = false;
  std::string claims = "{}";  // JSON object, compact: further members of the access tokens
  std::string reason = {};    // for the person who is refused; cleaned
};
/// 200 {"allow": true, "claims": {...}}, 200 {"allow": false, "reason": "..."} or 403 {"reason": "..."}. An error: anything else, which is
/// as good as no answer (detail says what is wrong): claims that are too large, too deep or of a name that is ours among it. Pure.
base::Result<Verdict> read_verdict(int status, std::string_view body);

/// Asks hooks.login, where it is set, about a login or about an identity that the signed-in user wants to link (its claims are not used).
/// The claims, a JSON object; Code::denied with a `say` if the application refuses; Code::busy if it does not answer and hooks.when_down is
/// "refuse". Waits for the network: no transaction may be open.
enum class Asked { login, link };
base::Result<std::string> ask_hook(Call& call, Asked about, const providers::Identity& who);

}  // namespace flow
