// hooks.cc: hooks.login, asked after the provider has been believed and before anything is written.
#include "flow/hooks.h"

#include "flow/entry.h"
#include "json/writer.h"
#include "token/state.h"
#include "token/webhook.h"

namespace flow {
namespace {

constexpr std::size_t kMostAnswer = 64 * 1024;
constexpr std::size_t kMostClaims = 2048, kMostReason = 200;
// The depth that a token's reader allows (token/jwt.cc); claims stand in the answer's object as they stand in the token's.
constexpr json::Limits kLimits{.bytes = kMostAnswer, .depth = 5, .unique_names = true};
constexpr std::string_view kNoReason = "You may not sign in here.";

base::Error broken(std::string what) { return {base::Code::upstream, std::move(what)}; }

/// Without control characters, at most 200 characters: it is shown to a person, as text.
std::string cleaned(std::string_view text) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80 && ++characters > kMostReason) break;
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return out;
}

Verdict refusal(const json::Value& said) {
  auto reason = cleaned(said["reason"].string().value_or(""));
  if (reason.find_first_not_of(' ') == reason.npos) reason = kNoReason;
  return {.allowed = false, .reason = std::move(reason)};
}

base::Result<Verdict> read_claims(const json::Value& claims) {
  if (!claims.exists() || claims.is_null()) return Verdict{.allowed = true};
  if (!claims.is_object()) return broken("claims is no object");
  for (const auto& [name, value] : claims.members()) {
    // Not left out in silence: an application that sets `sub` believes that it has.
    if (token::is_ours(name)) return broken("a claim of this name is latchstring's own: " + std::string{name});
  }
  auto text = claims.dump();
  if (text.size() > kMostClaims) return broken("claims are larger than 2 KiB");
  return Verdict{.allowed = true, .claims = std::move(text)};
}

std::string question(const Call& call, Asked about, const providers::Identity& who, std::string_view id, std::int64_t user) {
  json::Writer w;
  w.object().member("type", about == Asked::login ? "login" : "link").member("id", id);
  w.member("at", call.deps.clock.now().time_since_epoch().count());
  w.member("provider", who.provider).member("issuer", who.issuer).member("uid", who.uid);
  w.member("email", who.email).member("email_verified", who.email_verified).member("name", who.name).member("username", who.username);
  w.key("extra").raw(profile_of(who).extra).key("user");
  if (user == 0)
    w.null();
  else
    w.value(user);
  w.member("ip", call.request.remote_addr).member("user_agent", call.request.header("user-agent").substr(0, 200));
  return w.end_object().take();
}

base::Result<Verdict> ask(Call& call, Asked about, const providers::Identity& who, std::int64_t user) {
  auto& deps = call.deps;
  const auto id = "msg_" + token::make_jti(deps.random);
  auto answer =
      deps.net.send(hook_message(deps.config, deps.config.hooks.login, id, deps.clock.now(), question(call, about, who, id, user)));
  if (!answer) return answer.error();
  return read_verdict(answer->status, answer->body);
}

base::Result<std::string> refuse(Call& call, const providers::Identity& who, std::int64_t user, std::string reason) {
  const store::AuditEntry entry{.event = "login_refused",
                                .user = user,
                                .provider = who.provider,
                                .outcome = "denied",
                                .detail = "hooks.login",
                                .remote_addr = call.request.remote_addr,
                                .request_id = call.request.id};
  if (auto noted = call.deps.store.audit(entry); !noted) return noted.error();
  return base::Error{base::Code::denied, "hooks.login refused", std::move(reason)};
}

base::Result<std::string> without_answer(Call& call, const base::Error& why) {
  const bool allowed = call.deps.config.hooks.when_down == "allow";
  call.deps.log.event(base::Level::warn, "hook",
                      {{"hook", "login"}, {"outcome", allowed ? "allowed" : "refused"}, {"why", why.detail}, {"req", call.request.id}});
  if (allowed) return std::string{"{}"};
  return base::Error{base::Code::busy, "hooks.login: " + why.detail, "Signing in is not possible at the moment. Try again later."};
}

}  // namespace

net::Request hook_message(const config::Config& config, const std::string& url, const std::string& id, base::Time now, std::string body) {
  net::Request request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"content-type", "application/json"},
                     {"accept", "application/json"},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(now.time_since_epoch().count())},
                     {"webhook-signature", token::webhook_signature(config.hooks.secret, id, now, body)}};
  request.body = std::move(body);
  request.timeout = config.hooks.timeout;
  request.max_response = kMostAnswer;
  return request;
}

base::Result<Verdict> read_verdict(int status, std::string_view body) {
  if (status != 200 && status != 403) return broken("HTTP " + std::to_string(status));
  const auto document = json::Document::parse(body, kLimits);
  // A refusal needs no words: a proxy's page with status 403 counts too, since refusing is the safe side.
  if (status == 403) return document ? refusal(document->root()) : refusal({});
  if (!document) return broken("the answer is no JSON: " + document.error().detail);
  const auto allow = document->root()["allow"].boolean();
  if (!allow) return broken("the answer does not say \"allow\"");
  return *allow ? read_claims(document->root()["claims"]) : base::Result<Verdict>{refusal(document->root())};
}

base::Result<std::string> ask_hook(Call& call, Asked about, const providers::Identity& who) {
  auto& deps = call.deps;
  if (deps.config.hooks.login.empty()) return std::string{"{}"};
  auto user = about == Asked::link ? base::Result<std::int64_t>{call.user->id} : deps.store.user_of(who.issuer, who.uid);
  if (!user) return user.error();
  auto verdict = ask(call, about, who, *user);
  const auto* const outcome = !verdict ? "down" : verdict->allowed ? "allowed" : "refused";
  deps.metrics.add("latchstring_hooks_total", {{"hook", "login"}, {"outcome", outcome}});
  if (!verdict) return without_answer(call, verdict.error());
  if (!verdict->allowed) return refuse(call, who, *user, std::move(verdict->reason));
  return std::move(verdict->claims);
}

}  // namespace flow
