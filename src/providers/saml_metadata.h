// saml_metadata.h: the documents in which the two sides tell each other who they are (saml-metadata).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/saml_spec.h"

namespace providers::saml {

/// The identity provider that `text` describes: its EntityDescriptor, or of several the one named `entity_id`. Whoever gave us the document
/// vouches for it: a signature on it is not looked at. Error.say: what is wrong.
base::Result<Idp> read_idp_metadata(std::string_view text, const std::string& entity_id);

/// Ours. `consumers` are the addresses where answers may be sent (AssertionConsumerService).
std::string write_sp_metadata(const Setup& setup, const std::string& entity_id, const std::vector<std::string>& consumers);

}  // namespace providers::saml
