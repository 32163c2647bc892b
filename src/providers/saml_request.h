// saml_request.h: the way out: an AuthnRequest (saml-core 3.4.1) and the two bindings that carry it through the browser.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "providers/saml_spec.h"

namespace providers::saml {

struct Request {
  const Setup& setup;
  const Idp& idp;
  std::string entity_id;  // ours
  std::string id;         // of the request
  std::string redirect_uri, state;
  base::Time now{};
};

/// The address to send the browser to by HTTP-Redirect (saml-bindings 3.4.4.1): deflated, signed over the query where we sign.
base::Result<std::string> redirect_url(const Request& request);

/// The value of the form field SAMLRequest of HTTP-POST (saml-bindings 3.5.4): base64, signed inside where we sign.
base::Result<std::string> post_field(const Request& request);

/// A page that posts the two fields to `sso_url`, and the Content-Security-Policy that lets it do only that. Both fields must be what
/// post_field and a state look like: whoever calls the page with anything else gets Code::bad_request.
struct PostPage {
  std::string html, policy;
};
base::Result<PostPage> post_page(const std::string& sso_url, const std::string& request, const std::string& relay_state);

/// xs:dateTime in UTC (saml-core 1.3.3).
std::string utc(base::Time time);

}  // namespace providers::saml
