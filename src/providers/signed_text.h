// signed_text.h: from a callback's parameters to the text that was signed, and which parameters stand in it. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "providers/broker.h"
#include "providers/signed_spec.h"

namespace providers {

struct SignedText {
  std::string text;
  Params covered;  // those that the signature speaks for, and no other
};

/// Fails where a parameter that must be there is missing, is not UTF-8, or where the text could be taken apart in another way: whoever may
/// choose one value (a display name) must not get another (an id) signed with it (CWE-347).
base::Result<SignedText> signed_text(const SignedSpec& spec, const Params& params, const Values& values);

/// A form as parameters: at most 100, a repeated name or one without "=" is an error (what is signed is written by machines).
base::Result<Params> parse_signed_form(std::string_view text);

base::Error bad_callback(std::string say, std::string detail = {});

}  // namespace providers
