// saml_response.h: the way back: a Response (saml-core 3.3.3) and everything that must hold before anybody is let in
// (saml-profiles 4.1.4.2 and 4.1.4.3). Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"
#include "providers/saml_spec.h"

namespace providers::saml {

struct Expected {
  const Setup& setup;
  const Idp& idp;
  std::string entity_id;  // ours
  std::string redirect_uri;
  std::string request_id;  // of our AuthnRequest; answers that nobody asked for do not exist
  base::Time now{};
};

/// What the identity provider says of the person, as a document that expressions can point into (i:):
///   {"idp":"uni","issuer":"https://...","name_id":"...","name_id_format":"urn:...","session_index":"...",
///    "user_permanent_id":"...","username":"...", ... (saml_spec.h kFields, those that came),"attributes":{"urn:oid:2.5.4.3":["Ann"], ...}}
/// Code::denied. `say` tells apart what a person can act on and is one text for all that concerns signatures and encryption.
base::Result<json::Document> read_response(std::string_view saml_response, const Expected& expected);

}  // namespace providers::saml
