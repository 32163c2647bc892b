// jwk_fuzz.cc: key sets from a provider, and PEM. A key that is taken can be published and read again, and no symmetric one comes
// out.
#include "crypto/keys.h"
#include "fuzz.h"
#include "token/jws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  if (text.starts_with("-----")) {
    if (const auto key = crypto::VerifyKey::from_pem(text)) HOLDS(key->parts() && crypto::VerifyKey::from_parts(*key->parts()));
    return 0;
  }
  const auto keys = token::parse_jwks(text);
  if (!keys) return 0;
  HOLDS(keys->size() <= 100);
  const auto written = token::write_jwks(*keys);
  const auto again = token::parse_jwks(written);
  HOLDS(again && token::write_jwks(*again) == written && again->size() == keys->size());
  token::Jws jws{crypto::Alg::RS256, "", "", "signed", std::string(256, 's'), ""};
  for (const auto& jwk : *keys) {
    HOLDS(jwk.key.kind() != crypto::Kind::oct && jwk.key.parts());
    HOLDS(!jwk.alg || crypto::fits(*jwk.alg, jwk.key.kind()));
    for (const auto alg : {crypto::Alg::HS256, crypto::Alg::RS256, crypto::Alg::ES256, crypto::Alg::ES512, crypto::Alg::EdDSA}) {
      HOLDS(!jwk.key.verify(alg, "signed", std::string(64, 's')));
    }
  }
  HOLDS(token::verify(jws, *keys, {crypto::Alg::RS256, crypto::Alg::HS256}) != token::Verdict::good);
  return 0;
}
