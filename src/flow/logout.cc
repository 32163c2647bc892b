// logout.cc: a logout here that is to end the session at the provider as well.
#include "flow/logout.h"

#include <algorithm>
#include <chrono>

#include "base/encode.h"
#include "providers/end_session.h"
#include "token/jws.h"
#include "token/sealed.h"
#include "token/state.h"

namespace flow {
namespace {

using namespace std::chrono_literals;

/// Whose id_token it is (sealed.h); "" for a session that outlived its identity, whose hint nobody needs.
base::Result<std::string> context_of(Deps& deps, const store::Session& session) {
  const auto all = deps.store.identities(session.user);
  if (!all) return all.error();
  const auto it = std::find_if(all->begin(), all->end(), [&](const store::Identity& one) { return one.id == session.identity; });
  return it == all->end() ? std::string{} : token::id_token_context(it->issuer, it->uid);
}

/// The session's id_token, spent; "" if it cannot be opened (another master key, another's): the provider then asks the person.
std::string hint_of(Call& call, const store::Session& session) {
  auto& deps = call.deps;
  const auto sealed = deps.store.kept_id_token(session.id);
  if (!sealed || sealed->empty()) return {};
  const auto context = context_of(deps, session);
  const auto opened = context ? deps.master.open(*sealed, *context) : context.error();
  const auto mark = opened ? spent_mark(opened->reveal()) : std::nullopt;
  if (!mark) return {};
  if (mark->expires > deps.clock.now() && !deps.store.spend_token(*mark)) return {};
  return std::string{opened->reveal()};
}

}  // namespace

std::optional<store::SeenToken> spent_mark(std::string_view id_token) {
  const auto jws = token::parse_jws(id_token);
  const auto claims = jws ? json::Document::parse(jws->payload, {.bytes = 64 << 10, .depth = 16}) : jws.error();
  const auto iat = claims ? claims->root()["iat"].number() : std::nullopt;
  if (!iat || *iat < 0 || *iat > 1e12) return std::nullopt;
  // What is signed, since an ECDSA signature can be written in two ways. Taken for 10 minutes (id_token.cc).
  return store::SeenToken{token::stored_hash("id_token:" + jws->signed_part),
                          base::Time{std::chrono::seconds{static_cast<std::int64_t>(*iat)} + 11min}};
}

std::string kept_id_token(Call& call, const providers::Identity& who) {
  const auto& text = who.tokens.id_token;
  auto& deps = call.deps;
  if (text.empty() || text.size() > providers::kLongestHint || !deps.broker.has_end_session(who.provider)) return {};
  return deps.master.seal(text, token::id_token_context(who.issuer, who.uid), deps.random);
}

std::string end_session_url(Call& call, const store::Session& session, bool as_location) {
  auto& deps = call.deps;
  providers::EndSession what;
  what.post_logout_redirect_uri = deps.config.public_url + "/signed-out";
  // Nobody waits for it: the page behind it says that one is signed out and nothing else. Some providers send people back only with one.
  what.state = base::base64url(base::random_bytes(deps.random, 16));
  what.longest = as_location ? providers::kLongestLogoutLocation : providers::kLongestLogoutUrl;
  what.id_token_hint = hint_of(call, session);
  return deps.broker.end_session_url(session.provider, what);
}

}  // namespace flow
