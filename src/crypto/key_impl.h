// key_impl.h: what a key is inside crypto/. Not for others.
#pragma once
#include <openssl/evp.h>

#include "base/handle.h"
#include "base/secret.h"
#include "crypto/keys.h"

namespace crypto {

using Pkey = base::Handle<EVP_PKEY, EVP_PKEY_free>;

struct KeyImpl {
  Kind kind = Kind::p256;
  Pkey pkey;            // all but oct; private where it came from a SignKey
  base::Secret secret;  // oct
};

}  // namespace crypto
