#include "crypto/dh.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "base/handle.h"

namespace crypto {
namespace {

using Number = base::Handle<BIGNUM, BN_clear_free>;
using Context = base::Handle<BN_CTX, BN_CTX_free>;

Number number(std::string_view bytes) {
  return Number{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr)};
}

std::string bytes_of(const BIGNUM* n) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(n)), '\0');
  BN_bn2bin(n, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

/// base ^ exponent mod modulus, in time that depends on the sizes only.
std::optional<std::string> power(const BIGNUM* base, std::string_view exponent, const BIGNUM* modulus) {
  const Context context{BN_CTX_secure_new()};
  const auto e = number(exponent);
  const Number out{BN_new()};
  if (!context || !e || !out || BN_mod_exp_mont_consttime(out.get(), base, e.get(), modulus, context.get(), nullptr) != 1)
    return std::nullopt;
  return bytes_of(out.get());
}

}  // namespace

base::Result<DiffieHellman> DiffieHellman::make(std::string_view modulus, std::string_view generator, base::Random& random) {
  const auto p = number(modulus), g = number(generator);
  if (!p || !g || BN_num_bits(p.get()) < 512 || BN_num_bits(p.get()) > 4096 || !BN_is_odd(p.get()))
    return base::Error{base::Code::internal, "DH: not a modulus"};
  DiffieHellman out;
  out.modulus_ = modulus;
  // 512 bits: more than twice the strength that the longest modulus has (NIST SP 800-56A 5.6.1.1).
  auto exponent = base::random_bytes(random, 64);
  out.private_ = base::Secret{exponent};
  OPENSSL_cleanse(exponent.data(), exponent.size());
  auto value = power(g.get(), out.private_.reveal(), p.get());
  if (!value) return base::Error{base::Code::internal, "DH: out of memory"};
  out.public_ = std::move(*value);
  return out;
}

std::optional<base::Secret> DiffieHellman::shared(std::string_view theirs) const {
  if (theirs.size() > modulus_.size() + 1) return std::nullopt;
  const auto p = number(modulus_), y = number(theirs);
  const Number most{p ? BN_dup(p.get()) : nullptr};
  if (!y || !most || BN_sub_word(most.get(), 1) != 1 || BN_cmp(y.get(), BN_value_one()) <= 0 || BN_cmp(y.get(), most.get()) >= 0)
    return std::nullopt;
  auto value = power(y.get(), private_.reveal(), p.get());
  if (!value) return std::nullopt;
  base::Secret out{*value};
  OPENSSL_cleanse(value->data(), value->size());
  return out;
}

}  // namespace crypto
