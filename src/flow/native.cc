// native.cc: POST /o/{provider}/nonce/ and what a phone app signs in with. An id_token that names a nonce of ours is good once, and only
// for who has the nonce itself; without one it is good for as long as it says, ten minutes at most (id_token.cc).
#include "flow/native.h"

#include <algorithm>

#include "flow/entry.h"
#include "flow/logout.h"
#include "json/writer.h"
#include "token/nonce.h"
#include "token/state.h"

namespace flow {
namespace {

constexpr std::string_view kMode = "native";
// A nonce's row stays for as long as an id_token that was made with it could still be taken: a used one must not pass for somebody else's.
constexpr std::chrono::minutes kRemembered{11};

base::Error refused(std::string why) {
  return {base::Code::bad_request, "native: " + std::move(why), "Token error: Incorrect id_token: nonce"};
}

/// RFC 6750 2.1 and more: whatever a provider prints, but nothing that could end a header.
bool is_token(std::string_view text) {
  return text.size() <= 16 * 1024 && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// One that has the form of ours: it must be ours, of this provider, alive and unused, and is used up.
base::Status take_nonce(Call& call, const token::State& nonce) {
  auto& store = call.deps.store;
  const auto flow = store.find_flow(nonce.id, nonce.secret_hash);
  if (!flow) return flow.error();
  if (!*flow || (*flow)->mode != kMode) return refused("the nonce is none of ours, or long gone");
  if ((*flow)->provider != call.name) return refused("the nonce was made for another provider");
  if (token::made_at(nonce.id) + call.deps.config.flows.ttl <= call.deps.clock.now()) return refused("the nonce has expired");
  const auto taken = store.take_flow(nonce.id, nonce.secret_hash);
  if (!taken) return taken.error();
  if (taken->outcome != store::Take::taken) return refused("the nonce was used before");
  call.deps.throttle.leave(call.request.remote_addr, token::made_at(nonce.id));
  return base::ok;
}

/// Is it the hash of one of ours? Then who has the token alone must not get in by keeping silent about the nonce.
base::Result<bool> hides_ours(Call& call, std::string_view claim) {
  const auto hash = token::hashed_nonce(claim);
  if (!hash) return false;
  const auto mark = token::mark_of_hash(*hash);
  return call.deps.store.nonce_made(mark.number, mark.hash);
}

base::Status accept_nonce(Call& call, std::string_view claim, const std::string& named, bool required) {
  if (!named.empty() && (claim.empty() || !token::nonce_fits(claim, named)))
    return refused("the id_token has another nonce than the request");
  const auto nonce = token::read_state(named.empty() ? claim : std::string_view{named}, call.deps.master);
  if (nonce) return take_nonce(call, *nonce);
  const auto hidden = hides_ours(call, claim);
  if (!hidden) return hidden.error();
  if (*hidden) return refused("the id_token has the hash of a nonce of ours: the nonce itself must come along");
  if (required) return refused("native_nonce is required, and the id_token has none of ours");
  return base::ok;  // none, or one that the app or its SDK made
}

/// A logout puts the id_token of its login into an address (end_session_url), where the next one at this computer finds it.
base::Status not_spent(Call& call, const std::string& id_token) {
  const auto mark = spent_mark(id_token);
  if (!mark) return base::ok;  // an access token came alone
  const auto spent = call.deps.store.token_spent(*mark);
  if (!spent) return spent.error();
  if (!*spent) return base::ok;
  return base::Error{base::Code::bad_request, "native: the id_token was the hint of a logout",
                     "Token error: this id_token is spent: a logout named it"};
}

base::Result<std::string> begin_nonce(Call& call) {
  auto& deps = call.deps;
  const auto nonce = token::make_state(deps.clock, deps.random, deps.master);
  const auto mark = token::mark_of_nonce(nonce.text);
  store::Flow flow;
  flow.id = nonce.id;
  flow.secret_hash = nonce.secret_hash;
  flow.browser = mark.number;
  flow.browser_hash = mark.hash;
  flow.provider = call.name;
  flow.mode = kMode;
  flow.expires = deps.clock.now() + deps.config.flows.ttl + kRemembered;
  if (auto stored = deps.store.begin_flow(flow); !stored) return stored.error();
  return nonce.text;
}

}  // namespace

bool is_native(const Call& call, const Body& body) {
  const bool token = !body.text("id_token").value_or("").empty() || !body.text("access_token").value_or("").empty();
  if (!token) return false;
  for (const auto* name : {"code", "state", "redirect_state"}) {
    if (body.has(name) || call.query.last(name) != nullptr) return false;
  }
  return true;
}

base::Result<providers::Identity> native_identity(Call& call, const Body& body) {
  providers::Native native{body.text("id_token").value_or(""), body.text("access_token").value_or(""), {}};
  const auto named = body.text("nonce").value_or("");
  if (!is_token(native.id_token) || !is_token(native.access_token))
    return base::Error{base::Code::bad_request, "native: not the form of a token", "Token error: this has not the form of a token"};
  if (native.id_token.empty() && !named.empty()) return refused("an access token has no nonce");
  native.accept_nonce = [&](std::string_view claim, bool required) { return accept_nonce(call, claim, named, required); };
  auto who = call.deps.broker.native(call.name, native);
  if (!who) return who;
  if (auto fresh = not_spent(call, native.id_token); !fresh) return fresh.error();
  return who;
}

http::Response make_nonce(Call& call) {
  auto& deps = call.deps;
  if (!deps.broker.has(call.name)) return provider_unknown(call.name);
  auto place = deps.throttle.enter({call.request.remote_addr, call.name, call.request.id});
  if (!place) return failure(place.error());
  auto nonce = begin_nonce(call);
  for (int again = 0; again < 3 && !nonce && nonce.error().code == base::Code::conflict; ++again) nonce = begin_nonce(call);
  if (!nonce) return failure(nonce.error());
  place->keep();
  json::Writer w;
  w.object().member("nonce", *nonce).member("expires_in", std::int64_t{deps.config.flows.ttl.count()}).end_object();
  return http::json(201, w.take());
}

}  // namespace flow
