#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "providers/answer.h"
#include "providers/callback_error.h"
#include "providers/exchange.h"

namespace providers {

Params evaluated(const Parameters& from, const Values& values) {
  Params out;
  for (const auto& [name, value] : from) {
    if (auto text = value.evaluate(values); text && !text->empty()) out.emplace_back(name, std::move(*text));
  }
  return out;
}

std::vector<net::Header> headers_of(const Parameters& from, const Values& values) { return evaluated(from, values); }

void add_header(std::vector<net::Header>& headers, std::string_view name, std::string_view value) {
  const bool there = std::any_of(headers.begin(), headers.end(), [name](const auto& h) { return base::equal_no_case(h.first, name); });
  if (!there) headers.emplace_back(name, value);
}

std::string form_of(const Params& params) {
  std::string form;
  for (const auto& [name, value] : params) append_form(form, name, value);
  return form;
}

void append_to_query(std::string& url, const Params& params) {
  if (params.empty()) return;
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += form_of(params);
}

void set_form(net::Request& request, const Params& params) {
  add_header(request.headers, "Content-Type", "application/x-www-form-urlencoded");
  request.body = form_of(params);
}

std::string signature_of(const ParameterSignature& sign, Params params, const Values& values) {
  std::sort(params.begin(), params.end());
  std::string text;
  for (const auto& [name, value] : params) {
    const bool left_out = std::find(sign.omit.begin(), sign.omit.end(), name) != sign.omit.end();
    if (!left_out) text += name + sign.equals + value;
  }
  return base::hex(crypto::md5(text + sign.secret.evaluate(values).value_or("")));
}

std::optional<base::Error> told_failure(const Spec& spec, const Values& values, json::Value answer) {
  const auto error = answer["error"];
  // Facebook. Where the file says what a failure is, an object of this name alone is none: TikTok sends {"code":"ok"} with every answer.
  if (error.is_object() && !spec.failure.when) {
    return refusal(error["type"].string().value_or("error"), error["message"].string().value_or(""));
  }
  const auto word = error.text().value_or("");
  if (!word.empty() && word != "false" && word != "0") return refusal(word, answer["error_description"].string().value_or(""));
  if (!spec.failure.when) return std::nullopt;
  const auto failed = spec.failure.when->evaluate(values);
  if (!failed || *failed == "0" || *failed == "false") return std::nullopt;
  return refusal(*failed, spec.failure.text ? spec.failure.text->evaluate(values).value_or("") : "");
}

}  // namespace providers
