// attempt.h: from what a browser or an app brought back to a believed identity, in steps that API mode and redirect mode share:
//   returned (what came) -> judge (is the flow there, and this caller's?) -> take (single use) -> redeem (the provider is asked).
// Judge before take: whoever brings somebody else's state burns nothing.
#pragma once
#include <string>
#include <string_view>

#include "flow/binding.h"
#include "flow/call.h"
#include "providers/broker.h"
#include "token/state.h"

namespace flow {

/// djoser's texts for a state that is none (wire.md, table under item 7): they depend on where the state came from.
struct StateTexts {
  std::string_view empty, not_begun, wrong;
};

struct Returned {
  http::Params params;  // query and form together; the form wins (wire.md P04-P06)
  std::string state;
  bool state_in_query = false;
  providers::Callback says;
  std::string_view mode = "api";  // which flows it may finish: "api" or "redirect"
  std::int64_t link_user = 0;     // and whose: 0 = a login, else the user who links an identity
  const StateTexts& texts() const;
};

/// Reads the state and looks at what the provider says. `form` is what the body held.
Returned returned(const Call& call, const http::Params& form, std::string_view mode, std::int64_t link_user = 0);
/// The flow that this state names, if the caller may finish it; else Code::bad_request with the text that says why not. Uses nothing up.
base::Result<store::Flow> judge(Call& call, const Returned& back, const token::State* state);
/// Uses the flow up: of parallel callers one gets it (RFC 9700 4.7.1: a state is for one use).
base::Result<store::Flow> take(Call& call, const Returned& back, const token::State& state);
/// Asks the provider who it is.
base::Result<providers::Identity> redeem(Call& call, const Returned& back, const token::State& state, const store::Flow& flow);

/// All four, and the provider's own refusal where djoser looks at it. Errors are for login_failure().
struct Arrived {
  providers::Identity who;
  store::Flow flow;
};
base::Result<Arrived> arrive(Call& call, const Returned& back);

// ---- begin.cc -----------------------------------------------------------------------------------------------------------
/// What a flow that begins is for.
struct Wanted {
  std::string redirect_uri = {};
  providers::Params params = {};  // the request's, of which the provider's file lets some through
  std::string_view mode = "api";
  std::string next = {};
  std::int64_t link_user = 0;
};
/// A state, the provider's URL with it, and the flow on record: the URL.
base::Result<std::string> begin_flow(Call& call, const Wanted& wanted, const Binding& binding);
/// The first half in API mode, of a login or of linking an identity to a user: 200 {"authorization_url"}, or what is wrong.
http::Response begin_api(Call& call, std::int64_t link_user);

}  // namespace flow
