// xml/write.h: the packing that SAML's redirect binding wants.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace xml {

/// RFC 1951 without a frame around it (saml-bindings 3.4.4.1).
base::Result<std::string> deflated(std::string_view bytes);

}  // namespace xml
