// revocation.cc: a token is called back (simplejwt's /jwt/revoke/ and RFC 7009), and a service asks whether one is good (RFC 7662).
#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "flow/tokens.h"
#include "json/writer.h"
#include "token/state.h"

namespace flow {
namespace {

/// RFC 6749 5.2.
http::Response oauth_error(int status, std::string_view error, std::string_view description) {
  json::Writer w;
  w.object().member("error", error).member("error_description", description).end_object();
  return http::json(status, w.take()).note("why", std::string{description});
}

http::Response bad_request(std::string_view description) { return oauth_error(400, "invalid_request", description); }

/// The form of an OAuth endpoint, with its token. RFC 7009 2.1 and RFC 7662 2.1 have this type only; RFC 6749 3.2: a parameter comes once,
/// and one without a value is as good as none.
struct Form {
  http::Params params;
  std::string token;
  std::optional<http::Response> refused;
  std::string text(std::string_view name) const {
    const auto* value = params.last(name);
    return value ? *value : std::string{};
  }
};
Form read_form(const http::Request& request) {
  const auto refuse = [](std::string_view why) { return Form{{}, {}, bad_request(why)}; };
  const auto type = base::lower(base::trim(std::string_view{request.content_type}.substr(0, request.content_type.find(';'))));
  if (type != "application/x-www-form-urlencoded") return refuse("The body must be application/x-www-form-urlencoded.");
  Form form{http::parse_form(request.body), {}, std::nullopt};
  for (const auto* name : {"token", "token_type_hint", "client_id", "client_secret"}) {
    if (form.params.count(name) > 1) return refuse("A parameter must not come more than once.");
  }
  form.token = form.text("token");
  if (form.token.empty()) return refuse("The parameter token is missing.");
  return form;
}

// ---- who asks -----------------------------------------------------------------------------------------------------------------

struct Credentials {
  std::string id, secret;
  int ways = 0;  // in how many ways they were brought
};

/// RFC 6749 2.3.1: both are form-encoded within HTTP Basic.
Credentials brought_credentials(const http::Request& request, const Form& form) {
  Credentials found;
  if (form.params.last("client_secret") != nullptr) found = {form.text("client_id"), form.text("client_secret"), 1};
  const auto header = request.header("authorization");
  if (!base::starts_with_no_case(header, "basic ")) return found;
  ++found.ways;
  const auto pair = base::base64_decode(base::trim(header.substr(6))).value_or("");
  const auto colon = pair.find(':');
  if (colon == pair.npos) return found;
  found.id = base::percent_decode(std::string_view{pair}.substr(0, colon), true);
  found.secret = base::percent_decode(std::string_view{pair}.substr(colon + 1), true);
  return found;
}

/// RFC 7662 2.1 and 4: whoever may ask about any token could try tokens out, so nobody may but the one client that is configured.
std::optional<http::Response> refuse_asker(const Call& call, const Form& form) {
  const auto& known = call.deps.config.introspection;
  const auto brought = brought_credentials(call.request, form);
  if (brought.ways > 1) return bad_request("The client must authenticate in one way only.");
  // Compared as hashes, which tell nothing by how long that takes.
  const bool right = !known.client_id.empty() && token::stored_hash(brought.id) == token::stored_hash(known.client_id) &&
                     token::stored_hash(brought.secret) == token::stored_hash(known.client_secret.reveal());
  if (right) return std::nullopt;
  const auto* const why = known.client_id.empty() ? "Introspection is not set up here: introspection.client_id is empty."
                                                  : "The client's id or secret is missing or wrong.";
  return std::move(oauth_error(401, "invalid_client", why).set("WWW-Authenticate", "Basic realm=\"introspection\""));
}

// ---- what a token is worth ------------------------------------------------------------------------------------------------------

/// A token that is good now, of a user who is active, in a session that lives.
struct Good {
  token::Claims claims;
  store::User user;
  std::int64_t session = 0;
  std::string more = "{}";  // the login hook's claims
};
using MaybeGood = base::Result<std::optional<Good>>;

MaybeGood look_at_user(Call& call, token::Claims claims) {
  auto user = call.deps.store.find_user(claims.user_id);
  if (!user) return user.error();
  if (!*user || !(*user)->active) return std::optional<Good>{};
  return std::optional{Good{std::move(claims), std::move(**user)}};
}

MaybeGood look_at_session(Call& call, token::Claims claims, std::int64_t session) {
  auto found = call.deps.store.find_signed_in(session, "");
  if (!found) return found.error();
  if (!*found || (*found)->user.id != claims.user_id || !(*found)->user.active) return std::optional<Good>{};
  return std::optional{Good{std::move(claims), std::move((*found)->user), session, std::move((*found)->session.claims)}};
}

/// One that was exchanged is not good any more, though its retry within the grace window is still answered.
MaybeGood look_at_refresh(Call& call, token::Claims claims) {
  auto found = call.deps.store.find_refresh(token::stored_hash(claims.jti), claims.expires);
  if (!found) return found.error();
  if (!*found || (*found)->exchanged) return std::optional<Good>{};
  return look_at_session(call, std::move(claims), (*found)->session.id);
}

/// A service that looks at `active` only must not take a refresh token for an access token: one is active where it is asked for by name.
MaybeGood look_at(Call& call, const Form& form) {
  auto claims = call.deps.keys.check(form.token);
  if (!claims) return claims.error().code != base::Code::denied ? MaybeGood{claims.error()} : MaybeGood{std::optional<Good>{}};
  if (claims->type == token::Type::refresh) {
    return form.text("token_type_hint") == "refresh_token" ? look_at_refresh(call, std::move(*claims)) : MaybeGood{std::optional<Good>{}};
  }
  const auto session = claims->session;
  return session != 0 ? look_at_session(call, std::move(*claims), session) : look_at_user(call, std::move(*claims));
}

/// A member that described() writes itself: no claim of the application's may stand beside it.
bool is_described(std::string_view name) {
  constexpr std::string_view kBesides[] = {"active", "username"};
  return token::is_ours(name) || std::find(std::begin(kBesides), std::end(kBesides), name) != std::end(kBesides);
}

/// RFC 7662 2.2; `token_type` is that of RFC 6749 5.1, and RFC 8693 2.2.1's word for what is no access token.
std::string described(const Call& call, const Good& good) {
  const auto& claims = good.claims;
  const auto& config = call.deps.config;
  const auto user = std::to_string(claims.user_id);
  json::Writer w;
  w.object().member("active", true).member("token_type", claims.type == token::Type::access ? "Bearer" : "N_A");
  w.member("exp", claims.expires.time_since_epoch().count()).member("iat", claims.issued.time_since_epoch().count());
  w.member("iss", config.public_url).member("sub", user).member("user_id", user).member("username", good.user.username);
  w.member("jti", claims.jti);
  if (!config.tokens.audience.empty()) w.member("aud", config.tokens.audience);
  if (!claims.email.empty()) w.member("email", claims.email);
  if (!claims.provider.empty()) w.member("provider", claims.provider);
  if (good.session != 0) w.member("sid", std::to_string(good.session));
  if (const auto more = json::Document::parse(good.more); more && claims.type == token::Type::access) {
    for (const auto& [name, value] : more->root().members()) {
      if (!is_described(name)) w.key(name).raw(value.dump());
    }
  }
  return w.end_object().take();
}

/// The session that a token belongs to, if both are there.
base::Result<std::optional<store::Session>> session_of(Call& call, const token::Claims& claims) {
  if (claims.type == token::Type::access)
    return claims.session != 0 ? call.deps.store.find_session(claims.session) : std::optional<store::Session>{};
  auto found = call.deps.store.find_refresh(token::stored_hash(claims.jti), claims.expires);
  if (!found) return found.error();
  return *found ? std::optional{std::move((*found)->session)} : std::nullopt;
}

}  // namespace

/// A token whose session has ended is fine: the first answer may have been lost on its way.
http::Response revoke_refresh(Call& call) {
  const auto read = read_body(call.request);
  if (read.refused) return *read.refused;
  auto brought = brought_refresh(call, read.body);
  if (brought.refused) return std::move(*brought.refused);
  if (!brought.found) return http::json(200, "{}");
  const auto& session = brought.found->session;
  if (auto done = end_with_note(call, session, "revoked"); !done) return failure(done.error());
  return http::json(200, "{}").note("user", std::to_string(session.user));
}

/// RFC 7009 2.1: whoever holds a token of a public client may call it back. An unknown one is answered as if it had been (2.2).
http::Response revoke_token(Call& call) {
  const auto form = read_form(call.request);
  if (form.refused) return *form.refused;
  auto claims = call.deps.keys.check(form.token);
  if (!claims) return claims.error().code != base::Code::denied ? failure(claims.error()) : http::json(200, "{}");
  auto session = session_of(call, *claims);
  if (!session) return failure(session.error());
  if (!*session) return http::json(200, "{}");
  if (auto done = end_with_note(call, **session, "revoked"); !done) return failure(done.error());
  return http::json(200, "{}").note("user", std::to_string((*session)->user));
}

http::Response introspect_token(Call& call) {
  const auto form = read_form(call.request);
  if (form.refused) return *form.refused;
  if (auto refused = refuse_asker(call, form)) return std::move(*refused);
  auto good = look_at(call, form);
  if (!good) return failure(good.error());
  if (!*good) return http::json(200, R"({"active":false})");
  return http::json(200, described(call, **good)).note("user", std::to_string((*good)->claims.user_id));
}

}  // namespace flow
