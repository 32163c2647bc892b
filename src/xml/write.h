// xml/write.h: what is needed to send XML: text made fit to stand in it, and the packing of the redirect binding.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace xml {

/// `s` fit to stand as text or between double quotes in XML and HTML.
std::string escaped(std::string_view s);

/// RFC 1951 without a frame around it (saml-bindings 3.4.4.1).
base::Result<std::string> deflated(std::string_view bytes);

}  // namespace xml
