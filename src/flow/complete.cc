// complete.cc: POST /o/{provider}/, the second half of a login: state and code against tokens.
// The texts and their order are djoser's (wire.md, table under item 7): they depend on where the state came from.
#include <tuple>

#include "flow/binding.h"
#include "flow/call.h"
#include "json/writer.h"

namespace flow {
namespace {

struct Texts {
  std::string_view empty, not_begun, wrong;
};
constexpr Texts kFromQuery{"State could not be found in request data.", "State could not be found in server-side session data.",
                           "Invalid state has been provided."};
constexpr Texts kFromForm{"Missing needed parameter state", "Session value state missing.", "Wrong state parameter given."};

/// What the browser brought back, query and form together (the form wins, wire.md P04-P06).
struct Answer {
  http::Params params;
  std::string state;
  bool state_in_query = false;
  providers::Callback says;
  const Texts& texts() const { return state_in_query ? kFromQuery : kFromForm; }
};

Answer answer_of(const Call& call, const http::Params& form) {
  Answer answer{call.query.merged(form), {}, call.query.last("state") != nullptr, {}};
  answer.says = call.deps.broker.look(call.name, answer.params.items());
  for (const auto* name : {"state", "redirect_state"}) {  // wire.md S24
    if (const auto* state = answer.params.last(name); state != nullptr && answer.state.empty()) answer.state = *state;
  }
  if (answer.state.empty()) answer.state = answer.says.state;
  return answer;
}

/// The flow that this state names, if the caller may finish it; else the text that says why not. Nothing is used up here.
base::Result<store::Flow> judge(Call& call, const Answer& answer, const token::State* state) {
  auto& deps = call.deps;
  const auto refused = [](std::string_view text, std::string why) {
    return base::Error{base::Code::bad_request, std::move(why), std::string{text}};
  };
  if (answer.state.empty()) return refused(answer.texts().empty, "no state");
  const auto proof = read_proof(call, answer.params.last("flow_verifier"));
  const bool bound = deps.config.flows.bound;
  if (bound && proof.none()) return refused(answer.texts().not_begun, "neither cookie nor flow_verifier");
  if (state != nullptr) {
    auto flow = deps.store.find_flow(state->id, state->secret_hash);
    if (!flow) return flow.error();
    // A state of another provider (RFC 9700 4.4 mix-up), of redirect mode or of another browser is as good as none.
    if (*flow && (*flow)->provider == call.name && (*flow)->mode == "api" && may_finish(**flow, proof, bound)) return std::move(**flow);
  }
  if (bound && proof.browser && proof.verifier.empty()) {
    auto began = deps.store.browser_began(proof.browser->number, proof.browser->hash, call.name);
    if (!began) return began.error();
    if (!*began) return refused(answer.texts().not_begun, "this browser began no login with this provider");
  }
  return refused(answer.texts().wrong, "state unknown, or not this caller's");
}

/// Uses the flow up: of parallel callers one gets it (RFC 9700 4.7.1: a state is for one use).
base::Result<store::Flow> take(Call& call, const Answer& answer, const token::State& state) {
  auto taken = call.deps.store.take_flow(state.id, state.secret_hash);
  if (!taken) return taken.error();
  switch (taken->outcome) {
    case store::Take::taken: return std::move(taken->flow);
    case store::Take::used: return base::Error{base::Code::bad_request, "state was used before", std::string{answer.texts().wrong}};
    case store::Take::expired: return base::Error{base::Code::bad_request, "state expired", std::string{answer.texts().wrong}};
    case store::Take::unknown: break;
  }
  return base::Error{base::Code::bad_request, "state unknown", std::string{answer.texts().wrong}};
}

base::Result<providers::Identity> redeem(Call& call, const Answer& answer, const token::State& state, const store::Flow& flow) {
  providers::Finish finish{flow.redirect_uri, answer.state, state.seed, {}, {}};
  if (!flow.kept.empty()) {
    auto kept = call.deps.master.open(flow.kept, "flow-kept");
    if (!kept) return kept.error();
    finish.kept = kept->reveal();
  }
  for (const auto& [name, value] : answer.params.items()) {
    if (name != "flow_verifier" && answer.params.last(name) == &value) finish.params.emplace_back(name, value);
  }
  return call.deps.broker.finish(call.name, finish);
}

std::string extra_of(const providers::Identity& who) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : who.extra) w.member(name, value);
  return w.end_object().take();
}

