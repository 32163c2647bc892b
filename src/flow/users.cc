// users.cc: /users/me/, the account of who is signed in (djoser's fields, and names and picture).
#include "base/encode.h"
#include "flow/call.h"
#include "flow/link.h"
#include "json/writer.h"
#include "providers/text.h"
#include "store/rules.h"

namespace flow {
namespace {

constexpr std::size_t kMostCharacters = 150;  // Django's max_length of all four

http::Response answer(const store::User& user) {
  json::Writer w;
  w.object().member("email", user.email).member("id", user.id).member("username", user.username).member("name", user.name);
  w.member("first_name", user.first_name).member("last_name", user.last_name).member("picture", user.picture).end_object();
  return http::json(200, w.take()).note("user", std::to_string(user.id));
}

std::size_t characters(std::string_view s) {
  std::size_t n = 0;
  for (const char c : s) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;  // RFC 3629 3
  return n;
}

/// A changed field, or what is wrong with it, in DRF's words (CharField).
struct Field {
  std::optional<std::string> value;
  std::string_view wrong;
};

Field read_field(const Body& body, std::string_view name) {
  if (!body.has(name)) return {};
  auto text = body.text(name);
  if (!text && body.json) {
    const auto given = body.json->root()[name];
    if (given.is_null()) return {{}, "This field may not be null."};
    if (given.is_number()) text = given.text();
  }
  if (!text) return {{}, "Not a valid string."};
  if (text->find('\0') != text->npos) return {{}, "Null characters are not allowed."};
  auto clean = providers::clean(*text, 4 * kMostCharacters + 4);  // what a name holds is shown to others: as of a provider's
  if (characters(clean) > kMostCharacters) return {{}, "Ensure this field has no more than 150 characters."};
  return {std::move(clean), {}};
}

/// Django's ASCIIUsernameValidator: no two names look alike.
Field read_username(const Body& body) {
  auto field = read_field(body, "username");
  if (!field.value) return field;
  if (field.value->empty()) return {{}, "This field may not be blank."};
  if (store::is_username(*field.value)) return field;
  return {{},
          "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z letters, numbers, and @/./+/-/_ "
          "characters."};
}

struct ReadChange {
  store::UserChange change;
  bool empty = true;
  std::optional<http::Response> refused;
};

/// Fields that are not there to be written, `email` among them, are passed over, as DRF does with read-only ones.
ReadChange read_change(const Body& body, bool may_rename) {
  ReadChange out;
  json::Writer wrong;
  bool bad = false;
  const auto take = [&](std::string_view name, Field field, std::optional<std::string>& into) {
    if (!field.wrong.empty()) {
      wrong.key(name).array().value(field.wrong).end_array();
      bad = true;
    }
    if (field.value) out.empty = false;
    into = std::move(field.value);
  };
  wrong.object();
  if (may_rename) take("username", read_username(body), out.change.username);
  take("name", read_field(body, "name"), out.change.name);
  take("first_name", read_field(body, "first_name"), out.change.first_name);
  take("last_name", read_field(body, "last_name"), out.change.last_name);
  if (bad) out.refused = http::json(400, wrong.end_object().take()).note("why", "a field is wrong");
  return out;
}

}  // namespace

http::Response show_me(Call& call) { return answer(*call.user); }

/// How the user can sign in, last used first; `extra` is what the provider's file keeps.
http::Response list_identities(Call& call) {
  auto found = call.deps.store.identities(call.user->id);
  if (!found) return failure(found.error());
  json::Writer w;
  w.array();
  for (const auto& one : *found) write_identity(w, one);
  return http::json(200, w.end_array().take()).note("user", std::to_string(call.user->id));
}

http::Response change_me(Call& call) {
  auto read = read_body(call.request);
  if (read.refused) return std::move(*read.refused);
  auto wanted = read_change(read.body, call.deps.config.accounts.change_username);
  if (wanted.refused) return std::move(*wanted.refused);
  if (wanted.empty) return answer(*call.user);
  wanted.change.user = call.user->id;
  wanted.change.remote_addr = call.request.remote_addr;
  wanted.change.request_id = call.request.id;
  auto user = call.deps.store.change_user(wanted.change);
  if (!user && user.error().code == base::Code::conflict) return field_error("username", user.error().say);
  if (!user) return failure(user.error());
  return answer(*user);
}

http::Response delete_me(Call& call) {
  auto& store = call.deps.store;
  const auto identities = store.identities(call.user->id);
  if (!identities) return failure(identities.error());
  for (const auto& one : *identities) forget_provider_tokens(call, one);
  if (auto done = store.delete_user(call.user->id); !done) return failure(done.error());
  auto response = http::empty(204).note("user", std::to_string(call.user->id));
  if (call.by_cookie) drop_session_cookie(response, call.deps.config);
  return response;
}

}  // namespace flow
