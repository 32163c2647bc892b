// aead.cc: AES-256-GCM.
#include "crypto/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>

#include "base/handle.h"

namespace crypto {
namespace {

constexpr std::size_t kKey = 32, kNonce = 12, kTag = 16;

using Cipher = base::Handle<EVP_CIPHER, EVP_CIPHER_free>;
using CipherCtx = base::Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const EVP_CIPHER* aes256_gcm() {
  static const Cipher cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  if (!cipher) std::abort();
  return cipher.get();
}

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

/// Key, nonce and context in place, for either direction.
CipherCtx start(std::string_view key, std::string_view nonce, std::string_view context, int encrypt) {
  CipherCtx ctx{EVP_CIPHER_CTX_new()};
  int n = 0;
  if (!ctx || key.size() != kKey || EVP_CipherInit_ex2(ctx.get(), aes256_gcm(), bytes(key), bytes(nonce), encrypt, nullptr) != 1 ||
      EVP_CipherUpdate(ctx.get(), nullptr, &n, bytes(context), static_cast<int>(context.size())) != 1) {
    std::abort();  // a key of the wrong size is a mistake of ours
  }
  return ctx;
}

}  // namespace

std::string seal(std::string_view key, std::string_view plain, std::string_view context, base::Random& random) {
  auto out = base::random_bytes(random, kNonce);
  const auto ctx = start(key, out, context, 1);
  out.resize(kNonce + plain.size() + kTag);
  int n = 0, last = 0;
  auto* text = bytes(out) + kNonce;
  if (EVP_CipherUpdate(ctx.get(), text, &n, bytes(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_CipherFinal_ex(ctx.get(), text + n, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTag), text + plain.size()) != 1) {
    std::abort();
  }
  return out;
}

base::Result<base::Secret> open(std::string_view key, std::string_view sealed, std::string_view context) {
  const base::Error refused{base::Code::denied, "sealed text does not open"};
  if (sealed.size() < kNonce + kTag) return refused;
  const auto text = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag{sealed.substr(sealed.size() - kTag)}, plain(text.size(), '\0');
  const auto ctx = start(key, sealed.substr(0, kNonce), context, 0);
  int n = 0, last = 0;
  const bool good = EVP_CipherUpdate(ctx.get(), bytes(plain), &n, bytes(text), static_cast<int>(text.size())) == 1 &&
                    EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
                    EVP_CipherFinal_ex(ctx.get(), bytes(plain) + n, &last) == 1;
  base::Secret out{good ? std::string_view{plain} : std::string_view{}};
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!good) return refused;
  return out;
}

}  // namespace crypto
