// signature.h: enveloped XML signatures as SAML has them (saml-core 5.4), one over exactly one element. What is verified is not pointed at
// but given back: the very bytes that the digest was made of, read anew. Whoever reads only from these cannot be led to another element by
// wrapping (XSW), and no comment, attribute or sibling that the signature does not cover is there to be seen.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/document.h"
#include "xml/keys.h"

namespace xml {

constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";

struct SignatureRules {
  bool sha1 = false;  // collisions are bought for little money (RFC 9155): only where an old peer knows nothing else
};

/// True if a Signature stands directly in `element`, good or not.
bool is_signed(const Element& element);

/// The signed content of `element`, an element with an ID and one Signature directly in it, if one of `keys` made it. Refused are:
/// another reference than the one to this ID, an ID that stands elsewhere too, transforms other than enveloped-signature and
/// canonicalization (saml-core 5.4.4), all methods but RSA and ECDSA with SHA-2, and anything in Signature that need not be there.
/// Code::denied; detail says which rule, `say` is empty.
base::Result<Document> verified(const Element& element, std::span<const PeerKey> keys, const SignatureRules& rules = {});

/// `text`, a document whose root has the given `id` as ID attribute, with a Signature over the root put after its first child element
/// (where saml-core's schema wants it: behind Issuer). RSA or ECDSA with SHA-256, exclusive canonicalization.
base::Result<std::string> sign_root(std::string_view text, const std::string& id, const OwnKey& key);

/// What was signed is read with these: it stood in a document that was within limits.
constexpr Limits limits_of_signed(std::size_t bytes) { return {.bytes = bytes, .nodes = 40000}; }

}  // namespace xml
