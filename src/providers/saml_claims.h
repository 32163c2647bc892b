// saml_claims.h: an assertion whose signature is good: is it for us, for this login and for now, and what does it say.
#pragma once
#include <optional>
#include <string_view>

#include "providers/saml_response.h"
#include "xml/document.h"

namespace providers::saml {

/// saml-profiles 4.1.4.2: subject confirmation, conditions, statements.
base::Status check_assertion(const xml::Element& assertion, const Expected& expected);

/// The document of read_response.
base::Result<json::Document> claims_of(const xml::Element& assertion, const Expected& expected);

/// "2015-05-09T03:57:43.792Z": UTC, with Z (saml-core 1.3.3). Parts of a second are left out.
std::optional<base::Time> parse_utc(std::string_view text);

}  // namespace providers::saml
