// xml/keys.h: the keys of XML signatures and encryption. They come from the configuration alone: what a document says of keys (KeyInfo) is
// never believed, so certificates are boxes that a public key stands in, and their dates and issuers say nothing
// (SAML V2.0 Metadata Interoperability Profile 2.6.1).
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace xml {

/// A public key that a peer signs with: RSA of 2048 bits or more, or EC of 256 or more. Cheap to copy; thread safe.
class PeerKey {
  std::shared_ptr<const std::string> text_;
  explicit PeerKey(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}

 public:
  /// A certificate or a public key in PEM, or the base64 of a certificate (as metadata and python-social-auth's x509cert have it, with
  /// or without line ends). Error.say: what is wrong with it.
  static base::Result<PeerKey> read(std::string_view text);
  std::string_view text() const noexcept { return *text_; }
};

/// Our own private key: opens what peers encrypted for us and signs what we send. Cheap to copy; thread safe.
class OwnKey {
  std::shared_ptr<const base::Secret> text_;
  explicit OwnKey(std::shared_ptr<const base::Secret> text) : text_(std::move(text)) {}

 public:
  /// PEM (PKCS#8, PKCS#1 or SEC 1), unencrypted, or its base64 alone. Shorter RSA keys than a peer's are taken too, from 1024 bits: a
  /// short key of ours endangers what is encrypted for us, not who is let in.
  static base::Result<OwnKey> read(const base::Secret& text);
  std::string_view text() const noexcept { return text_->reveal(); }
};

}  // namespace xml
