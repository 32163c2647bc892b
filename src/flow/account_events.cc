// account_events.cc: POST /o/{provider}/events: what providers tell of accounts (providers/security_event.h), and what follows from it
// here.
#include "base/text.h"
#include "flow/binding.h"
#include "flow/call.h"
#include "json/writer.h"
#include "providers/security_event.h"
#include "token/state.h"

namespace flow {
namespace {

using providers::Fact;

/// RFC 8935 2.3, 2.4: 202 for whatever could be read, also where nothing follows from it; 400 with a code and, in English, why.
http::Response accepted() { return http::empty(202); }
http::Response refused(const providers::RefusedEvent& refusal) {
  json::Writer w;
  w.object().member("err", refusal.err).member("description", refusal.why.say).end_object();
  auto response = http::json(400, w.take()).set("Content-Language", "en");
  return std::move(response.note("why", refusal.why.detail).note("err", std::string{refusal.err}));
}

/// What follows. A provider's word ends what rests on that provider: the sessions that were begun by it, its tokens, the way in by it. All
/// of the user's sessions end only where somebody else has the account there: whoever that is may have got in here and begun others. And
/// no user is ever deleted (store/told.cc).
store::ToldAccount what_follows(const providers::AccountEvent& event) {
  store::ToldAccount account;
  account.what = providers::name_of(event.fact);
  account.uid = event.uid;
  account.idp_sid = event.sid;
  account.email = base::lower(event.email);
  switch (event.fact) {
    case Fact::sessions_ended:
    case Fact::credential_in_danger:
    case Fact::credential_revoked: account.end_sessions = true; break;
    case Fact::tokens_revoked:
    case Fact::consent_revoked: account.end_sessions = account.drop_tokens = true; break;
    case Fact::disabled: account.end_sessions = account.drop_tokens = account.disable = true; break;
    case Fact::enabled: account.enable = true; break;
    case Fact::gone: account.end_sessions = account.drop_tokens = account.unlink = true; break;
    case Fact::address_gone: account.address_gone = true; break;
    case Fact::verification:
    case Fact::noted:
    case Fact::unknown: break;
  }
  account.end_all = event.hijacked && account.end_sessions;
  // A session's end is about that session; what befalls an account is about all of it.
  if (event.fact != Fact::sessions_ended) account.idp_sid.clear();
  return account;
}

bool is_acted_on(Fact fact) { return fact != Fact::verification && fact != Fact::unknown; }

std::string names_of(const providers::SecurityEvent& event) {
  std::vector<std::string> names;
  for (const auto& one : event.events)
    names.push_back(one.fact == Fact::unknown ? "unknown " + one.type : std::string{providers::name_of(one.fact)});
  return base::join(names, ", ");
}

}  // namespace

http::Response account_events(Call& call) {
  auto& deps = call.deps;
  if (!deps.broker.has(call.name)) return provider_unknown(call.name);
  auto read = deps.broker.event(call.name, call.request.content_type, call.request.body);
  if (!read) return failure(read.error());
  if (const auto* refusal = std::get_if<providers::RefusedEvent>(&*read))
    return refusal->why.code == base::Code::bad_request ? refused(*refusal) : failure(refusal->why);
  const auto& event = std::get<providers::SecurityEvent>(*read);
  store::Telling telling{{call.name, event.issuer, call.request.remote_addr, call.request.id},
                         {token::stored_hash("event\n" + event.issuer + '\n' + event.jti), event.good_until},
                         {}};
  for (const auto& one : event.events) {
    if (is_acted_on(one.fact)) telling.accounts.push_back(what_follows(one));
  }
  auto told = deps.store.told_accounts(telling);
  if (!told) return failure(told.error());
  auto response = accepted();
  response.note("events", names_of(event))
      .note("accounts", std::to_string(told->accounts))
      .note("sessions", std::to_string(told->sessions));
  if (told->repeated) response.note("repeated", "yes");
  return response;
}

}  // namespace flow
