// complete.cc: POST /o/{provider}/, the second half of a login: state and code against tokens.
#include "flow/attempt.h"
#include "flow/call.h"
#include "flow/entry.h"
#include "flow/native.h"

namespace flow {
namespace {

http::Response complete_native(Call& call, const Body& body) {
  auto who = native_identity(call, body);
  return who ? enter_with_tokens(call, *who) : login_failure(who.error());
}

http::Response complete(Call& call) {
  auto read = read_body(call.request);
  if (read.refused) return std::move(*read.refused);
  if (is_native(call, read.body)) return complete_native(call, read.body);
  auto arrived = arrive(call, returned(call, read.body.form, "api"));
  if (!arrived) return login_failure(arrived.error());
  return enter_with_tokens(call, arrived->who);
}

}  // namespace

std::string_view outcome_of(const http::Response& response) {
  if (response.status < 400) return "ok";
  return response.status < 500 ? "refused" : "failed";
}

http::Response complete_login(Call& call) {
  if (!call.deps.broker.has(call.name)) return provider_unknown(call.name);
  auto response = complete(call);
  call.deps.metrics.add("latchstring_logins_total", {{"provider", call.name}, {"outcome", outcome_of(response)}});
  return response.note("outcome", std::string{outcome_of(response)});
}

}  // namespace flow
