// users.cc: /users/me/, the account behind the access token (djoser's fields, and name and picture).
#include "flow/call.h"
#include "json/writer.h"

namespace flow {
namespace {

http::Response nobody() { return unauthorized("Bearer", "Authentication credentials were not provided.", ""); }

}  // namespace

http::Response show_me(Call& call) {
  if (!call.user) return nobody();
  const auto& user = *call.user;
  json::Writer w;
  w.object().member("email", user.email).member("id", user.id).member("username", user.username);
  w.member("name", user.name).member("picture", user.picture).end_object();
  return http::json(200, w.take()).note("user", std::to_string(user.id));
}

http::Response delete_me(Call& call) {
  if (!call.user) return nobody();
  auto done = call.deps.store.delete_user(call.user->id);
  if (!done) return failure(done.error());
  return http::empty(204).note("user", std::to_string(call.user->id));
}

}  // namespace flow
