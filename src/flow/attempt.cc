// attempt.cc: the second half of a login, up to a believed identity. The texts and their order are djoser's (wire.md, table under item 7).
#include "flow/attempt.h"

#include "token/nonce.h"
#include "token/sealed.h"

namespace flow {
namespace {

constexpr StateTexts kFromQuery{"State could not be found in request data.", "State could not be found in server-side session data.",
                                "Invalid state has been provided."};
constexpr StateTexts kFromForm{"Missing needed parameter state", "Session value state missing.", "Wrong state parameter given."};

bool fits(const store::Flow& flow, const Call& call, const Returned& back) {
  // A state of another provider (RFC 9700 4.4 mix-up), of another mode, or of another user's linking is as good as none.
  return flow.provider == call.name && flow.mode == back.mode && flow.link_user == back.link_user;
}

}  // namespace

const StateTexts& Returned::texts() const { return state_in_query ? kFromQuery : kFromForm; }

Returned returned(const Call& call, const http::Params& form, std::string_view mode, std::int64_t link_user) {
  Returned back{call.query.merged(form), {}, call.query.last("state") != nullptr, {}, mode, link_user};
  back.says = call.deps.broker.look(call.name, back.params.items());
  for (const auto* name : {"state", "redirect_state"}) {  // wire.md S24
    if (const auto* state = back.params.last(name); state != nullptr && back.state.empty()) back.state = *state;
  }
  if (back.state.empty()) back.state = back.says.state;
  return back;
}

base::Result<store::Flow> judge(Call& call, const Returned& back, const token::State* state) {
  auto& deps = call.deps;
  const auto refused = [](std::string_view text, std::string why) {
    return base::Error{base::Code::bad_request, std::move(why), std::string{text}};
  };
  if (back.state.empty()) return refused(back.texts().empty, "no state");
  const auto proof = read_proof(call, back.params.last("flow_verifier"));
  const bool bound = deps.config.flows.bound;
  if (bound && proof.none()) return refused(back.texts().not_begun, "neither cookie nor flow_verifier");
  if (state != nullptr) {
    auto flow = deps.store.find_flow(state->id, state->secret_hash);
    if (!flow) return flow.error();
    if (*flow && fits(**flow, call, back) && may_finish(**flow, proof, bound)) return std::move(**flow);
  }
  if (bound && proof.browser && proof.verifier.empty()) {
    auto began = deps.store.browser_began(proof.browser->number, proof.browser->hash, call.name);
    if (!began) return began.error();
    if (!*began) return refused(back.texts().not_begun, "this browser began no login with this provider");
  }
  return refused(back.texts().wrong, "state unknown, or not this caller's");
}

base::Result<store::Flow> take(Call& call, const Returned& back, const token::State& state) {
  auto taken = call.deps.store.take_flow(state.id, state.secret_hash);
  if (!taken) return taken.error();
  switch (taken->outcome) {
    case store::Take::taken:
      call.deps.throttle.leave(call.request.remote_addr, token::made_at(state.id));
      return std::move(taken->flow);
    case store::Take::used: return base::Error{base::Code::bad_request, "state was used before", std::string{back.texts().wrong}};
    case store::Take::expired: return base::Error{base::Code::bad_request, "state expired", std::string{back.texts().wrong}};
    case store::Take::unknown: break;
  }
  return base::Error{base::Code::bad_request, "state unknown", std::string{back.texts().wrong}};
}

base::Result<providers::Identity> redeem(Call& call, const Returned& back, const token::State& state, const store::Flow& flow) {
  // In redirect mode the answer came straight from the provider: what it announces must be there (RFC 9207 2.4).
  providers::Finish finish{flow.redirect_uri, back.state, state.seed, {}, {}, back.mode == "redirect"};
  if (!flow.kept.empty()) {
    auto kept = call.deps.master.open(flow.kept, token::flow_context(state.secret_hash));
    if (!kept) return kept.error();
    finish.kept = kept->reveal();
  }
  for (const auto& [name, value] : back.params.items()) {
    if (name != "flow_verifier" && back.params.last(name) == &value) finish.params.emplace_back(name, value);
  }
  return call.deps.broker.finish(call.name, finish);
}

base::Result<Arrived> arrive(Call& call, const Returned& back) {
  const auto& failed = back.says.refused;
  // Without a state in the query djoser looks at the provider's error first; it concerns nobody's flow (wire.md E07).
  if (failed && back.state.empty() && !back.state_in_query) return *failed;
  const auto state = token::read_state(back.state, call.deps.master);
  auto flow = judge(call, back, state ? &*state : nullptr);
  if (!flow) return failed && !back.state_in_query ? *failed : flow.error();
  if (!failed && !back.says.whole)  // the flow stays good
    return base::Error{base::Code::bad_request, "no code", "Authentication process canceled"};
  flow = take(call, back, *state);
  if (!flow) return flow.error();
  if (failed) return *failed;
  auto who = redeem(call, back, *state, *flow);
  if (!who) return who.error();
  return Arrived{std::move(*who), std::move(*flow)};
}

}  // namespace flow
