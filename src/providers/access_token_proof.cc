// access_token_proof.cc: the provider is asked whom an access token was issued to.
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/client_auth.h"
#include "providers/native.h"

namespace providers {
namespace {

base::Error unproven(std::string why) {
  return {base::Code::bad_request, "access token: " + std::move(why),
          "Token error: the access token was not issued to this application, or is no longer good"};
}

base::Result<net::Request> proof_request(Login& login) {
  const auto& from = login.provider.spec.access_token_proof;
  net::Request request{.method = from.method,
                       .url = from.url->evaluate(login.values, Expression::Escape::url).value_or(""),
                       .headers = headers_of(from.headers, login.values)};
  if (request.url.empty()) return base::Error{base::Code::internal, "access_token_proof: its address needs a value that is not there"};
  append_to_query(request.url, evaluated(from.params, login.values));
  if (from.client_auth == ClientAuth::basic) {
    Params none;
    auto done = authenticate(login.provider, ClientAuth::basic, {}, login.world, none, request.headers);
    if (!done) return done.error();
  }
  add_header(request.headers, "Accept", "application/json");
  if (const auto form = evaluated(from.form, login.values); !form.empty()) set_form(request, form);
  if (const auto members = evaluated(from.json, login.values); !members.empty()) {
    json::Writer w;
    w.object();
    for (const auto& [name, value] : members) w.member(name, value);
    request.body = w.end_object().take();
    add_header(request.headers, "Content-Type", "application/json");
  }
  return request;
}

bool is_ours(const Provider& provider, std::string_view client) {
  const auto& apps = provider.spec.native.client_ids;
  return !client.empty() && (client == provider.client_id || std::find(apps.begin(), apps.end(), client) != apps.end());
}

}  // namespace

base::Result<std::string> prove_access_token(Login& login) {
  const auto& proof = login.provider.spec.access_token_proof;
  auto request = proof_request(login);
  if (!request) return request.error();
  auto response = login.world.client.send(*request);
  if (!response) return no_answer(response.error(), "access token proof");
  // 4xx: the provider does not know this token, or not as ours. Anything else is its own trouble.
  if (response->status >= 400 && response->status <= 499 && response->status != 429)
    return unproven("proof: HTTP " + std::to_string(response->status));
  if (response->status < 200 || response->status > 299) return status_failure(*response, "access token proof");
  auto document = read_answer(response->body);
  if (!document) return document.error();
  login.values.id_token = login.keep(std::move(*document));
  const auto said = [&login](const std::optional<Expression>& what) {
    return what ? what->evaluate(login.values).value_or("") : std::string{};
  };
  if (!is_ours(login.provider, said(proof.audience))) return unproven("proof: the audience is another client");
  if (proof.valid && said(proof.valid) != "true") return unproven("proof: it is not valid");
  if (const auto text = said(proof.expires); proof.expires && text != "0") {
    const auto expires = base::parse_int(text);
    const auto left = expires.value_or(0) - login.world.clock.now().time_since_epoch().count();
    if (left <= 0) return unproven("proof: it has expired");  // or does not say when it will: as good as expired
    login.tokens.expires_in = std::chrono::seconds{left};
  }
  auto subject = said(proof.subject);
  if (proof.subject && subject.empty()) return unproven("proof: it names nobody");
  return subject;
}

}  // namespace providers
