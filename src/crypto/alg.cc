// alg.cc: JOSE's names (RFC 7518 3.1, RFC 8037 3.1) and which key an algorithm takes.
#include <array>
#include <utility>

#include "crypto/keys.h"

namespace crypto {
namespace {

constexpr std::array<std::pair<std::string_view, Alg>, 13> kNames{{
    {"RS256", Alg::RS256},
    {"RS384", Alg::RS384},
    {"RS512", Alg::RS512},
    {"PS256", Alg::PS256},
    {"PS384", Alg::PS384},
    {"PS512", Alg::PS512},
    {"ES256", Alg::ES256},
    {"ES384", Alg::ES384},
    {"ES512", Alg::ES512},
    {"EdDSA", Alg::EdDSA},
    {"HS256", Alg::HS256},
    {"HS384", Alg::HS384},
    {"HS512", Alg::HS512},
}};

}  // namespace

std::optional<Alg> alg_from(std::string_view name) noexcept {
  for (const auto& [text, alg] : kNames) {
    if (text == name) return alg;
  }
  return std::nullopt;
}

std::string_view name_of(Alg alg) noexcept {
  for (const auto& [text, a] : kNames) {
    if (a == alg) return text;
  }
  return "";
}

bool fits(Alg alg, Kind kind) noexcept {
  switch (alg) {
    case Alg::RS256:
    case Alg::RS384:
    case Alg::RS512:
    case Alg::PS256:
    case Alg::PS384:
    case Alg::PS512: return kind == Kind::rsa;
    case Alg::ES256: return kind == Kind::p256;
    case Alg::ES384: return kind == Kind::p384;
    case Alg::ES512: return kind == Kind::p521;
    case Alg::EdDSA: return kind == Kind::ed25519;
    case Alg::HS256:
    case Alg::HS384:
    case Alg::HS512: return kind == Kind::oct;
  }
  return false;
}

}  // namespace crypto
