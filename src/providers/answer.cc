#include "providers/answer.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "json/writer.h"
#include "providers/callback_error.h"
#include "providers/xml_json.h"

namespace providers {
namespace {

base::Error network(std::string detail, std::string_view what) {
  return {base::Code::upstream, std::move(detail), "Network error during authentication: " + std::string{what}};
}

/// RFC 6749 5.2 in the log: which of its words the provider used.
std::string error_word(const net::Response& response) {
  const auto body = read_answer(response.body);
  if (!body) return {};
  const auto word = body->root()["error"].string();
  return word ? ", " + refusal(*word, {}).detail : std::string{};
}

std::string json_of_form(std::string_view body) {
  json::Writer w;
  w.object();
  std::vector<std::string> names;
  for (const auto& pair : base::split(body.substr(0, 64 << 10), '&')) {
    const auto equals = pair.find('=');
    auto name = base::percent_decode(pair.substr(0, equals), true);
    const bool again = std::find(names.begin(), names.end(), name) != names.end();
    if (equals == std::string::npos || again || names.size() >= 100) continue;
    w.member(name, base::percent_decode(pair.substr(equals + 1), true));
    names.push_back(std::move(name));
  }
  return w.end_object().take();
}

/// `callback( {...} );`: what stands between the brackets. Nothing of it is ever run.
std::string_view inside_call(std::string_view body) {
  const auto open = body.find('('), close = body.rfind(')');
  return open == std::string_view::npos || close == std::string_view::npos || close < open ? body : body.substr(open + 1, close - open - 1);
}

}  // namespace

base::Result<json::Document> read_answer(std::string_view body, AnswerKind kind) {
  const auto trimmed = base::trim(body);
  const bool json_like = trimmed.starts_with('{') || trimmed.starts_with('[');
  const bool form = kind == AnswerKind::form || (kind == AnswerKind::either && !json_like);
  if (kind == AnswerKind::jsonp) body = inside_call(body);
  auto document = kind == AnswerKind::xml ? json_of_xml(body)
                                          : json::Document::parse(form ? json_of_form(body) : std::string{body}, {.bytes = 256 << 10});
  if (!document) return unreadable("answer: " + document.error().detail);
  return document;
}

base::Error unreadable(std::string detail) { return network(std::move(detail), "the provider's answer could not be read"); }

base::Error no_answer(const base::Error& error, std::string_view step) {
  auto detail = std::string{step} + ": " + error.detail;
  if (error.code == base::Code::busy) return {base::Code::busy, std::move(detail)};
  if (error.detail.find("timeout") != std::string::npos) return network(std::move(detail), "the provider did not answer in time");
  return {base::Code::upstream, std::move(detail), "Connection error: the provider could not be reached"};
}

base::Error not_sent(const base::Error& error, std::string_view step) {
  const bool network = error.code == base::Code::upstream || error.code == base::Code::busy;
  return network && error.say.empty() ? no_answer(error, step) : error;
}

base::Error status_failure(const net::Response& response, std::string_view step) {
  auto detail = std::string{step} + ": HTTP " + std::to_string(response.status);
  if (response.status == 503) return {base::Code::upstream, std::move(detail), "The authentication provider could not be reached"};
  return network(std::move(detail), "the provider answered " + std::to_string(response.status));
}

base::Error token_failure(const net::Response& response) {
  if (response.status == 400) {
    return {base::Code::denied, "token: HTTP 400" + error_word(response), "Authentication process canceled"};
  }
  if (response.status == 401) return token_error("Invalid key/secret, perhaps expired", "token: HTTP 401" + error_word(response));
  return status_failure(response, "token");
}

base::Error user_failure(const net::Response& response) {
  if (response.status == 401) return {base::Code::denied, "userinfo: HTTP 401", "Your credentials aren't allowed"};
  return status_failure(response, "userinfo");
}

base::Error token_error(std::string_view why, std::string detail) {
  return {base::Code::bad_request, detail.empty() ? std::string{why} : std::move(detail), "Token error: " + std::string{why}};
}

base::Error wrong_issuer() {
  return {base::Code::denied, "iss of the callback is not the provider's", "Authentication failed: the answer is another provider's"};
}

void append_form(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(base::percent_encode(name)).append("=").append(base::percent_encode(value));
}

}  // namespace providers
