// auth.cc: who sends this request? An access token in the Authorization header (RFC 6750 2.1), a browser's session cookie, or nobody.
#include <algorithm>
#include <vector>

#include "base/url.h"
#include "flow/binding.h"
#include "flow/call.h"
#include "json/writer.h"

namespace flow {
namespace {

std::vector<std::string_view> words(std::string_view s) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < s.size();) {
    const auto begin = s.find_first_not_of(" \t", i);
    if (begin == s.npos) break;
    const auto end = std::min(s.find_first_of(" \t", begin), s.size());
    out.push_back(s.substr(begin, end - begin));
    i = end;
  }
  return out;
}

/// simplejwt's answer to a token that is none, with its list of what was tried.
http::Response token_not_valid(std::string_view scheme, std::string_view message) {
  json::Writer w;
  w.object().member("detail", "Given token not valid for any token type").member("code", "token_not_valid");
  w.key("messages").array().object().member("token_class", "AccessToken").member("token_type", "access").member("message", message);
  w.end_object().end_array().end_object();
  return http::json(401, w.take()).set("WWW-Authenticate", std::string{scheme} + " realm=\"api\"").note("why", std::string{message});
}

/// A token that names its user only: of a version that knew no `sid`.
std::optional<http::Response> take_user(Call& call, std::string_view scheme, std::int64_t id) {
  auto user = call.deps.store.find_user(id);
  if (!user) return failure(user.error());
  if (!*user) return unauthorized(scheme, "User not found", "user_not_found");
  if (!(*user)->active) return unauthorized(scheme, "User is inactive", "user_inactive");
  call.user = std::move(**user);
  return std::nullopt;
}

/// The session must live: here a sign-out counts at once, though the token's own end is minutes away.
std::optional<http::Response> take_session(Call& call, std::string_view scheme, const token::Claims& claims) {
  auto found = call.deps.store.find_signed_in(claims.session, "");
  if (!found) return failure(found.error());
  if (!*found || (*found)->user.id != claims.user_id) {
    // Why not? A user who is gone or switched off is told so, as before there were sessions.
    if (auto refused = take_user(call, scheme, claims.user_id)) return refused;
    call.user.reset();
    return unauthorized(scheme, "Session has ended", "token_not_valid");
  }
  if (!(*found)->user.active) return unauthorized(scheme, "User is inactive", "user_inactive");
  call.user = std::move((*found)->user);
  call.session = std::move((*found)->session);
  return std::nullopt;
}

constexpr std::chrono::minutes kTouchEvery{5};

/// A browser that comes back stays signed in: `used` moves on, every few minutes, so that looking costs no write.
std::optional<http::Response> keep_alive(Call& call) {
  auto& session = *call.session;
  const auto now = call.deps.clock.now();
  if (now < session.used + kTouchEvery) return std::nullopt;
  const auto& rules = call.deps.config.sessions;
  const auto expires = std::min(session.created + rules.ttl, now + rules.idle);
  if (auto done = call.deps.store.touch_session(session.id, expires); !done) return failure(done.error());
  session.used = now;
  session.expires = expires;
  return std::nullopt;
}

std::string cookie_name(const config::Config& config) { return config.https() ? "__Host-latchstring" : "latchstring"; }

}  // namespace

std::optional<http::Response> authenticate(Call& call) {
  const auto parts = words(call.request.header("authorization"));
  if (parts.empty() || (parts[0] != "Bearer" && parts[0] != "JWT")) return std::nullopt;  // other schemes are not for us
  if (parts.size() != 2) {
    return unauthorized(parts[0], "Authorization header must contain two space-delimited values", "bad_authorization_header");
  }
  auto claims = call.deps.keys.check(parts[1]);
  if (!claims && claims.error().code != base::Code::denied) return failure(claims.error());
  if (!claims) return token_not_valid(parts[0], "Token is invalid");
  if (claims->type != token::Type::access) return token_not_valid(parts[0], "Token has wrong type");
  return claims->session != 0 ? take_session(call, parts[0], *claims) : take_user(call, parts[0], claims->user_id);
}

std::optional<http::Response> look_at_cookie_from_anywhere(Call& call) {
  if (call.user) return std::nullopt;
  auto& deps = call.deps;
  const auto cookie = session_cookie_of(call.request, deps.config);
  if (!cookie) return std::nullopt;
  auto found = deps.store.find_signed_in(cookie->session, cookie->hash);
  if (!found) return failure(found.error());
  if (!*found || !(*found)->user.active) return std::nullopt;
  call.user = std::move((*found)->user);
  call.session = std::move((*found)->session);
  call.by_cookie = true;
  return keep_alive(call);
}

std::optional<http::Response> look_at_cookie(Call& call) {
  if (auto failed = look_at_cookie_from_anywhere(call)) return failed;
  // Browsers send cookies along with what other sites make them send: who is signed in must mean it.
  const auto& method = call.request.method;
  if (call.by_cookie && method != "GET" && method != "HEAD" && !from_our_page(call.request, call.deps.config))
    return http::detail(403, "CSRF Failed: this request must come from a page of this site, or of one in cors.origins.");
  return std::nullopt;
}

std::optional<http::Response> require_user(Call& call) {
  if (call.user) return std::nullopt;
  return unauthorized("Bearer", "Authentication credentials were not provided.", "");
}

bool from_our_page(const http::Request& request, const config::Config& config) {
  const auto origin = request.header("origin");
  if (origin.empty()) return request.header("sec-fetch-site") == "same-origin";
  if (const auto ours = base::parse_url(config.public_url); ours && origin == base::origin_of(*ours)) return true;
  const auto& listed = config.cors.origins;
  return std::find(listed.begin(), listed.end(), origin) != listed.end();
}

void set_session_cookie(http::Response& response, const config::Config& config, std::string value, std::chrono::seconds max_age) {
  http::Cookie cookie;
  cookie.name = cookie_name(config);
  cookie.value = std::move(value);
  cookie.max_age = max_age;
  cookie.secure = config.https();
  cookie.same_site = same_site_of(config);
  response.set("Set-Cookie", http::set_cookie(cookie));
}

void drop_session_cookie(http::Response& response, const config::Config& config) {
  set_session_cookie(response, config, "", std::chrono::seconds{0});
}

std::optional<token::SessionCookie> session_cookie_of(const http::Request& request, const config::Config& config) {
  return token::read_session_cookie(request.cookie(cookie_name(config)));
}

}  // namespace flow
