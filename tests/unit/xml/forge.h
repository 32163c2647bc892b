// unit/xml/forge.h: XML signatures and encryption made by hand with OpenSSL, right and wrong ones, so that what src/xml verifies was not
// made by the library that verifies it. Elements to be signed are written in canonical form already (exclusive: namespaces first and where
// they are used, attributes in order, no empty tags), so no canonicalization is needed here.
#pragma once
#include <string>
#include <string_view>

namespace forge {

/// A key pair with a self-signed certificate. Those of rsa() and ec() are made once.
struct Pair {
  std::string key_pem, certificate_pem;
  std::string certificate() const;  // base64 alone
};
Pair make_rsa(unsigned bits);
const Pair& rsa();        // the peer's
const Pair& other_rsa();  // somebody's
const Pair& ec();         // P-256

struct Signing {
  const Pair* pair = &rsa();
  std::string method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";
  std::string c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
  std::string uri = {};         // "" = '#' and the ID
  std::string transforms = {};  // "" = enveloped and exclusive canonicalization
  std::string more_references = {};
  std::string in_signature = {};  // after SignatureValue; "" = KeyInfo with the certificate
};

/// `element` with `@SIGNATURE@` in it replaced by a signature over the whole of it without that mark.
std::string sign(std::string element, const std::string& id, const Signing& how = {});

struct Encrypting {
  const Pair* to = &rsa();
  std::string method = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";  // or ...xmlenc11#aes256-gcm
  std::string transport = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
  bool beside = false;  // the key stands beside the data, not in it
};
/// What stands in EncryptedAssertion: EncryptedData (and EncryptedKey).
std::string encrypt(std::string_view text, const Encrypting& how = {});

/// RFC 1951, as the redirect binding has it; "" if it is none.
std::string inflate(std::string_view bytes);

/// True if `pair`'s key made the RSA signature (PKCS#1 v1.5, SHA-256) over `data`.
bool rsa_verifies(const Pair& pair, std::string_view data, std::string_view signature);

}  // namespace forge
