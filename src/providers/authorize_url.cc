#include "providers/authorize_url.h"

#include <algorithm>

#include "base/encode.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "providers/exchange.h"

namespace providers {
namespace {

/// Does this request hold a parameter that the file reads or lets pass?
bool has_a_say(const Spec& spec, const Start& start) {
  const auto reads = [](const Parameter& parameter) { return parameter.value.reads("r"); };
  const auto passes = [&spec](const auto& param) {
    return std::find(spec.authorize.pass.begin(), spec.authorize.pass.end(), param.first) != spec.authorize.pass.end();
  };
  return (spec.authorize.url && spec.authorize.url->reads("r")) ||
         std::any_of(spec.authorize.params.begin(), spec.authorize.params.end(), reads) ||
         std::any_of(start.params.begin(), start.params.end(), passes);
}

}  // namespace

AuthorizeUrl make_authorize_url(const Spec& spec, const Values& values, std::string_view endpoint, bool pkce) {
  const auto sends = [&spec](std::string_view name) {
    return std::find(spec.authorize.omit.begin(), spec.authorize.omit.end(), name) == spec.authorize.omit.end();
  };
  const auto called = [&spec](const char* name) {
    const auto it = spec.authorize.rename.find(name);
    return it == spec.authorize.rename.end() ? std::string{name} : it->second;
  };
  AuthorizeUrl url;
  url.head = endpoint;
  url.endpoint = endpoint.size();
  if (const auto id = spec.variables.find("client_id"); id != spec.variables.end() && sends("client_id"))
    base::append_query(url.head, called("client_id"), id->second);
  url.redirect_uri = sends("redirect_uri");  // eBay wants the name of a registered one in its place
  base::append_query(url.head, url.redirect_uri ? called("redirect_uri") : called("state"), "");
  url.before_state = '&' + called("state") + '=';
  if (sends("response_type")) url.middle = "&response_type=code";
  for (const auto& [name, value] : spec.authorize.params) {
    const bool passed = std::find(spec.authorize.pass.begin(), spec.authorize.pass.end(), name) != spec.authorize.pass.end();
    if (passed && values.request[name].exists()) continue;  // the request's own comes below
    if (const auto text = value.evaluate(values); text && !text->empty())
      url.middle += '&' + base::percent_encode(name) + '=' + base::percent_encode(*text);
  }
  for (const auto& name : spec.authorize.pass) {
    const auto own = values.request[name];  // JSON where it holds some: `claims` (OIDC Core 5.5)
    if (const auto text = own.is_object() ? own.dump() : own.text().value_or(""); !text.empty())
      url.middle += '&' + base::percent_encode(name) + '=' + base::percent_encode(text);
  }
  if (!spec.authorize.response_mode.empty()) url.middle += "&response_mode=" + spec.authorize.response_mode;
  if (!spec.dpop_jkt.empty()) url.middle += "&dpop_jkt=" + spec.dpop_jkt;  // RFC 9449 10: the code is good with this key alone
  url.pkce = pkce;
  url.nonce = spec.id_tokens;
  const auto& scope = spec.variables.at("scope");
  if (sends("scope") && !scope.empty()) url.tail = "&scope=" + base::percent_encode(scope);
  if (!spec.authorize.fragment.empty()) url.tail += '#' + spec.authorize.fragment;
  return url;
}

std::string authorization_url(const AuthorizeUrl& url, const Start& start) {
  std::string out;
  out.reserve(url.head.size() + url.middle.size() + url.tail.size() + 3 * start.redirect_uri.size() + start.state.size() + 200);
  out.append(url.head);
  if (url.redirect_uri) out.append(base::percent_encode(start.redirect_uri)).append(url.before_state);
  out.append(base::percent_encode(start.state)).append(url.middle);
  if (url.pkce) {  // RFC 7636 4.2, 4.3; S256 only (RFC 9700 2.1.1)
    out.append("&code_challenge_method=S256&code_challenge=").append(base::base64url(crypto::sha256(code_verifier_of(start.seed))));
  }
  if (url.nonce) out.append("&nonce=").append(nonce_of(start.seed));
  return out.append(url.tail);
}

base::Result<Authorization> authorization_url(const Spec& spec, const AuthorizeUrl& ready, std::string_view endpoint, const Start& start) {
  if (start.params.empty() || !has_a_say(spec, start)) {
    if (!spec.authorize.url || !spec.authorize.url->reads("r")) return Authorization{authorization_url(ready, start), ready.endpoint};
  }
  const auto request = document_of(start.params);
  auto values = spec.values();
  values.request = request.root();
  const auto at = spec.authorize.url ? spec.authorize.url->evaluate(values, Expression::Escape::url) : std::string{endpoint};
  if (!at) {
    return base::Error{base::Code::bad_request, "the request lacks a parameter that the provider needs",
                       "Missing needed parameter " + spec.authorize.url->first_member('r')};
  }
  return Authorization{authorization_url(make_authorize_url(spec, values, *at, ready.pkce), start), at->size()};
}

std::string widget_url(const Start& start, bool nonce) {
  auto url = start.redirect_uri;
  base::append_query(url, "state", start.state);
  if (nonce) base::append_query(url, "nonce", nonce_of(start.seed));
  return url;
}

std::string nonce_of(std::string_view seed) { return base::base64url(crypto::hmac_sha256(seed, "nonce")); }
std::string code_verifier_of(std::string_view seed) { return base::base64url(crypto::hmac_sha256(seed, "code_verifier")); }

}  // namespace providers
