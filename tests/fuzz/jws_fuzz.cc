// jws_fuzz.cc: token::parse_jws and the check of our own tokens. Lines: a token, where "@" stands for a good one of ours; else
// "{", claims that are signed here, so that the fuzzer gets behind the signature. What is let in was signed, and says what it
// must.
#include "base/encode.h"
#include "base/text.h"
#include "fuzz.h"
#include "json/value.h"
#include "token/jwt.h"

namespace {

constexpr base::Time kNow{std::chrono::seconds{1'700'000'000}};
const token::Rules kRules{"https://app.example/auth", "https://app.example"};

token::KeyRing make_ring() {
  std::vector<token::OwnKey> keys;
  keys.push_back({"k1", crypto::Alg::HS256, *crypto::SignKey::shared(base::Secret{"thirty-two bytes, or a few more."}), false});
  keys.push_back({"k2", crypto::Alg::EdDSA, *crypto::SignKey::generate(crypto::Kind::ed25519), true});
  return token::KeyRing{std::move(keys)};
}

void check_payload(const std::string& compact, const token::KeyRing& ring) {
  const auto claims = token::check(ring, kRules, compact, kNow);
  if (!claims) return;
  HOLDS(claims->user_id > 0 && claims->expires > kNow && claims->issued <= kNow + std::chrono::seconds{60} && !claims->jti.empty());
  const auto jws = token::parse_jws(compact);
  const auto document = json::Document::parse(jws->payload);
  HOLDS(document && document->root()["iss"].string() == kRules.issuer);
  HOLDS(document->root()["aud"].is_string() || document->root()["aud"].is_array() || document->root()["aud"].is_object());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto ring = make_ring();
  static const auto good = *token::issue(
      ring, kRules, {.user_id = 7, .jti = "j", .issued = kNow, .expires = kNow + std::chrono::minutes{5}, .email = {}, .provider = {}});
  auto text = std::string{fuzz::view(data, size)};
  if (text.starts_with('{')) {
    const auto made = token::sign(ring.current()->key, crypto::Alg::HS256, "k1", "JWT", text);
    HOLDS(made && token::parse_jws(*made));
    if (made->size() <= 16 * 1024) check_payload(*made, ring);
    return 0;
  }
  if (const auto at = text.find('@'); at != text.npos) text.replace(at, 1, good);
  const auto jws = token::parse_jws(text);
  if (jws) {
    HOLDS(!jws->signature.empty() && text.size() <= 16 * 1024);
    HOLDS(text == jws->signed_part + '.' + base::base64url(jws->signature));  // one text for one token
    HOLDS(token::verify(*jws, ring.verify_keys(), {}) == token::Verdict::bad);
  }
  const auto claims = token::check(ring, kRules, text, kNow);
  HOLDS(!claims || text == good);  // nobody makes another
  return 0;
}
