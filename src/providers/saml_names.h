// saml_names.h: the long names of SAML 2.0 that more than one file needs.
#pragma once
#include <string_view>

namespace providers::saml {

constexpr std::string_view kProtocol = "urn:oasis:names:tc:SAML:2.0:protocol", kAssertion = "urn:oasis:names:tc:SAML:2.0:assertion",
                           kMetadata = "urn:oasis:names:tc:SAML:2.0:metadata", kDsig = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
                           kPost = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
constexpr std::string_view kUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                           kTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
                           kEntity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

}  // namespace providers::saml
