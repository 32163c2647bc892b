// redirect_callback.cc: GET and POST /o/{provider}/callback, the second half of a login in redirect mode: what the provider sent against a
// session cookie.
#include <algorithm>

#include "base/encode.h"
#include "flow/attempt.h"
#include "flow/binding.h"
#include "flow/entry.h"
#include "flow/link.h"
#include "flow/next.h"
#include "flow/page.h"
#include "flow/redirect.h"

namespace flow {
namespace {

/// Marks what our own page sent, so that it is sent once.
constexpr const char* kContinued = "latchstring_continued";
constexpr std::size_t kMostParams = 50;

http::Params without(const http::Params& params, std::string_view name) {
  http::Params out;
  for (const auto& [key, value] : params.items()) {
    if (key != name) out.add(key, value);
  }
  return out;
}

/// The flow that came back, if we began it in this mode with this provider. Looked at, not used up.
base::Result<std::optional<store::Flow>> begun(Call& call, const Returned& back) {
  const auto state = token::read_state(back.state, call.deps.master);
  if (!state) return std::optional<store::Flow>{};
  auto flow = call.deps.store.find_flow(state->id, state->secret_hash);
  if (!flow) return flow.error();
  const bool ours = *flow && (*flow)->provider == call.name && (*flow)->mode == back.mode && (*flow)->expires > call.deps.clock.now();
  return ours ? std::move(*flow) : std::nullopt;
}

/// A provider's form (form_post, SAML's POST binding) comes from another site, and so without our SameSite cookies; so does everything
/// where flows.cookie_same_site is "strict". Sent again from a page of ours, they come along. Only what belongs to a flow of ours is
/// repeated.
bool came_without_cookie(Call& call, const store::Flow& flow) { return !flow.browser_hash.empty() && !read_proof(call, nullptr).browser; }

http::Response send_again(Call& call, http::Params params) {
  const auto& items = params.items();
  const bool text =
      std::all_of(items.begin(), items.end(), [](const auto& p) { return base::is_utf8(p.first) && base::is_utf8(p.second); });
  if (items.size() > kMostParams || !text)
    return refuse(call, 0, {base::Code::bad_request, "too many parameters, or no UTF-8", "The provider's answer cannot be read."});
  params.add(kContinued, "1");
  return continue_page(call, call.deps.config.mount + call.request.path, params).note("outcome", "continued");
}

/// The browser is signed in anew, whoever was before: the cookie has a new name and secret (no session fixation), and the session that it
/// replaces ends: its secret would stay good for weeks with nobody left who has it rightly.
http::Response sign_in(Call& call, const Arrived& arrived) {
  auto& deps = call.deps;
  const auto& rules = deps.config.sessions;
  const auto secret = token::make_session_secret(deps.random);
  auto entry = enter(call, arrived.who, {.cookie_hash = secret.hash, .expires = deps.clock.now() + std::min(rules.ttl, rules.idle)});
  if (!entry) return refuse(call, 0, entry.error());
  auto response = http::empty(303).set("Location", location_of(arrived.flow.next, deps.config));
  set_session_cookie(response, deps.config, token::session_cookie(entry->done.session, secret), rules.ttl);
  if (call.by_cookie) {
    // The login stands, whether or not the old session could be ended.
    if (auto ended = deps.store.end_session(call.session->id); !ended) response.note("old_session", ended.error().detail);
  }
  return response.note("user", std::to_string(entry->done.who.user.id)).note("created", entry->done.who.created ? "yes" : "no");
}

/// One more way in for who is signed in already; they stay so.
http::Response link(Call& call, const Arrived& arrived) {
  auto linked = link_arrived(call, arrived.who);
  if (!linked) return refuse(call, 0, linked.error());
  return http::empty(303).set("Location", location_of(arrived.flow.next, call.deps.config));
}

http::Response finish(Call& call, Returned back, const std::optional<store::Flow>& flow) {
  const bool links = flow && flow->link_user != 0 && may_finish(*flow, read_proof(call, nullptr), true);
  if (links) {
    // The browser's cookie says which browser began, not who sits before it now.
    if (!call.user || call.user->id != flow->link_user) {
      return refuse(call, 403,
                    {base::Code::denied, "link: another user, or nobody, is signed in by now",
                     "Sign in as the user who began to link this account, and begin again."});
    }
    back.link_user = flow->link_user;
  }
  auto arrived = arrive(call, back);
  if (!arrived) return refuse(call, 0, arrived.error());
  return links ? link(call, *arrived) : sign_in(call, *arrived);
}

}  // namespace

http::Response finish_redirect(Call& call) {
  if (auto idle = answer_idle(call)) return std::move(*idle);
  if (!call.deps.broker.has(call.name)) return refuse(call, 0, not_enabled(call));
  auto read = read_body(call.request);
  if (read.refused)
    return refuse(call, read.refused->status, {base::Code::bad_request, "a body that is no form", "The form cannot be read."});
  const bool continued = read.body.form.last(kContinued) != nullptr;
  auto back = returned(call, without(read.body.form, kContinued), "redirect");
  auto flow = begun(call, back);
  if (!flow) return refuse(call, 0, flow.error());
  if (*flow && !continued && came_without_cookie(call, **flow)) return send_again(call, back.params);

  // A way back, for the error page: the flow's own `next`, not one that the request names.
  call.query = http::Params{};
  if (*flow) call.query.add("next", (*flow)->next);
  auto response = finish(call, std::move(back), *flow);
  const auto outcome = outcome_of(response);
  if (!*flow || (*flow)->link_user == 0) call.deps.metrics.add("latchstring_logins_total", {{"provider", call.name}, {"outcome", outcome}});
  return response.note("outcome", std::string{outcome});
}

}  // namespace flow
