// entry.cc: the last step of every login.
#include "flow/entry.h"

#include "flow/hooks.h"
#include "flow/logout.h"
#include "flow/provider_tokens.h"
#include "json/writer.h"
#include "token/state.h"

namespace flow {
namespace {

std::string extra_of(const providers::Identity& who) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : who.extra) w.member(name, value);
  for (const auto& [name, values] : who.lists) {
    w.key(name).array();
    for (const auto& value : values) w.value(value);
    w.end_array();
  }
  return w.end_object().take();
}

}  // namespace

store::Profile profile_of(const providers::Identity& who) {
  return {who.provider,   who.issuer,    who.uid,     who.username,       who.email,    who.name,
          who.first_name, who.last_name, who.picture, who.email_verified, extra_of(who)};
}

store::AccountRules rules_of(const config::Config& config) {
  const auto& accounts = config.accounts;
  return {.create_users = accounts.create_users,
          .allowed_domains = accounts.allowed_domains,
          .allowed_emails = accounts.allowed_emails,
          .link_by_verified_email = accounts.link_by_email == "verified",
          .trusted_providers = accounts.trusted_providers};
}

base::Result<Entry> enter(Call& call, const providers::Identity& who, store::NewSession session) {
  auto& deps = call.deps;
  auto claims = ask_hook(call, Asked::login, who);
  if (!claims) return claims.error();
  session.claims = std::move(*claims);
  session.idp_sid = who.sid;
  session.id_token = kept_id_token(call, who);
  session.user_agent = std::string{call.request.header("user-agent").substr(0, 200)};
  store::LoginRecord record;
  record.profile = profile_of(who);
  record.rules = rules_of(deps.config);
  record.session = session;
  record.session.max_per_user = call.deps.config.sessions.max_per_user;
  auto tokens = seal_tokens(call, who);
  if (!tokens) return tokens.error();
  record.provider_tokens = std::move(tokens->sealed);
  record.provider_tokens_expire = tokens->expires;
  record.remote_addr = call.request.remote_addr;
  record.request_id = call.request.id;
  auto done = deps.store.sign_in(record);
  if (!done) return done.error();
  return Entry{std::move(*done), who.provider, session.claims, std::move(session)};
}

http::Response enter_with_tokens(Call& call, const providers::Identity& who) {
  auto& deps = call.deps;
  auto ring = deps.keys.ring();
  if (!ring) return failure(ring.error());
  TokenRequest wanted;
  wanted.provider = who.provider;
  wanted.refresh_jti = token::make_jti(deps.random);
  wanted.now = deps.clock.now();
  wanted.refresh_expires = wanted.now + deps.config.tokens.refresh_ttl;
  auto entry = enter(call, who, {.refresh_hash = token::stored_hash(wanted.refresh_jti), .expires = wanted.refresh_expires});
  if (!entry) return login_failure(entry.error());
  const auto& signed_in = entry->done.who;
  wanted.user = signed_in.user.id;
  wanted.email = signed_in.user.email;
  wanted.session = entry->done.session;
  wanted.claims = entry->claims;
  auto access = make_access(deps, **ring, wanted);
  auto refresh = make_refresh(deps, **ring, wanted);
  if (!access) return failure(access.error());
  if (!refresh) return failure(refresh.error());
  json::Writer w;
  w.object().member("access", *access).member("refresh", *refresh).member("token", *access).member("user", signed_in.user.username);
  w.end_object();
  return http::json(201, w.take()).note("user", std::to_string(wanted.user)).note("created", signed_in.created ? "yes" : "no");
}

}  // namespace flow
