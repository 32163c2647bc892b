#include "providers/saml_request.h"

#include <algorithm>
#include <cstdio>

#include "base/encode.h"
#include "base/markup.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "providers/saml_names.h"
#include "xml/signature.h"
#include "xml/write.h"

namespace providers::saml {
namespace {

std::string attribute(const std::string& name, std::string_view value) { return ' ' + name + "=\"" + base::escape_markup(value) + '"'; }

/// What kind of login we would have, if the operator cares (saml-core 3.3.2.2.1; the assertion's is compared when it comes).
std::string authn_context(const Setup& setup) {
  if (setup.authn_context.empty()) return {};
  std::string out = "<samlp:RequestedAuthnContext Comparison=\"exact\">";
  for (const auto& reference : setup.authn_context) {
    out += "<saml:AuthnContextClassRef>" + base::escape_markup(reference) + "</saml:AuthnContextClassRef>";
  }
  return out + "</samlp:RequestedAuthnContext>";
}

std::string authn_request(const Request& r) {
  const auto& setup = r.setup;
  std::string out = "<samlp:AuthnRequest xmlns:samlp=\"" + std::string{kProtocol} + "\" xmlns:saml=\"" + std::string{kAssertion} + '"';
  out +=
      attribute("ID", r.id) + attribute("Version", "2.0") + attribute("IssueInstant", utc(r.now)) + attribute("Destination", r.idp.sso_url);
  out += attribute("ProtocolBinding", kPost) + attribute("AssertionConsumerServiceURL", r.redirect_uri);
  if (setup.force_authn) out += attribute("ForceAuthn", "true");
  if (!setup.organizations.empty() && !setup.organizations.front().display_name.empty())
    out += attribute("ProviderName", setup.organizations.front().display_name);
  out += "><saml:Issuer>" + base::escape_markup(r.entity_id) + "</saml:Issuer><samlp:NameIDPolicy";
  out += attribute("Format", setup.name_id_format.empty() ? kUnspecified : std::string_view{setup.name_id_format});
  return out + attribute("AllowCreate", "true") + "/>" + authn_context(setup) + "</samlp:AuthnRequest>";
}

/// The name of the algorithm and the signature (saml-bindings 3.4.4.1; ECDSA as r and s side by side, as JOSE has it too).
base::Result<std::string> signed_query(const crypto::SignKey& key, std::string query) {
  const bool rsa = key.kind() == crypto::Kind::rsa;
  const auto alg = rsa                                ? crypto::Alg::RS256
                   : key.kind() == crypto::Kind::p384 ? crypto::Alg::ES384
                   : key.kind() == crypto::Kind::p521 ? crypto::Alg::ES512
                                                      : crypto::Alg::ES256;
  const auto hash = std::string{crypto::name_of(alg)}.substr(2);
  query +=
      "&SigAlg=" + base::percent_encode("http://www.w3.org/2001/04/xmldsig-more#" + std::string{rsa ? "rsa" : "ecdsa"} + "-sha" + hash);
  const auto signature = key.sign(alg, query);
  if (!signature) return signature.error();
  return query + "&Signature=" + base::percent_encode(base::base64(*signature));
}

bool made_of(std::string_view s, std::string_view also) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [also](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  });
}

constexpr std::string_view kScript = "document.forms[0].submit()";

}  // namespace

std::string utc(base::Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char out[32];
  const int n = std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()}, unsigned{date.month()},
                              unsigned{date.day()}, static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                              static_cast<int>(clock.seconds().count()));
  return {out, static_cast<std::size_t>(std::clamp(n, 0, 31))};
}

base::Result<std::string> redirect_url(const Request& request) {
  auto packed = xml::deflated(authn_request(request));
  if (!packed) return packed.error();
  auto query = "SAMLRequest=" + base::percent_encode(base::base64(*packed)) + "&RelayState=" + base::percent_encode(request.state);
  if (request.setup.sign_requests && request.setup.signer) {
    auto with_signature = signed_query(*request.setup.signer, std::move(query));
    if (!with_signature) return with_signature.error();
    query = std::move(*with_signature);
  }
  return request.idp.sso_url + (request.idp.sso_url.find('?') == std::string::npos ? '?' : '&') + query;
}

base::Result<std::string> post_field(const Request& request) {
  auto text = authn_request(request);
  if (!request.setup.sign_requests || !request.setup.key) return base::base64(text);
  auto with_signature = xml::sign_root(text, request.id, *request.setup.key);
  if (!with_signature) return with_signature.error();
  return base::base64(*with_signature);
}

base::Result<PostPage> post_page(const std::string& sso_url, const std::string& request, const std::string& relay_state) {
  const base::Error refused{base::Code::bad_request, "post page: wrong fields", "This address is made by us, and not by hand."};
  if (request.size() > 8192 || !made_of(request, "+/=")) return refused;
  if (relay_state.size() > 80 || !made_of(relay_state, "-_")) return refused;
  PostPage page;
  page.html = "<!doctype html><meta charset=\"utf-8\"><title>Signing in</title><form method=\"post\" action=\"" +
              base::escape_markup(sso_url) + "\"><input type=\"hidden\" name=\"SAMLRequest\" value=\"" + request +
              "\"><input type=\"hidden\" name=\"RelayState\" value=\"" + relay_state +
              "\"><noscript><button>Continue</button></noscript></form><script>" + std::string{kScript} + "</script>\n";
  // form-action names schemes only: browsers hold it against the provider's redirects too, and those may lead to other hosts of its.
  const auto url = base::parse_url(sso_url);
  page.policy = "default-src 'none'; script-src 'sha256-" + base::base64(crypto::sha256(kScript)) +
                "'; base-uri 'none'; frame-ancestors 'none'; form-action " + (url && url->scheme == "http" ? "http: https:" : "https:");
  return page;
}

}  // namespace providers::saml
