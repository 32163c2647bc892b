// logout_told.cc: logouts that a provider tells us of: to our face (Back-Channel Logout 1.0), or through the browser, in a frame
// (Front-Channel Logout 1.0).
#include "base/text.h"
#include "flow/binding.h"
#include "flow/call.h"
#include "json/writer.h"
#include "providers/logout_token.h"
#include "token/state.h"

namespace flow {
namespace {

/// 2.8: 400 and what is wrong, for the provider's log.
http::Response refused(std::string_view why, std::string_view detail) {
  json::Writer w;
  w.object().member("error", "invalid_request").member("error_description", why).end_object();
  auto response = http::json(400, w.take()).set("Cache-Control", "no-store");
  return std::move(response.note("why", std::string{detail.empty() ? why : detail}));
}

store::Teller teller(const Call& call, std::string issuer) {
  return {call.name, std::move(issuer), call.request.remote_addr, call.request.id};
}

/// The page is seen by nobody: it stands in a frame of the provider's (3). So that provider's pages may frame it, and nobody else's; beside
/// frame-ancestors there is no X-Frame-Options (handle.cc), which can name no other origin.
http::Response framed(const std::vector<std::string>& origins) {
  http::Response response{200, {}, "<!doctype html><html lang=\"en\"><title>Signed out</title><p>Signed out.</p></html>", {}};
  response.set("Content-Type", "text/html; charset=utf-8").set("Cache-Control", "no-store");
  response.set("Content-Security-Policy",
               "default-src 'none'; frame-ancestors " + (origins.empty() ? std::string{"'none'"} : base::join(origins, " ")));
  return response;
}

/// The cookie goes if its session lives no more.
base::Status drop_dead_cookie(Call& call, http::Response& response) {
  const auto cookie = session_cookie_of(call.request, call.deps.config);
  if (!cookie) return base::ok;
  auto found = call.deps.store.find_signed_in(cookie->session, cookie->hash);
  if (!found) return found.error();
  if (!*found) drop_session_cookie(response, call.deps.config);
  return base::ok;
}

/// Without iss and sid it is about whoever's browser this is. A page of anybody's could send the browser here to sign people out; a frame
/// is what a provider uses, and browsers say what a request is for (Fetch Metadata 2.1).
base::Status end_cookie_session(Call& call) {
  const auto cookie = session_cookie_of(call.request, call.deps.config);
  const auto purpose = call.request.header("sec-fetch-dest");
  if (!cookie || (!purpose.empty() && purpose != "iframe" && purpose != "frame")) return base::ok;
  auto found = call.deps.store.find_signed_in(cookie->session, cookie->hash);
  if (!found) return found.error();
  if (!*found || (*found)->session.provider != call.name) return base::ok;
  return call.deps.store.end_session(cookie->session);
}

}  // namespace

http::Response backchannel_logout(Call& call) {
  auto& deps = call.deps;
  if (!deps.broker.has(call.name)) return provider_unknown(call.name);
  // 2.5: form-encoded, one token. Anything else in it is ignored.
  const auto type = base::lower(call.request.content_type);
  if (!type.starts_with("application/x-www-form-urlencoded")) return refused("want Content-Type: application/x-www-form-urlencoded", "");
  const auto form = http::parse_form(call.request.body);
  const auto* compact = form.last("logout_token");
  if (compact == nullptr || form.count("logout_token") != 1) return refused("want one logout_token", "");
  auto token = deps.broker.logout_token(call.name, *compact);
  if (!token && token.error().code != base::Code::bad_request) return failure(token.error());
  if (!token) return refused(token.error().say, token.error().detail);
  const store::SeenToken once{token::stored_hash("logout\n" + token->issuer + '\n' + token->jti), token->good_until};
  auto told = deps.store.told_logout({teller(call, token->issuer), token->uid, token->sid}, &once);
  if (!told) return failure(told.error());
  if (told->repeated) return refused("this jti was used before", "");
  auto response = http::empty(200);
  response.set("Cache-Control", "no-store");
  return std::move(response.note("sessions", std::to_string(told->sessions)));
}

http::Response frontchannel_logout(Call& call) {
  auto& deps = call.deps;
  if (!deps.broker.has(call.name)) return provider_unknown(call.name);
  auto origins = deps.broker.page_origins(call.name);
  const auto* iss = call.query.last("iss");
  const auto* sid = call.query.last("sid");
  if ((iss == nullptr) != (sid == nullptr)) return refused("want both iss and sid, or neither", "");  // 2
  std::int64_t sessions = 0;
  if (iss == nullptr) {
    if (auto ended = end_cookie_session(call); !ended) return failure(ended.error());
  } else {
    auto issuer = deps.broker.own_issuer(call.name, *iss);
    if (issuer.empty()) return refused("iss is another issuer", "");
    if (sid->empty()) return refused("sid is empty", "");
    auto told = deps.store.told_logout({teller(call, std::move(issuer)), {}, *sid}, nullptr);
    if (!told) return failure(told.error());
    sessions = told->sessions;
  }
  auto response = framed(origins);
  if (auto dropped = drop_dead_cookie(call, response); !dropped) return failure(dropped.error());
  return std::move(response.note("sessions", std::to_string(sessions)));
}

}  // namespace flow
