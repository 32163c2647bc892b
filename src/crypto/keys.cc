// keys.cc: keys in OpenSSL's hands, and what JWK and PEM say of them.
#include "crypto/keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>

#include "base/handle.h"
#include "crypto/key_impl.h"

namespace crypto {
namespace {

using Bn = base::Handle<BIGNUM, BN_free>;
using Bio = base::Handle<BIO, BIO_free_all>;
using Ctx = base::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Builder = base::Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = base::Handle<OSSL_PARAM, OSSL_PARAM_free>;

constexpr std::size_t kLeastSecret = 32;                       // RFC 7518 3.2: as long as the hash
constexpr int kLeastModulusBits = 2048;                        // SP 800-131A; RFC 7518 3.3
constexpr std::size_t kMostModulus = 1024, kMostExponent = 8;  // bytes: above, one verification is an attack

base::Error bad(std::string why) { return {base::Code::bad_request, "key: " + std::move(why)}; }

struct Curve {
  Kind kind;
  const char* group;
  std::string_view also;  // OpenSSL's own name of it
  std::size_t bytes;
};
constexpr std::array<Curve, 3> kCurves{
    {{Kind::p256, "P-256", "prime256v1", 32}, {Kind::p384, "P-384", "secp384r1", 48}, {Kind::p521, "P-521", "secp521r1", 66}}};

const Curve* curve_of(Kind kind) {
  for (const auto& curve : kCurves) {
    if (curve.kind == kind) return &curve;
  }
  return nullptr;
}

Pkey build(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params{OSSL_PARAM_BLD_to_param(builder)};
  const Ctx ctx{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!params || !ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
      EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return Pkey{key};
}

Bn number(std::string_view bytes) {
  return Bn{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr)};
}

Pkey build_rsa(const PublicParts& parts) {
  if (parts.n.size() > kMostModulus || parts.e.size() > kMostExponent) return nullptr;  // before any arithmetic with it
  const Bn n = number(parts.n), e = number(parts.e);
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return build("RSA", builder.get());
}

Pkey build_ec(const PublicParts& parts, const Curve& curve) {
  if (parts.x.size() != curve.bytes || parts.y.size() != curve.bytes) return nullptr;  // RFC 7518 6.2.1.2: fixed length
  const auto point = "\x04" + parts.x + parts.y;
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return build("EC", builder.get());
}

std::string get_number(const EVP_PKEY* key, const char* name, std::size_t width = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return "";
  const Bn value{raw};
  std::string out(width ? width : static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
  if (BN_bn2binpad(value.get(), reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) < 0) return "";
  return out;
}

bool is_odd(std::string_view number) { return !number.empty() && (number.back() & 1) == 1; }

/// SP 800-131A sizes; modulus odd; exponent odd and more than 1. Whether the modulus is a product of two primes is its owner's affair:
/// OpenSSL's full check takes 12 ms for 2048 bits (CVE-2023-6237), and the owner signs for himself anyway.
bool is_strong_rsa(const EVP_PKEY* key) {
  const auto n = get_number(key, OSSL_PKEY_PARAM_RSA_N), e = get_number(key, OSSL_PKEY_PARAM_RSA_E);
  const bool sized = EVP_PKEY_get_bits(key) >= kLeastModulusBits && n.size() <= kMostModulus && e.size() <= kMostExponent;
  return sized && is_odd(n) && is_odd(e) && e != "\x01";
}

/// A key that OpenSSL read: of a kind that we use, and strong enough.
std::optional<Kind> kind_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) return is_strong_rsa(key) ? std::optional{Kind::rsa} : std::nullopt;
  if (EVP_PKEY_is_a(key, "ED25519")) return Kind::ed25519;
  std::array<char, 32> group{};  // by name, not by size: secp256k1 and brainpoolP384r1 are of the same sizes
  if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return std::nullopt;
  for (const auto& curve : kCurves) {
    if (group.data() == curve.also || group.data() == std::string_view{curve.group}) return curve.kind;
  }
  return std::nullopt;
}

base::Result<std::shared_ptr<const KeyImpl>> adopt(Pkey key) {
  if (!key) return bad("OpenSSL does not read it");
  const auto kind = kind_of(key.get());
  if (!kind) return bad("of a kind or size that is not used for signatures");
  auto impl = std::make_shared<KeyImpl>();
  impl->kind = *kind;
  impl->pkey = std::move(key);
  return std::shared_ptr<const KeyImpl>{std::move(impl)};
}

base::Result<std::shared_ptr<const KeyImpl>> adopt_secret(const base::Secret& secret) {
  if (secret.reveal().size() < kLeastSecret) return bad("a shared secret needs 32 bytes or more (RFC 7518 3.2)");
  auto impl = std::make_shared<KeyImpl>();
  impl->kind = Kind::oct;
  impl->secret = secret.clone();
  return std::shared_ptr<const KeyImpl>{std::move(impl)};
}

Bio read_only(std::string_view text) { return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

/// Never asks a terminal for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

const char* generator(Kind kind) {
  switch (kind) {
    case Kind::rsa: return "RSA";
    case Kind::ed25519: return "ED25519";
    case Kind::p256:
    case Kind::p384:
    case Kind::p521: return "EC";
    case Kind::oct: return nullptr;
  }
  return nullptr;
}

}  // namespace

base::Result<VerifyKey> VerifyKey::from_parts(const PublicParts& parts) {
  Pkey key;
  if (parts.kind == Kind::rsa) {
    key = build_rsa(parts);
  } else if (const auto* curve = curve_of(parts.kind)) {
    key = build_ec(parts, *curve);
  } else if (parts.kind == Kind::ed25519 && parts.x.size() == 32) {
    key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(parts.x.data()), 32));
  }
  if (key && curve_of(parts.kind)) {  // the point lies on its curve and is not infinity: SP 800-56A 5.6.2.3.4
    const Ctx ctx{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    if (!ctx || EVP_PKEY_public_check_quick(ctx.get()) != 1) return bad("not a valid public key");
  }
  auto impl = adopt(std::move(key));
  if (!impl) return impl.error();
  return VerifyKey{std::move(*impl)};
}

