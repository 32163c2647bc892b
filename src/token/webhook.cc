#include "token/webhook.h"

#include "base/encode.h"
#include "crypto/digest.h"

namespace token {

std::string webhook_signature(const base::Secret& key, std::string_view id, base::Time at, std::string_view body) {
  std::string text{id};
  text += '.';
  text += std::to_string(at.time_since_epoch().count());
  text += '.';
  text += body;
  return "v1," + base::base64(crypto::hmac_sha256(key.reveal(), text));
}

}  // namespace token
