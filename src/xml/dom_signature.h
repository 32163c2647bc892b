// dom_signature.h: signature.h, in the process that reads. Of xml/ alone.
#pragma once
#include <span>
#include <string>

#include "base/result.h"
#include "xml/dom.h"
#include "xml/dom_keys.h"
#include "xml/signature.h"

namespace xml::dom {

/// The signed content of `element`, an element with an ID and one Signature directly in it, if one of `keys` made it. Refused are:
/// another reference than the one to this ID, an ID that stands elsewhere too, transforms other than enveloped-signature and
/// canonicalization (saml-core 5.4.4), all methods but RSA and ECDSA with SHA-2, and anything in Signature that need not be there.
/// Code::denied; detail says which rule, `say` is empty.
struct Verified {
  std::string text;  // what was signed
  Document document;
};
base::Result<Verified> verified(const Element& element, std::span<const PeerKey> keys, const SignatureRules& rules = {});

/// `text`, a document whose root has the given `id` as ID attribute, with a Signature over the root put after its first child element
/// (where saml-core's schema wants it: behind Issuer). RSA or ECDSA with SHA-256, exclusive canonicalization.
base::Result<std::string> sign_root(std::string_view text, const std::string& id, const OwnKey& key);

}  // namespace xml::dom
