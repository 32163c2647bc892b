// dom_encryption.h: encryption.h, in the process that reads. Of xml/ alone.
#pragma once
#include <string>

#include "base/result.h"
#include "xml/dom.h"
#include "xml/dom_keys.h"

namespace xml::dom {

/// What was encrypted. `element` stands in `document`.
struct Decrypted {
  std::string text;  // of the document
  Document document;
  Element element;
};

/// The one element that stands encrypted in `holder` (EncryptedAssertion, EncryptedID). Only AES (CBC or GCM) and RSA-OAEP: with RSA 1.5
/// the one who asks often enough reads everything (Bleichenbacher; xmlenc-core1 5.5.1). CBC hides but does not protect from change, so what
/// comes out is worth what its own signature is worth. Whatever goes wrong, the error is one and the same: which step failed would tell
/// an attacker about the plain text (Jager and Somorovsky 2011). Code::denied.
base::Result<Decrypted> decrypted(const Element& holder, const OwnKey& key);

}  // namespace xml::dom
