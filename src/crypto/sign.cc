// sign.cc: JOSE signatures (RFC 7518 3.2-3.5, RFC 8037 3.1).
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "crypto/digest.h"
#include "crypto/key_impl.h"

namespace crypto {
namespace {

using MdCtx = base::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSig = base::Handle<ECDSA_SIG, ECDSA_SIG_free>;

const char* hash_name(Alg alg) {
  switch (alg) {
    case Alg::RS256:
    case Alg::PS256:
    case Alg::ES256:
    case Alg::HS256: return "SHA256";
    case Alg::RS384:
    case Alg::PS384:
    case Alg::ES384:
    case Alg::HS384: return "SHA384";
    case Alg::RS512:
    case Alg::PS512:
    case Alg::ES512:
    case Alg::HS512: return "SHA512";
    case Alg::EdDSA: return nullptr;  // hashes by itself
  }
  return nullptr;
}

bool is_pss(Alg alg) { return alg == Alg::PS256 || alg == Alg::PS384 || alg == Alg::PS512; }
bool is_ecdsa(Kind kind) { return kind == Kind::p256 || kind == Kind::p384 || kind == Kind::p521; }
std::size_t field_bytes(Kind kind) { return kind == Kind::p256 ? 32 : kind == Kind::p384 ? 48 : 66; }

bool use_pss(EVP_PKEY_CTX* ctx) {  // RFC 7518 3.5: the salt is as long as the hash
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

std::string mac(Alg alg, std::string_view key, std::string_view data) {
  if (alg == Alg::HS256) return hmac_sha256(key, data);
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, hash_name(alg), nullptr, key.data(), key.size(), bytes(data), data.size(), bytes(out), out.size(),
                &size) == nullptr) {
    return "";
  }
  out.resize(size);
  return out;
}

/// DER (what OpenSSL speaks) to r || s of fixed length (RFC 7518 3.4), and back.
std::string jose_from_der(const std::string& der, std::size_t field) {
  const auto* p = bytes(std::string_view{der});
  const EcdsaSig sig{d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size()))};
  std::string out(2 * field, '\0');
  if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), bytes(out), static_cast<int>(field)) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), bytes(out) + field, static_cast<int>(field)) < 0) {
    return "";
  }
  return out;
}

std::string der_from_jose(std::string_view jose, std::size_t field) {
  if (jose.size() != 2 * field) return "";
  const EcdsaSig sig{ECDSA_SIG_new()};
  if (!sig) return "";
  BIGNUM* r = BN_bin2bn(bytes(jose), static_cast<int>(field), nullptr);
  BIGNUM* s = BN_bin2bn(bytes(jose.substr(field)), static_cast<int>(field), nullptr);
  if (ECDSA_SIG_set0(sig.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return "";
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(sig.get(), &der);
  std::string out(reinterpret_cast<char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return out;
}

/// "" if it fails.
std::string digest_sign(EVP_PKEY* key, const char* hash, bool pss, std::string_view data) {
  const MdCtx ctx{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* pkey_ctx = nullptr;  // belongs to ctx
  if (!ctx || EVP_DigestSignInit_ex(ctx.get(), &pkey_ctx, hash, nullptr, nullptr, key, nullptr) != 1) return "";
  if (pss && !use_pss(pkey_ctx)) return "";
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
  std::string out(size, '\0');
  if (EVP_DigestSign(ctx.get(), bytes(out), &size, bytes(data), data.size()) != 1) return "";
  out.resize(size);
  return out;
}

}  // namespace

bool VerifyKey::verify(Alg alg, std::string_view data, std::string_view signature) const {
  if (!fits(alg, kind())) return false;
  if (kind() == Kind::oct) return equal(mac(alg, impl_->secret.reveal(), data), signature);
  // RFC 8017 8.1.2 (1): OpenSSL takes a PSS signature without its leading zeros, too.
  if (kind() == Kind::rsa && signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(impl_->pkey.get()))) return false;
  const std::string der = is_ecdsa(kind()) ? der_from_jose(signature, field_bytes(kind())) : std::string{signature};
  if (der.empty()) return false;
  const MdCtx ctx{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* pkey_ctx = nullptr;  // belongs to ctx
  if (!ctx || EVP_DigestVerifyInit_ex(ctx.get(), &pkey_ctx, hash_name(alg), nullptr, nullptr, impl_->pkey.get(), nullptr) != 1)
    return false;
  if (is_pss(alg) && !use_pss(pkey_ctx)) return false;
  return EVP_DigestVerify(ctx.get(), bytes(std::string_view{der}), der.size(), bytes(data), data.size()) == 1;
}

base::Result<std::string> SignKey::sign(Alg alg, std::string_view data) const {
  const base::Error failed{base::Code::internal, "signing failed: " + std::string{name_of(alg)}};
  if (!fits(alg, kind())) return base::Error{base::Code::internal, "this key does not sign " + std::string{name_of(alg)}};
  if (kind() == Kind::oct) return mac(alg, impl_->secret.reveal(), data);
  auto out = digest_sign(impl_->pkey.get(), hash_name(alg), is_pss(alg), data);
  if (is_ecdsa(kind())) out = jose_from_der(out, field_bytes(kind()));
  if (out.empty()) return failed;
  return out;
}

base::Result<std::string> SignKey::sign_rsa_sha1(std::string_view data) const {
  if (kind() != Kind::rsa) return base::Error{base::Code::internal, "this key does not sign RSA-SHA1"};
  auto out = digest_sign(impl_->pkey.get(), "SHA1", false, data);
  if (out.empty()) return base::Error{base::Code::internal, "signing failed: RSA-SHA1"};
  return out;
}

}  // namespace crypto
