// provider_tokens.cc: GET /users/me/identities/{id}/token/: the provider's access token, fresh. Of all that find it stale, in all
// processes, one refreshes it (the row's lease), the others wait for the row to change; what a provider rotates is written before anybody
// is answered.
#include "flow/provider_tokens.h"

#include <thread>

#include "base/text.h"
#include "flow/kept_tokens.h"
#include "json/writer.h"

namespace flow {
namespace {

using namespace std::chrono_literals;

constexpr auto kFresh = 60s;   // stale when it has less to live
constexpr auto kCoolOff = 2s;  // nobody asks again right after the provider has failed

/// Longer than the calls of one refresh can take (metadata, keys, tokens), so that whoever outlives it is dead.
std::chrono::seconds lease_of(const config::Config& config) { return 3 * config.upstream.timeout + 5s; }

struct Held {
  store::KeptTokens row;
  providers::Kept kept;
  bool lives(base::Time now) const { return !row.expires || *row.expires > now; }
  bool stale(base::Time now) const { return row.expires && *row.expires <= now + kFresh; }
};

base::Error none() { return {base::Code::not_found, "no provider tokens are kept", "Not found."}; }

base::Result<Held> held(Call& call, std::int64_t identity) {
  auto row = call.deps.store.provider_tokens(identity);
  if (!row) return row.error();
  if (!*row || (*row)->user != call.user->id) return none();
  auto kept = open_tokens(call.deps.master, **row);
  if (!kept) return kept.error();
  return Held{std::move(**row), std::move(*kept)};
}

/// 409: only the user can help.
base::Error gone(std::string why) {
  return {base::Code::conflict, std::move(why),
          "The provider's token has expired and cannot be renewed. Sign in with this provider again."};
}

base::Status drop(Call& call, const Held& old, std::string why) {
  if (auto done = call.deps.store.drop_provider_tokens(old.row.identity, old.row.version); !done) return done;
  return gone(std::move(why));
}

/// Under our lease. Afterwards the row holds the new tokens, or none; an error is what the caller hears.
base::Status renew(Call& call, const Held& old, base::Time lease) {
  auto& deps = call.deps;
  auto fresh = deps.broker.refresh(old.row.provider, old.kept);
  if (!fresh && fresh.error().code == base::Code::denied) return drop(call, old, fresh.error().detail);
  if (!fresh) {
    const auto cool = deps.store.extend_lease(old.row.identity, lease, deps.clock.now() + kCoolOff);
    return cool ? base::Status{base::Error{base::Code::upstream, fresh.error().detail, fresh.error().say}} : cool;
  }
  const auto sealed = seal_renewed(deps, old.row, old.kept, *fresh);
  auto written = deps.store.renew_provider_tokens(old.row.identity, old.row.version, lease, sealed.sealed, sealed.expires);
  // The provider may have forgotten the old refresh token already: the new one must not be lost for a moment's crowd.
  for (int again = 0; again < 3 && !written && written.error().code == base::Code::busy; ++again)
    written = deps.store.renew_provider_tokens(old.row.identity, old.row.version, lease, sealed.sealed, sealed.expires);
  if (!written) return written.error();
  return base::ok;  // not written: a login was faster, and its tokens are newer
}

/// The row, waited for or renewed until it is fresh.
base::Result<Held> fresh_tokens(Call& call, std::int64_t identity) {
  auto& deps = call.deps;
  const auto until = std::chrono::steady_clock::now() + deps.config.upstream.timeout + 1s;
  std::int64_t found = 0;  // the version that was there at first: another one is as fresh as this provider's tokens get
  for (std::chrono::milliseconds pause{10};; pause = std::min(2 * pause, std::chrono::milliseconds{200})) {
    auto now_held = held(call, identity);
    const auto now = deps.clock.now();
    if (!now_held || !now_held->stale(now) || (found != 0 && now_held->row.version != found)) return now_held;
    found = now_held->row.version;
    if (!deps.broker.can_refresh(now_held->row.provider, now_held->kept)) {
      if (now_held->lives(now)) return now_held;
      auto dropped = drop(call, *now_held, "expired, and there is nothing to refresh it with");
      return dropped.error();
    }
    if (now_held->row.lease <= now) {
      const auto lease = now + lease_of(deps.config);
      const auto mine = deps.store.lease_provider_tokens(identity, now_held->row.version, lease);
      if (!mine) return mine.error();
      if (!*mine) continue;
      const auto done = renew(call, *now_held, lease);
      if (done) continue;
      // What still lives for a while is better than nothing.
      if (done.error().code == base::Code::upstream && now_held->lives(now)) return now_held;
      return done.error();
    }
    if (std::chrono::steady_clock::now() >= until) {
      if (now_held->lives(now)) return now_held;
      return base::Error{base::Code::busy, "another process is refreshing this token, and takes long"};
    }
    std::this_thread::sleep_for(pause);
  }
}

http::Response refused(const base::Error& error) {
  if (error.code != base::Code::conflict) return failure(error);
  json::Writer w;
  w.object().member("detail", error.say).member("code", "provider_token_expired").end_object();
  return http::json(409, w.take()).note("why", error.detail);
}

}  // namespace

http::Response provider_token(Call& call) {
  const auto identity = base::parse_int(call.name);
  if (!call.deps.config.accounts.keep_provider_tokens || !identity) return failure(none());
  auto found = fresh_tokens(call, *identity);
  if (!found) return refused(found.error());
  const auto& tokens = found->kept.tokens;
  json::Writer w;
  w.object().member("access_token", tokens.access).member("token_type", tokens.type.empty() ? "Bearer" : tokens.type);
  if (!tokens.secret.empty()) w.member("token_secret", tokens.secret);
  if (found->row.expires) w.member("expires_in", std::max<std::int64_t>(0, (*found->row.expires - call.deps.clock.now()).count()));
  if (!tokens.scope.empty()) w.member("scope", tokens.scope);
  return http::json(200, w.end_object().take()).set("Cache-Control", "no-store").note("user", std::to_string(call.user->id));
}

void forget_provider_tokens(Call& call, const store::Identity& identity) {
  auto& deps = call.deps;
  const auto warn = [&](const base::Error& error) {
    deps.log.event(base::Level::warn, "revoke", {{"provider", identity.provider}, {"why", error.detail}, {"req", call.request.id}});
  };
  auto row = deps.store.provider_tokens(identity.id);
  if (!row) return warn(row.error());
  if (!*row) return;
  auto kept = open_tokens(deps.master, **row);
  if (kept) {
    if (auto revoked = deps.broker.revoke((*row)->provider, *kept); !revoked) warn(revoked.error());
  } else {
    warn(kept.error());
  }
  if (auto dropped = deps.store.drop_provider_tokens(identity.id, (*row)->version); !dropped) warn(dropped.error());
}

}  // namespace flow
