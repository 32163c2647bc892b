// gate.cc: GET /gate and the FastCGI authorizer role: may whoever sends this see that page? The rules are in gate_rules.cc, the answers in
// gate_answer.cc. It costs one read by the session's number, and another one where a rule asks for claims.
#include <algorithm>
#include <iterator>

#include "flow/call.h"
#include "flow/gate_answer.h"
#include "flow/gate_rules.h"

namespace flow {
namespace {

/// Finds out who it is. A token or cookie that is malformed, expired or ended is nobody's (CVE-2026-25748): no mistake of a client may
/// become an answer that a web server takes for something else. An answer: the database failed.
std::optional<http::Response> look(Call& call) {
  if (auto refused = authenticate(call); refused && refused->status >= 500) return refused;
  auto failed = look_at_cookie_from_anywhere(call);     // the gate does nothing on anybody's behalf, so any method and any origin will do
  return call.user ? std::nullopt : std::move(failed);  // a session that could not be kept alive is one nevertheless
}

std::string extra_of(Call& call) {
  if (!call.session || call.session->identity == 0) return "{}";
  auto identities = call.deps.store.identities(call.user->id);
  if (!identities) return "{}";  // no claims: whoever needs one is not let in
  for (auto& one : *identities)
    if (one.id == call.session->identity) return std::move(one.extra);
  return "{}";
}

GateVisitor visitor_of(const Call& call, std::string_view extra) {
  const auto& user = *call.user;
  GateVisitor who{.id = user.id,
                  .username = user.username,
                  .email = user.email,
                  .provider = {},
                  .email_verified = user.email_verified,
                  .active = user.active,
                  .extra = extra};
  if (call.session) {
    who.provider = call.session->provider;
    who.claims = call.session->claims;
  }
  return who;
}

/// An address that nobody has shown to be theirs is left out: pages behind the gate take it for the person.
GateGuest guest_of(const Call& call) {
  const auto& user = *call.user;
  return {std::to_string(user.id), user.username, user.email_verified ? user.email : "", user.name,
          call.session ? call.session->provider : ""};
}

/// What pages behind the gate could take for its word, in a spelling that the web server has missed: lighttpd makes HTTP_REMOTE_USER of
/// Remote.User and Remote~User too, and nobody can list them all (RFC 9110 5.6.2 has 15 such characters; RFC 3875 4.1.18; CVE-2025-64484).
bool has_our_names(const http::Request& request) {
  constexpr std::string_view kNames[] = {"remote-user",     "remote-user-id", "remote-email",    "remote-name",
                                         "remote-provider", "x-remote-user",  "x-forwarded-user"};
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return !header.second.empty() && std::find(std::begin(kNames), std::end(kNames), header.first) != std::end(kNames);
  });
}

std::string_view words_for(std::string_view why) {
  if (why == "provider") return "You are signed in, but this page is for those who sign in another way.";
  return "You are signed in, but this page is not for your account.";
}

std::string_view name_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::let_in: return "let_in";
    case Verdict::Kind::sign_in: return "sign_in";
    case Verdict::Kind::forbidden: return "forbidden";
  }
  return "";
}

http::Response answer(Call& call, const Verdict& verdict, bool lead) {
  switch (verdict.kind) {
    case Verdict::Kind::let_in:
      if (call.request.refused != 0) return refused_elsewhere(call);
      return let_in(call.request, call.user ? std::optional{guest_of(call)} : std::nullopt);
    case Verdict::Kind::sign_in: return sign_in_first(call, lead);
    case Verdict::Kind::forbidden: return not_allowed(call, lead, words_for(verdict.why));
  }
  return failure({base::Code::internal, "gate: no verdict"});
}

/// nginx' auth_request understands 2xx, 401 and 403, so a browser is led to the sign-in page only where the answer reaches it.
bool may_lead(const Call& call) {
  const auto* redirect = call.query.last("redirect");
  return call.request.authorizer || call.request.refused != 0 || (redirect != nullptr && *redirect == "true");
}

http::Response told(Call& call, std::string_view outcome, std::string_view why, http::Response response) {
  call.deps.metrics.add("latchstring_gate_total", {{"outcome", outcome}});
  response.note("gate", std::string{outcome}).note("why", std::string{why});
  response.note("path", call.request.original.substr(0, std::min<std::size_t>(200, call.request.original.find('?'))));
  if (call.user) response.note("user", std::to_string(call.user->id));
  return response;
}

}  // namespace

http::Response gate(Call& call) {
  const auto& config = call.deps.config;
  const bool lead = may_lead(call);
  const auto rules = find_rules(config.gate, {call.request.original, call.query.last("rule"), config.mount});
  if (call.request.names_removed && has_our_names(call.request)) {
    constexpr auto kSay = "The request has a header that pages could take for who is signed in, such as Remote.User: leave it out.";
    return told(call, "refused", "a header in the place of REMOTE_USER", not_allowed(call, lead, kSay));
  }
  if (!rules) return told(call, "refused", rules.error().detail, not_allowed(call, lead, rules.error().say));
  if (auto failed = look(call)) return std::move(*failed);
  const auto extra = call.user && asks_claims(*rules) ? extra_of(call) : std::string{"{}"};
  const auto verdict = judge(*rules, call.user ? std::optional{visitor_of(call, extra)} : std::nullopt);
  return told(call, name_of(verdict.kind), verdict.why, answer(call, verdict, lead));
}

}  // namespace flow
