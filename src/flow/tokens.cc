// tokens.cc: /jwt/refresh/ (rotation, reuse detection: RFC 9700 4.14.2), /jwt/verify/ and the published keys, in simplejwt's shapes.
#include "flow/tokens.h"

#include "json/writer.h"
#include "token/state.h"

namespace flow {
namespace {

token::Rules rules_of(const Deps& deps) { return {deps.config.public_url, deps.config.tokens.audience}; }

http::Response rotation_refused(const store::Rotated& rotated) {
  switch (rotated.outcome) {
    case store::RotateOutcome::reused: return token_invalid("Token is blacklisted").note("why", "refresh token reused: session ended");
    case store::RotateOutcome::ended: return token_invalid("Token is blacklisted").note("why", "session has ended");
    case store::RotateOutcome::expired: return token_invalid("Token is expired");
    default: return token_invalid("Token is invalid").note("why", "refresh token unknown, or its user is gone");
  }
}

/// The refresh token's successor is sealed beside it, so that a retry within the grace window gets the very same one: the answer may have
/// been lost on the way to a phone, and that must not look like theft.
http::Response rotate(Call& call, const token::KeyRing& ring, const token::Claims& old) {
  auto& deps = call.deps;
  const auto now = deps.clock.now();
  TokenRequest wanted{.user = old.user_id,
                      .email = old.email,
                      .provider = old.provider,
                      .refresh_jti = token::make_jti(deps.random),
                      .now = now,
                      .refresh_expires = now + deps.config.tokens.refresh_ttl,
                      .session = old.session};
  auto successor = make_refresh(deps, ring, wanted);
  if (!successor) return failure(successor.error());
  const auto old_hash = token::stored_hash(old.jti);
  store::Rotation rotation;
  rotation.old_hash = old_hash;
  rotation.old_expires = old.expires;
  rotation.new_hash = token::stored_hash(wanted.refresh_jti);
  rotation.new_sealed = deps.master.seal(*successor, "refresh-successor" + old_hash, deps.random);
  rotation.now = now;
  rotation.new_expires = wanted.refresh_expires;
  rotation.grace = deps.config.tokens.refresh_grace;
  rotation.remote_addr = call.request.remote_addr;
  rotation.request_id = call.request.id;
  rotation.session = old.session;
  rotation.remembered = deps.config.sessions.max_refresh_tokens;
  auto rotated = deps.store.rotate_refresh(rotation);
  if (!rotated) return failure(rotated.error());
  if (rotated->outcome == store::RotateOutcome::same_successor) {
    auto same = deps.master.open(rotated->sealed, "refresh-successor" + old_hash);
    if (!same) return failure(same.error());
    successor = std::string{same->reveal()};
  } else if (rotated->outcome != store::RotateOutcome::rotated) {
    return rotation_refused(*rotated);
  }
  wanted.user = rotated->user.id;
  wanted.email = rotated->user.email;
  wanted.session = rotated->session;
  wanted.claims = rotated->claims;
  auto access = make_access(deps, ring, wanted);
  if (!access) return failure(access.error());
  json::Writer w;
  w.object().member("access", *access).member("refresh", *successor).end_object();
  return http::json(200, w.take()).note("user", std::to_string(wanted.user));
}

}  // namespace

base::Result<std::string> make_access(Deps& deps, const token::KeyRing& ring, const TokenRequest& wanted) {
  const token::Claims claims{.type = token::Type::access,
                             .user_id = wanted.user,
                             .jti = token::make_jti(deps.random),
                             .issued = wanted.now,
                             .expires = wanted.now + deps.config.tokens.access_ttl,
                             .email = wanted.email,
                             .provider = wanted.provider,
                             .session = wanted.session,
                             .more = wanted.claims == "{}" ? std::string{} : wanted.claims};
  return token::issue(ring, rules_of(deps), claims);
}

base::Result<std::string> make_refresh(Deps& deps, const token::KeyRing& ring, const TokenRequest& wanted) {
  const token::Claims claims{.type = token::Type::refresh,
                             .user_id = wanted.user,
                             .jti = wanted.refresh_jti,
                             .issued = wanted.now,
                             .expires = wanted.refresh_expires,
                             .email = wanted.email,
                             .provider = wanted.provider,
                             .session = wanted.session,
                             .more = {}};
  return token::issue(ring, rules_of(deps), claims);
}

http::Response token_invalid(std::string_view text) { return unauthorized("Bearer", text, "token_not_valid"); }

http::Response token_refused(const base::Error& error) {
  if (error.code != base::Code::denied) return failure(error);
  return token_invalid("Token is invalid").note("why", error.detail);
}

Field required_field(const Body& body, std::string_view name) {
  if (!body.has(name)) return {{}, field_error(name, "This field is required.")};
  auto text = body.text(name);
  if (!text) return {{}, field_error(name, "Not a valid string.")};
  if (text->empty()) return {{}, field_error(name, "This field may not be blank.")};
  return {std::move(*text), std::nullopt};
}

BroughtRefresh brought_refresh(Call& call, const Body& body) {
  auto field = required_field(body, "refresh");
  if (field.refused) return {std::nullopt, std::move(field.refused)};
  auto claims = call.deps.keys.check(field.value);
  if (!claims) return {std::nullopt, token_refused(claims.error())};
  if (claims->type != token::Type::refresh) return {std::nullopt, token_invalid("Token has wrong type")};
  auto found = call.deps.store.find_refresh(token::stored_hash(claims->jti), claims->expires);
  if (!found) return {std::nullopt, failure(found.error())};
  return {std::move(*found), std::nullopt};
}

base::Status end_with_note(Call& call, const store::Session& session, std::string_view event) {
  if (session.ended) return base::ok;
  if (auto done = call.deps.store.end_session(session.id); !done) return done;
  return call.deps.store.audit({.event = std::string{event},
                                .user = session.user,
                                .provider = session.provider,
                                .outcome = "ok",
                                .detail = "session " + std::to_string(session.id),
                                .remote_addr = call.request.remote_addr,
                                .request_id = call.request.id});
}

http::Response refresh_tokens(Call& call) {
  const auto read = read_body(call.request);
  if (read.refused) return *read.refused;
  auto field = required_field(read.body, "refresh");
  if (field.refused) return std::move(*field.refused);
  auto claims = call.deps.keys.check(field.value);
  if (!claims) return token_refused(claims.error());
  if (claims->type != token::Type::refresh) return token_invalid("Token has wrong type");
  auto ring = call.deps.keys.ring();
  if (!ring) return failure(ring.error());
  return rotate(call, **ring, *claims);
}

http::Response verify_token(Call& call) {
  const auto read = read_body(call.request);
  if (read.refused) return *read.refused;
  auto field = required_field(read.body, "token");
  if (field.refused) return std::move(*field.refused);
  auto claims = call.deps.keys.check(field.value);
  if (!claims) return token_refused(claims.error());
  if (claims->session == 0) return http::json(200, "{}");
  auto session = call.deps.store.find_session(claims->session);
  if (!session) return failure(session.error());
  if (!*session || (*session)->ended) return token_invalid("Token is blacklisted").note("why", "session has ended");
  return http::json(200, "{}");
}

http::Response published_keys(Call& call) {
  auto ring = call.deps.keys.ring();
  if (!ring) return failure(ring.error());
  return http::json(200, (*ring)->jwks()).set("Cache-Control", "public, max-age=300").set("Access-Control-Allow-Origin", "*");
}

}  // namespace flow
