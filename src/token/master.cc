// master.cc
#include "token/master.h"

#include "base/encode.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

namespace token {
namespace {

constexpr std::size_t kBytes = 32;

}  // namespace

base::Result<Master> Master::from_text(const base::Secret& text) {
  auto bytes = base::base64url_decode(base::trim(text.reveal()));
  const base::Secret key{bytes ? std::string_view{*bytes} : std::string_view{}};
  if (bytes) explicit_bzero(bytes->data(), bytes->size());
  if (key.reveal().size() != kBytes) {
    return base::Error{base::Code::bad_request, "master key malformed", "the key file must hold 32 bytes in base64url (43 characters)"};
  }
  const auto derive = [&](std::string_view purpose) {
    auto derived = crypto::hkdf_sha256(key.reveal(), purpose, kBytes);
    base::Secret secret{derived};
    explicit_bzero(derived.data(), derived.size());
    return secret;
  };
  return Master{derive("latchstring seal"), derive("latchstring mac")};
}

base::Secret Master::make_text(base::Random& random) {
  auto bytes = base::random_bytes(random, kBytes);
  auto text = base::base64url(bytes);
  base::Secret secret{text};
  explicit_bzero(bytes.data(), bytes.size());
  explicit_bzero(text.data(), text.size());
  return secret;
}

std::string Master::seal(std::string_view plain, std::string_view context, base::Random& random) const {
  return crypto::seal(seal_.reveal(), plain, context, random);
}

base::Result<base::Secret> Master::open(std::string_view sealed, std::string_view context) const {
  return crypto::open(seal_.reveal(), sealed, context);
}

std::string Master::mac(std::string_view purpose, std::string_view data) const {
  std::string text{purpose};
  text += '\0';
  text += data;
  return crypto::hmac_sha256(mac_.reveal(), text);
}

}  // namespace token
