// openid2_claims.h: what a verified assertion says of the user, as the document i: for the map of a provider's file. Pure.
#pragma once
#include <string>

#include "json/value.h"
#include "providers/openid2_assertion.h"
#include "providers/openid2_settings.h"

namespace providers::openid2 {

/// Who the assertion is about, after everything was checked.
struct Subject {
  std::string claimed_id;  // with its fragment (11.5)
  std::string id;          // what stands in the hole of `own`; "" = it was not used
};

/// claimed_id, identity, host and path of claimed_id (the path without slashes around it), id; then each attribute by the name that the
/// settings give its type (by AX, else by Simple Registration); first_name and last_name, from fullname if need be: its last word and what
/// stands before; username: the attribute that the settings name, else both names together, each word with a capital.
json::Document claims_of(const Settings& settings, const Assertion& assertion, const Subject& subject);

}  // namespace providers::openid2
