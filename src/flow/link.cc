// link.cc: /o/{provider}/link/ in the two steps of a login, and unlinking. A flow that links is bound to its user besides (attempt.cc).
#include "flow/link.h"

#include "base/text.h"
#include "flow/attempt.h"
#include "flow/entry.h"
#include "flow/hooks.h"
#include "flow/provider_tokens.h"
#include "store/linking.h"

namespace flow {
namespace {

/// {"detail","code"}: pages tell conflicts apart by the code.
http::Response conflict(const base::Error& error, std::string_view code) {
  json::Writer w;
  w.object().member("detail", error.say).member("code", code).end_object();
  return http::json(409, w.take()).note("why", error.detail);
}

http::Response finish(Call& call) {
  auto read = read_body(call.request);
  if (read.refused) return std::move(*read.refused);
  auto arrived = arrive(call, returned(call, read.body.form, "api", call.user->id));
  if (!arrived) return login_failure(arrived.error());
  auto linked = link_arrived(call, arrived->who);
  if (!linked)
    return linked.error().code == base::Code::conflict ? conflict(linked.error(), "identity_in_use") : login_failure(linked.error());
  json::Writer w;
  write_identity(w, linked->identity);
  return http::json(linked->already ? 200 : 201, w.take());
}

/// Providers that one can sign in with today.
std::vector<std::string> enabled(const Deps& deps) {
  std::vector<std::string> names;
  for (const auto& provider : deps.broker.list()) names.push_back(provider.name);
  return names;
}

/// The one of them that the path names; nullptr if none.
const store::Identity* named(const std::vector<store::Identity>& all, std::string_view name) {
  const auto id = base::parse_int(name);
  for (const auto& one : all) {
    if (id && one.id == *id) return &one;
  }
  return nullptr;
}

}  // namespace

base::Result<store::Linked> link_arrived(Call& call, const providers::Identity& who) {
  if (const auto asked = ask_hook(call, Asked::link, who); !asked) return asked.error();
  store::LinkRecord record;
  record.user = call.user->id;
  record.profile = profile_of(who);
  record.rules = rules_of(call.deps.config);
  auto tokens = seal_tokens(call, who);
  if (!tokens) return tokens.error();
  record.provider_tokens = std::move(tokens->sealed);
  record.provider_tokens_expire = tokens->expires;
  record.remote_addr = call.request.remote_addr;
  record.request_id = call.request.id;
  return call.deps.store.link(record);
}

void write_identity(json::Writer& w, const store::Identity& one) {
  w.object().member("id", one.id).member("provider", one.provider).member("uid", one.uid).member("issuer", one.issuer);
  w.member("username", one.username).member("email", one.email).member("email_verified", one.email_verified);
  w.member("name", one.name).member("first_name", one.first_name).member("last_name", one.last_name).member("picture", one.picture);
  w.key("extra").raw(one.extra);
  w.member("created", one.created.time_since_epoch().count()).member("used", one.used.time_since_epoch().count()).end_object();
}

http::Response begin_link(Call& call) { return begin_api(call, call.user->id); }

http::Response finish_link(Call& call) {
  if (!call.deps.broker.has(call.name)) return provider_unknown(call.name);
  auto response = finish(call);
  const std::string outcome{outcome_of(response)};
  call.deps.metrics.add("latchstring_links_total", {{"provider", call.name}, {"outcome", outcome}});
  return response.note("outcome", outcome).note("user", std::to_string(call.user->id));
}

http::Response unlink_identity(Call& call) {
  auto& deps = call.deps;
  store::Unlink record{.user = call.user->id,
                       .enabled = enabled(deps),
                       .keep_session = call.session ? call.session->id : 0,
                       .remote_addr = call.request.remote_addr,
                       .request_id = call.request.id};
  const auto all = deps.store.identities(record.user);
  if (!all) return failure(all.error());
  const auto* identity = named(*all, call.name);
  if (identity == nullptr) return http::detail(404, "Not found.");
  record.identity = identity->id;
  // Looked at twice: here so that no token is revoked for nothing, and in the transaction, where nothing comes between.
  if (store::is_last_way_in(*all, record.identity, record.enabled)) return conflict(store::last_way_in_refused(), "last_identity");
  forget_provider_tokens(call, *identity);
  const auto gone = deps.store.unlink(record);
  if (!gone && gone.error().code == base::Code::conflict) return conflict(gone.error(), "last_identity");
  if (!gone) return failure(gone.error());
  return http::empty(204).note("user", std::to_string(record.user)).note("provider", gone->provider);
}

}  // namespace flow
