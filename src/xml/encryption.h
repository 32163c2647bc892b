// encryption.h: XML encryption as SAML has it (saml-core 6): one element, encrypted with a fresh key, which is encrypted for us.
#pragma once
#include "base/result.h"
#include "xml/document.h"
#include "xml/keys.h"

namespace xml {

/// What was encrypted. `element` stands in `document`.
struct Decrypted {
  Document document;
  Element element;
};

/// The one element that stands encrypted in `holder` (EncryptedAssertion, EncryptedID). Only AES (CBC or GCM) and RSA-OAEP: with RSA 1.5
/// the one who asks often enough reads everything (Bleichenbacher; xmlenc-core1 5.5.1). CBC hides but does not protect from change, so what
/// comes out is worth what its own signature is worth. Whatever goes wrong, the error is one and the same: which step failed would tell
/// an attacker about the plain text (Jager and Somorovsky 2011). Code::denied.
base::Result<Decrypted> decrypted(const Element& holder, const OwnKey& key);

}  // namespace xml