base::Result<VerifyKey> VerifyKey::from_pem(std::string_view pem) {
  const auto bio = read_only(pem);
  auto impl = adopt(Pkey{bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr});
  if (!impl) return impl.error();
  return VerifyKey{std::move(*impl)};
}

base::Result<VerifyKey> VerifyKey::shared(const base::Secret& secret) {
  auto impl = adopt_secret(secret);
  if (!impl) return impl.error();
  return VerifyKey{std::move(*impl)};
}

Kind VerifyKey::kind() const noexcept { return impl_->kind; }

std::optional<PublicParts> VerifyKey::parts() const {
  PublicParts parts;
  parts.kind = impl_->kind;
  if (parts.kind == Kind::oct) return std::nullopt;
  const auto* key = impl_->pkey.get();
  if (parts.kind == Kind::rsa) {
    parts.n = get_number(key, OSSL_PKEY_PARAM_RSA_N);
    parts.e = get_number(key, OSSL_PKEY_PARAM_RSA_E);
  } else if (const auto* curve = curve_of(parts.kind)) {
    parts.x = get_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->bytes);
    parts.y = get_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->bytes);
  } else {
    std::size_t size = 32;
    parts.x.resize(size);
    EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(parts.x.data()), &size);
  }
  return parts;
}

base::Result<SignKey> SignKey::generate(Kind kind) {
  const char* type = generator(kind);
  if (type == nullptr) return bad("a shared secret is not generated here");
  const auto* curve = curve_of(kind);
  Pkey key{kind == Kind::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, std::size_t{2048})
           : curve           ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, curve->group)
                             : EVP_PKEY_Q_keygen(nullptr, nullptr, type)};
  auto impl = adopt(std::move(key));
  if (!impl) return impl.error();
  return SignKey{std::move(*impl)};
}

base::Result<SignKey> SignKey::from_pem(const base::Secret& pem) {
  const auto bio = read_only(pem.reveal());
  auto impl = adopt(Pkey{bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr});
  if (!impl) return impl.error();
  return SignKey{std::move(*impl)};
}

base::Result<SignKey> SignKey::shared(const base::Secret& secret) {
  auto impl = adopt_secret(secret);
  if (!impl) return impl.error();
  return SignKey{std::move(*impl)};
}

Kind SignKey::kind() const noexcept { return impl_->kind; }

base::Secret SignKey::pem() const {
  if (impl_->kind == Kind::oct) return {};
  const Bio bio{BIO_new(BIO_s_secmem())};
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) return {};
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return base::Secret{std::string_view{data, static_cast<std::size_t>(size)}};
}

VerifyKey SignKey::verify_key() const { return VerifyKey{impl_}; }

}  // namespace crypto
