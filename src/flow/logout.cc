// logout.cc: a logout here that is to end the session at the provider as well.
#include "flow/logout.h"

#include "base/encode.h"
#include "providers/end_session.h"

namespace flow {
namespace {

constexpr std::string_view kSealedAs = "session-id-token";

}  // namespace

std::string kept_id_token(Call& call, const providers::Identity& who) {
  const auto& text = who.tokens.id_token;
  auto& deps = call.deps;
  if (text.empty() || text.size() > providers::kLongestHint || !deps.broker.has_end_session(who.provider)) return {};
  return deps.master.seal(text, kSealedAs, deps.random);
}

std::string end_session_url(Call& call, const store::Session& session, bool as_location) {
  auto& deps = call.deps;
  providers::EndSession what;
  what.post_logout_redirect_uri = deps.config.public_url + "/signed-out";
  // Nobody waits for it: the page behind it says that one is signed out and nothing else. Some providers send people back only with one.
  what.state = base::base64url(base::random_bytes(deps.random, 16));
  what.longest = as_location ? providers::kLongestLogoutLocation : providers::kLongestLogoutUrl;
  const auto sealed = deps.store.kept_id_token(session.id);
  if (sealed && !sealed->empty()) {
    // One that cannot be opened (another master key) is none: the provider then asks the person.
    if (auto opened = deps.master.open(*sealed, kSealedAs)) what.id_token_hint = opened->reveal();
  }
  return deps.broker.end_session_url(session.provider, what);
}

}  // namespace flow
