// authorize.cc: the front channel of the demo provider: the request that a browser brings, the page, and the way back.
#include <algorithm>
#include <chrono>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "demo/page.h"
#include "demo/provider.h"
#include "json/writer.h"
#include "token/state.h"

namespace demo {
namespace {

using namespace std::chrono_literals;
constexpr auto code_ttl = 60s;  // RFC 6749 4.1.2 allows ten minutes; codes are redeemed at once
constexpr std::size_t longest_value = 1024;

std::string value_of(const http::Params& params, std::string_view name) {
  const auto* value = params.last(name);
  return value ? *value : std::string{};
}

bool has_word(std::string_view words, std::string_view word) {
  const auto list = base::split(words, ' ');
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

// RFC 6749 4.1.2.1: where the client or its redirect_uri is wrong, nothing is sent back: an open redirector would be the result.
base::Result<Provider::Authorization> Provider::read_authorization(std::string_view query) const {
  const auto params = http::parse_form(query);
  const auto refuse = [](const char* why) { return base::Error{base::Code::bad_request, "demo authorize", why}; };
  for (const auto& [name, value] : params.items()) {
    if (params.count(name) > 1) return refuse("A parameter of the request is given twice.");  // RFC 6749 3.1
    if (value.size() > longest_value) return refuse("A parameter of the request is too long.");
  }
  if (value_of(params, "client_id") != client_id) return refuse("The request does not come from an application known here.");
  Authorization asked;
  asked.redirect_uri = value_of(params, "redirect_uri");
  const auto& listed = options_.redirect_uris;
  if (std::find(listed.begin(), listed.end(), asked.redirect_uri) == listed.end())
    return refuse("The address to go back to is not one of the redirect_uris in latchstring.toml.");
  asked.state = value_of(params, "state");
  asked.nonce = value_of(params, "nonce");
  asked.challenge = value_of(params, "code_challenge");
  const auto wrong = [&asked](const char* error, const char* why) {
    asked.error = error;
    asked.why = why;
    return asked;
  };
  if (value_of(params, "response_type") != "code") return wrong("unsupported_response_type", "only response_type=code is known here");
  if (!has_word(value_of(params, "scope"), "openid")) return wrong("invalid_scope", "the scope openid is missing");
  // RFC 9700 2.1.1: a public client must use PKCE, and plain protects nothing (RFC 7636 7.2).
  if (value_of(params, "code_challenge_method") != "S256" || !token::is_challenge(asked.challenge))
    return wrong("invalid_request", "code_challenge with the method S256 is required");
  if (value_of(params, "prompt") == "none") return wrong("login_required", "somebody has to choose who signs in");
  return asked;
}

http::Response Provider::send_back(const Authorization& asked, std::string_view name, std::string_view value, std::string_view why) const {
  auto url = asked.redirect_uri;
  base::append_query(url, name, value);
  if (!why.empty()) base::append_query(url, "error_description", why);
  if (!asked.state.empty()) base::append_query(url, "state", asked.state);
  base::append_query(url, "iss", options_.issuer);  // RFC 9207 2: against mix-up
  auto answer = http::empty(303);                   // RFC 9700 4.12: after a form 303, never 307, which would pass the form on
  answer.set("Location", url).set("Cache-Control", "no-store").set("Referrer-Policy", "no-referrer");
  return answer;
}

std::string Provider::make_code(const Authorization& asked, const Person& who) const {
  const auto now = clock_.now();
  json::Writer w;
  w.object().member("sub", who.sub).member("name", who.name).member("email", who.email).member("verified", who.verified);
  w.member("redirect_uri", asked.redirect_uri).member("nonce", asked.nonce).member("challenge", asked.challenge);
  w.member("at", std::int64_t{now.time_since_epoch().count()}).member("exp", std::int64_t{(now + code_ttl).time_since_epoch().count()});
  w.end_object();
  return base::base64url(master_.seal(w.str(), "demo-code", random_));
}

http::Response Provider::authorize(const http::Request& request) const {
  const auto asked = read_authorization(request.query);
  if (!asked) return refusal_page(asked.error().say);
  if (!asked->error.empty()) return send_back(*asked, "error", asked->error, asked->why);
  const auto url = base::parse_url(asked->redirect_uri);
  if (!url) return refusal_page("The address to go back to is not a web address.");
  const auto back_to = base::origin_of(*url);
  if (request.method != "POST") return choose_page(back_to, "");
  const auto form = http::parse_form(request.body);
  if (form.last("refuse")) return send_back(*asked, "error", "access_denied", "the person at the demo provider said no");
  const auto who = chosen(form);
  if (!who) return choose_page(back_to, who.error().say);
  return send_back(*asked, "code", make_code(*asked, *who), "");
}

}  // namespace demo
