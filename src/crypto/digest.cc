// digest.cc: algorithms are fetched once (a fetch by name costs more than a short hash); HMAC is computed from two hash states (RFC 2104).
#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/handle.h"

namespace crypto {
namespace {

using Md = base::Handle<EVP_MD, EVP_MD_free>;
using MdCtx = base::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

Md fetch(const char* name) {
  Md md{EVP_MD_fetch(nullptr, name, nullptr)};
  if (!md) std::abort();  // an OpenSSL without SHA-2 cannot let anyone in
  return md;
}
const EVP_MD* sha256_md() {
  static const Md md = fetch("SHA256");
  return md.get();
}

const EVP_MD* sha1_md() {
  static const Md md = fetch("SHA1");
  return md.get();
}

/// The digest of `head` followed by `data`.
std::string digest(const EVP_MD* md, std::string_view data, std::string_view head = {}) {
  thread_local const MdCtx ctx{EVP_MD_CTX_new()};
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(md)), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  if (!ctx || EVP_DigestInit_ex2(ctx.get(), md, nullptr) != 1 || EVP_DigestUpdate(ctx.get(), head.data(), head.size()) != 1 ||
      EVP_DigestUpdate(ctx.get(), data.data(), data.size()) != 1 || EVP_DigestFinal_ex(ctx.get(), bytes, nullptr) != 1) {
    std::abort();
  }
  return out;
}

/// RFC 2104, for hashes with blocks of 64 bytes.
std::string hmac(const EVP_MD* md, std::string_view key, std::string_view data) {
  std::array<char, 64> pad{};
  auto hashed = key.size() > pad.size() ? digest(md, key) : std::string{};
  if (!hashed.empty()) key = hashed;
  std::copy(key.begin(), key.end(), pad.begin());
  for (auto& c : pad) c = static_cast<char>(c ^ 0x36);
  const auto inner = digest(md, data, {pad.data(), pad.size()});
  for (auto& c : pad) c = static_cast<char>(c ^ 0x36 ^ 0x5c);
  auto out = digest(md, inner, {pad.data(), pad.size()});
  OPENSSL_cleanse(pad.data(), pad.size());
  OPENSSL_cleanse(hashed.data(), hashed.size());
  return out;
}

}  // namespace

std::string sha256(std::string_view data) { return digest(sha256_md(), data); }
std::string sha384(std::string_view data) {
  static const Md md = fetch("SHA384");
  return digest(md.get(), data);
}
std::string sha512(std::string_view data) {
  static const Md md = fetch("SHA512");
  return digest(md.get(), data);
}
std::string sha1(std::string_view data) { return digest(sha1_md(), data); }
std::string md5(std::string_view data) {
  static const Md md = fetch("MD5");
  return digest(md.get(), data);
}

std::string hmac_sha256(std::string_view key, std::string_view data) { return hmac(sha256_md(), key, data); }
std::string hmac_sha1(std::string_view key, std::string_view data) { return hmac(sha1_md(), key, data); }

std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t bytes) {
  auto prk = hmac_sha256(std::string(32, '\0'), key);  // RFC 5869 2.2
  std::string out, t;
  for (char n = 1; out.size() < bytes; ++n) {  // RFC 5869 2.3
    t += info;
    t += n;
    t = hmac_sha256(prk, t);
    out += t;
  }
  for (auto* s : {&prk, &t}) OPENSSL_cleanse(s->data(), s->size());
  out.resize(bytes);
  return out;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace crypto
