// users.cc: /users/me/, the account behind the access token (djoser's fields, and name and picture).
#include "flow/call.h"
#include "json/writer.h"

namespace flow {
http::Response show_me(Call& call) {
  const auto& user = *call.user;
  json::Writer w;
  w.object().member("email", user.email).member("id", user.id).member("username", user.username);
  w.member("name", user.name).member("picture", user.picture).end_object();
  return http::json(200, w.take()).note("user", std::to_string(user.id));
}

/// How the user can sign in, last used first; `extra` is what the provider's file keeps.
http::Response list_identities(Call& call) {
  auto found = call.deps.store.identities(call.user->id);
  if (!found) return failure(found.error());
  json::Writer w;
  w.array();
  for (const auto& one : *found) {
    w.object().member("id", one.id).member("provider", one.provider).member("uid", one.uid).member("issuer", one.issuer);
    w.member("username", one.username).member("email", one.email).member("email_verified", one.email_verified);
    w.member("name", one.name).member("first_name", one.first_name).member("last_name", one.last_name).member("picture", one.picture);
    w.key("extra").raw(one.extra);
    w.member("created", one.created.time_since_epoch().count()).member("used", one.used.time_since_epoch().count()).end_object();
  }
  return http::json(200, w.end_array().take()).note("user", std::to_string(call.user->id));
}

http::Response change_me(Call&) { return http::detail(404, "Not found."); }

http::Response delete_me(Call& call) {
  auto done = call.deps.store.delete_user(call.user->id);
  if (!done) return failure(done.error());
  return http::empty(204).note("user", std::to_string(call.user->id));
}

}  // namespace flow
