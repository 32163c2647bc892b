// dom_keys.h: keys.h, as xmlsec1 has them, in the process that reads. Of xml/ alone.
#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace xml::dom {

struct KeyImpl;  // xmlsec.h

/// A public key that a peer signs with: RSA of 2048 bits or more, or EC of 256 or more. Cheap to copy; thread safe.
class PeerKey {
  std::shared_ptr<const KeyImpl> impl_;
  explicit PeerKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}

 public:
  /// A certificate or a public key in PEM, or the base64 of a certificate (as metadata and python-social-auth's x509cert have it, with
  /// or without line ends). Error.say: what is wrong with it.
  static base::Result<PeerKey> read(std::string_view text);
  const KeyImpl& impl() const noexcept { return *impl_; }
};

/// Our own private key: opens what peers encrypted for us and signs what we send. Cheap to copy; thread safe.
class OwnKey {
  std::shared_ptr<const KeyImpl> impl_;
  explicit OwnKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}

 public:
  /// PEM (PKCS#8, PKCS#1 or SEC 1), unencrypted, or its base64 alone. Shorter RSA keys than a peer's are taken too, from 1024 bits: a
  /// short key of ours endangers what is encrypted for us, not who is let in.
  static base::Result<OwnKey> read(const base::Secret& text);
  const KeyImpl& impl() const noexcept { return *impl_; }
};

}  // namespace xml::dom
