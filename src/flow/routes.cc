// routes.cc: every path that latchstring answers. The first pattern that fits counts, and a {name} may span slashes: what is longer stands
// first.
#include "flow/routes.h"

#include <array>

#include "http/route.h"

namespace flow {
namespace {

constexpr std::array kRoutes{
    Route{"/o/{provider}/login/", "Login", Kind::arrival, false, begin_redirect, begin_redirect},
    Route{"/o/{provider}/callback/", "Callback", Kind::arrival, false, finish_redirect, finish_redirect},
    Route{"/o/{provider}/link/", "Link", Kind::account, false, begin_link, finish_link},
    Route{"/o/{provider}/nonce/", "Nonce", Kind::api, false, nullptr, make_nonce},
    Route{"/o/{provider}/backchannel-logout/", "Back-Channel Logout", Kind::open, false, nullptr, backchannel_logout},
    Route{"/o/{provider}/frontchannel-logout/", "Front-Channel Logout", Kind::open, false, frontchannel_logout},
    Route{"/o/{provider}/events/", "Account Events", Kind::open, false, nullptr, account_events},
    Route{"/o/{provider}/metadata", "Metadata", Kind::open, false, provider_page},
    Route{"/o/{provider}/post", "Request", Kind::open, false, provider_page},
    Route{"/o/{provider}/", "Provider Auth", Kind::api, true, begin_login, complete_login},
    Route{"/o/", "Providers", Kind::api, true, list_providers},
    Route{"/jwt/refresh/", "Token Refresh", Kind::api, false, nullptr, refresh_tokens},
    Route{"/jwt/verify/", "Token Verify", Kind::api, false, nullptr, verify_token},
    Route{"/jwt/revoke/", "Token Revoke", Kind::api, false, nullptr, revoke_refresh},
    Route{"/token/introspect/", "Token Introspection", Kind::open, false, nullptr, introspect_token},
    Route{"/token/revoke/", "Token Revocation", Kind::open, false, nullptr, revoke_token},
    Route{"/users/me/", "User", Kind::account, false, show_me, nullptr, change_me, delete_me},
    Route{"/users/me/identities/", "Identities", Kind::account, false, list_identities},
    Route{"/users/me/identities/{id}/token/", "Provider Token", Kind::account, false, provider_token},
    Route{"/users/me/identities/{id}/", "Identity", Kind::account, false, nullptr, nullptr, nullptr, unlink_identity},
    Route{"/users/me/sessions/", "Sessions", Kind::account, false, list_sessions, nullptr, nullptr, end_all_sessions},
    Route{"/users/me/sessions/{id}/", "Session", Kind::account, false, nullptr, nullptr, nullptr, end_one_session},
    Route{"/logout/", "Logout", Kind::open, false, nullptr, log_out},  // looks itself: a refresh token may be all that somebody has
    Route{"/gate", "Gate", Kind::open, false, gate},
    Route{"/login/", "Sign-in page", Kind::page, false, sign_in_page},
    Route{"/account/", "Account page", Kind::page, false, account_page},
    Route{"/signed-out/", "Signed-out page", Kind::page, false, signed_out_page},
    Route{"/www/{file}", "File", Kind::open, false, www_file},
    Route{"/openapi.json", "Interface", Kind::open, false, interface_file},
    Route{"/.well-known/jwks.json", "Keys", Kind::open, false, published_keys},
    Route{"/healthz", "Health", Kind::open, false, health},
    Route{"/metrics", "Metrics", Kind::open, false, metrics},
};

}  // namespace

std::span<const Route> routes() noexcept { return kRoutes; }

Found find_route(std::string_view path) {
  for (const auto& route : kRoutes) {
    if (auto name = http::match(route.pattern, path)) return {&route, std::move(*name), false};
  }
  if (path.ends_with('/')) return {};
  const auto slashed = std::string{path} + '/';
  for (const auto& route : kRoutes) {
    if (auto name = http::match(route.pattern, slashed)) return {&route, std::move(*name), true};
  }
  return {};
}

std::string allow_of(const Route& route) {
  std::string allow;
  if (route.get) allow += "GET, ";
  if (route.post) allow += "POST, ";
  if (route.patch) allow += "PATCH, ";
  if (route.del) allow += "DELETE, ";
  if (route.get) allow += "HEAD, ";
  return allow + "OPTIONS";
}

Handler handler_of(const Route& route, std::string_view method) noexcept {
  if (method == "GET" || method == "HEAD") return route.get;
  if (method == "POST") return route.post;
  if (method == "PATCH") return route.patch;
  return method == "DELETE" ? route.del : nullptr;
}

}  // namespace flow
