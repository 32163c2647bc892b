// devices.cc: where a user is signed in, and signing out: here, there or everywhere.
#include "base/text.h"
#include "flow/logout.h"
#include "flow/tokens.h"
#include "json/writer.h"

namespace flow {
namespace {

std::int64_t seconds_of(base::Time t) { return t.time_since_epoch().count(); }

http::Response with_user(http::Response response, std::int64_t user) { return std::move(response.note("user", std::to_string(user))); }

/// A form's or a JSON member's yes.
bool says_yes(const Body& body, std::string_view name) {
  if (body.json) {
    if (const auto truth = body.json->root()[name].boolean()) return *truth;
  }
  const auto text = base::lower(body.text(name).value_or(""));
  return text == "true" || text == "1" || text == "on" || text == "yes";
}

/// A browser that shows what comes, and no script.
bool wants_page(const http::Request& request) { return base::lower(request.header("accept")).find("text/html") != std::string::npos; }

/// `at_provider` is where the browser is signed out there too; "" = nowhere.
http::Response signed_out(const Call& call, const std::string& at_provider, bool drop_cookie) {
  const auto& config = call.deps.config;
  http::Response response;
  if (wants_page(call.request)) {
    response = http::empty(303);
    response.set("Location", at_provider.empty() ? config.public_url + "/signed-out" : at_provider);
  } else {
    json::Writer w;
    w.object().member("detail", "Signed out.");
    if (!at_provider.empty()) w.member("end_session_url", at_provider);
    response = http::json(200, w.end_object().take());
  }
  if (drop_cookie) drop_session_cookie(response, config);
  return response;
}

base::Status end_everywhere(Call& call, std::int64_t user, std::string_view provider) {
  auto ended = call.deps.store.end_sessions(user);
  if (!ended) return ended.error();
  return call.deps.store.audit({.event = "logout_everywhere",
                                .user = user,
                                .provider = std::string{provider},
                                .outcome = "ok",
                                .detail = std::to_string(*ended) + " sessions",
                                .remote_addr = call.request.remote_addr,
                                .request_id = call.request.id});
}

http::Response leave(Call& call, const store::Session& session, bool everywhere) {
  if (auto done = end_with_note(call, session, "logout"); !done) return failure(done.error());
  if (everywhere) {
    if (auto done = end_everywhere(call, session.user, session.provider); !done) return failure(done.error());
  }
  // Last, since it may have to ask the provider for its metadata: by then nobody is signed in here.
  const auto at_provider = session.ended ? std::string{} : end_session_url(call, session, wants_page(call.request));
  return with_user(signed_out(call, at_provider, call.by_cookie), session.user);
}

/// A phone may have nothing else left. Who holds the token may end its session: there is nothing that a request of another site could
/// bring.
http::Response leave_by_refresh(Call& call, const Body& body, bool everywhere) {
  auto brought = brought_refresh(call, body);
  if (brought.refused) return std::move(*brought.refused);
  if (!brought.found) return signed_out(call, "", false);
  const auto& session = brought.found->session;
  return leave(call, session, everywhere && !session.ended);
}

}  // namespace

http::Response list_sessions(Call& call) {
  auto found = call.deps.store.sessions(call.user->id);
  if (!found) return failure(found.error());
  const auto current = call.session ? call.session->id : 0;
  json::Writer w;
  w.array();
  for (const auto& one : *found) {
    w.object().member("id", one.id).member("provider", one.provider).member("user_agent", one.user_agent).member("ip", one.remote_addr);
    w.member("created", seconds_of(one.created)).member("used", seconds_of(one.used)).member("expires", seconds_of(one.expires));
    w.member("kind", one.by_cookie ? "cookie" : "token").member("current", one.id == current).end_object();
  }
  return with_user(http::json(200, w.end_array().take()), call.user->id);
}

http::Response end_one_session(Call& call) {
  const auto id = base::parse_int(call.name);
  if (!id) return http::detail(404, "Not found.");
  auto& store = call.deps.store;
  const auto user = call.user->id;
  auto done = store.end_user_session(user, *id);
  if (!done) return failure(done.error());
  done = store.audit({.event = "session_ended",
                      .user = user,
                      .outcome = "ok",
                      .detail = "session " + std::to_string(*id),
                      .remote_addr = call.request.remote_addr,
                      .request_id = call.request.id});
  if (!done) return failure(done.error());
  auto response = http::empty(204);
  if (call.by_cookie && call.session->id == *id) drop_session_cookie(response, call.deps.config);
  return with_user(std::move(response), user);
}

http::Response end_all_sessions(Call& call) {
  const auto user = call.user->id;
  auto ended = call.deps.store.end_sessions(user, call.session ? call.session->id : 0);
  if (!ended) return failure(ended.error());
  auto noted = call.deps.store.audit({.event = "sessions_ended",
                                      .user = user,
                                      .outcome = "ok",
                                      .detail = std::to_string(*ended) + " sessions",
                                      .remote_addr = call.request.remote_addr,
                                      .request_id = call.request.id});
  if (!noted) return failure(noted.error());
  json::Writer w;
  return with_user(http::json(200, w.object().member("ended", *ended).end_object().take()), user);
}

http::Response log_out(Call& call) {
  const auto read = read_body(call.request);
  if (read.refused) return *read.refused;
  const bool everywhere = says_yes(read.body, "everywhere");
  if (read.body.has("refresh")) return leave_by_refresh(call, read.body, everywhere);
  if (auto refused = authenticate(call)) return std::move(*refused);
  if (auto refused = look_at_cookie(call)) return std::move(*refused);
  if (call.session) return leave(call, *call.session, everywhere);
  if (call.user) return http::detail(400, "This access token names no session: send the refresh token as `refresh`.");
  // A browser whose session has ended already is where it wants to be.
  const bool cookie = session_cookie_of(call.request, call.deps.config).has_value();
  if (cookie || wants_page(call.request)) return signed_out(call, "", cookie);
  return std::move(*require_user(call));
}

}  // namespace flow