store::LoginRecord record_of(const Call& call, const providers::Identity& who, const TokenRequest& wanted) {
  store::LoginRecord record;
  record.profile = {who.provider,   who.issuer,    who.uid,     who.username,       who.email,    who.name,
                    who.first_name, who.last_name, who.picture, who.email_verified, extra_of(who)};
  const auto& accounts = call.deps.config.accounts;
  record.rules = {accounts.create_users, accounts.allowed_domains, accounts.link_by_email == "verified"};
  record.refresh_hash = token::stored_hash(wanted.refresh_jti);
  record.refresh_expires = wanted.refresh_expires;
  record.user_agent = std::string{call.request.header("user-agent").substr(0, 200)};
  record.remote_addr = call.request.remote_addr;
  record.request_id = call.request.id;
  return record;
}

http::Response signed_in(Call& call, const providers::Identity& who) {
  auto& deps = call.deps;
  auto ring = deps.keys.ring();
  if (!ring) return failure(ring.error());
  TokenRequest wanted;
  wanted.provider = call.name;
  wanted.refresh_jti = token::make_jti(deps.random);
  wanted.now = deps.clock.now();
  wanted.refresh_expires = wanted.now + deps.config.tokens.refresh_ttl;
  auto done = deps.store.sign_in(record_of(call, who, wanted));
  if (!done) return login_failure(done.error());
  wanted.user = done->who.user.id;
  wanted.email = done->who.user.email;
  auto access = make_access(deps, **ring, wanted);
  auto refresh = make_refresh(deps, **ring, wanted);
  if (!access) return failure(access.error());
  if (!refresh) return failure(refresh.error());
  json::Writer w;
  w.object().member("access", *access).member("refresh", *refresh).member("token", *access).member("user", done->who.user.username);
  w.end_object();
  return http::json(201, w.take()).note("user", std::to_string(wanted.user)).note("created", done->who.created ? "yes" : "no");
}

http::Response complete(Call& call) {
  auto read = read_body(call.request);
  if (read.refused) return std::move(*read.refused);
  const auto answer = answer_of(call, read.body.form);
  const auto& failed = answer.says.refused;
  // Without a state in the query djoser looks at the provider's error first; it concerns nobody's flow (wire.md E07).
  if (failed && answer.state.empty() && !answer.state_in_query) return login_failure(*failed);
  const auto state = token::read_state(answer.state, call.deps.master);
  auto flow = judge(call, answer, state ? &*state : nullptr);
  if (!flow) return login_failure(failed && !answer.state_in_query ? *failed : flow.error());
  if (!failed && !answer.says.whole) {
    return login_failure({base::Code::bad_request, "no code", "Authentication process canceled"});  // the flow stays good
  }
  flow = take(call, answer, *state);
  if (!flow) return login_failure(flow.error());
  if (failed) return login_failure(*failed);
  auto who = redeem(call, answer, *state, *flow);
  if (!who) return login_failure(who.error());
  return signed_in(call, *who);
}

std::string_view outcome_of(const http::Response& response) {
  if (response.status == 201) return "ok";
  return response.status < 500 ? "refused" : "failed";
}

}  // namespace

http::Response complete_login(Call& call) {
  if (!call.deps.broker.has(call.name)) return provider_unknown(call.name);
  auto response = complete(call);
  call.deps.metrics.add("latchstring_logins_total", {{"provider", call.name}, {"outcome", outcome_of(response)}});
  return response.note("outcome", std::string{outcome_of(response)});
}

}  // namespace flow
