// jwk.cc: JWK sets (RFC 7517), read with mistrust and written for others.
#include "base/encode.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "token/jws.h"

namespace token {
namespace {

constexpr json::Limits kLimits{.bytes = 256 * 1024, .depth = 8, .unique_names = true};
constexpr std::size_t kMostKeys = 100;

std::string binary(const json::Value& jwk, std::string_view name) {
  return base::base64url_decode(jwk[name].string().value_or("")).value_or("");
}

std::optional<crypto::Kind> kind_of(const json::Value& jwk) {
  const auto kty = jwk["kty"].string().value_or(""), crv = jwk["crv"].string().value_or("");
  if (kty == "RSA") return crypto::Kind::rsa;
  if (kty == "EC" && crv == "P-256") return crypto::Kind::p256;
  if (kty == "EC" && crv == "P-384") return crypto::Kind::p384;
  if (kty == "EC" && crv == "P-521") return crypto::Kind::p521;
  if (kty == "OKP" && crv == "Ed25519") return crypto::Kind::ed25519;
  return std::nullopt;  // "oct" among them: a secret has no business in a public document
}

/// May this key verify signatures? RFC 7517 4.2 "use", 4.3 "key_ops".
bool for_signatures(const json::Value& jwk) {
  if (const auto use = jwk["use"].string(); use && *use != "sig") return false;
  const auto ops = jwk["key_ops"];
  if (!ops.is_array()) return true;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (ops.at(i).string() == "verify") return true;
  }
  return false;
}

std::optional<Jwk> read_jwk(const json::Value& jwk) {
  const auto kind = kind_of(jwk);
  if (!kind || !for_signatures(jwk)) return std::nullopt;
  std::optional<crypto::Alg> alg;
  if (jwk["alg"].exists()) {
    alg = crypto::alg_from(jwk["alg"].string().value_or(""));
    if (!alg || !crypto::fits(*alg, *kind)) return std::nullopt;
  }
  const auto owner = jwk["issuer"];
  if (owner.exists() && !owner.is_string()) return std::nullopt;
  std::string issuer{owner.string().value_or("")};
  if (issuer.find('{') != std::string::npos) issuer.clear();
  auto key = crypto::VerifyKey::from_parts({*kind, binary(jwk, "n"), binary(jwk, "e"), binary(jwk, "x"), binary(jwk, "y")});
  if (!key) return std::nullopt;
  return Jwk{std::string{jwk["kid"].string().value_or("")}, alg, std::move(*key), std::move(issuer)};
}

void write(json::Writer& w, const Jwk& jwk, const crypto::PublicParts& parts) {
  const auto ec = [&](std::string_view crv) {
    w.member("kty", "EC").member("crv", crv).member("x", base::base64url(parts.x)).member("y", base::base64url(parts.y));
  };
  w.object();
  switch (parts.kind) {
    case crypto::Kind::rsa: w.member("kty", "RSA").member("n", base::base64url(parts.n)).member("e", base::base64url(parts.e)); break;
    case crypto::Kind::p256: ec("P-256"); break;
    case crypto::Kind::p384: ec("P-384"); break;
    case crypto::Kind::p521: ec("P-521"); break;
    case crypto::Kind::ed25519: w.member("kty", "OKP").member("crv", "Ed25519").member("x", base::base64url(parts.x)); break;
    case crypto::Kind::oct: break;
  }
  if (!jwk.kid.empty()) w.member("kid", jwk.kid);
  if (jwk.alg) w.member("alg", crypto::name_of(*jwk.alg));
  w.member("use", "sig").end_object();
}

}  // namespace

base::Result<std::vector<Jwk>> parse_jwks(std::string_view text) {
  const auto document = json::Document::parse(text, kLimits);
  if (!document) return base::Error{base::Code::upstream, "jwks: " + document.error().detail};
  const auto keys = document->root()["keys"];
  if (!keys.is_array()) return base::Error{base::Code::upstream, "jwks: no array \"keys\""};
  if (keys.size() > kMostKeys) return base::Error{base::Code::upstream, "jwks: more than 100 keys"};
  std::vector<Jwk> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (auto jwk = read_jwk(keys.at(i))) out.push_back(std::move(*jwk));
  }
  return out;
}

std::string write_jwks(const std::vector<Jwk>& keys) {
  json::Writer w;
  w.object().key("keys").array();
  for (const auto& jwk : keys) {
    if (const auto parts = jwk.key.parts()) write(w, jwk, *parts);
  }
  w.end_array().end_object();
  return w.take();
}

std::string bare_jwk(const crypto::VerifyKey& key) {
  const auto parts = key.parts();
  if (!parts) return {};
  json::Writer w;
  w.object();
  const auto curve = [&](std::string_view crv, std::string_view kty) {
    w.member("crv", crv).member("kty", kty).member("x", base::base64url(parts->x));
    if (!parts->y.empty()) w.member("y", base::base64url(parts->y));
  };
  switch (parts->kind) {
    case crypto::Kind::rsa: w.member("e", base::base64url(parts->e)).member("kty", "RSA").member("n", base::base64url(parts->n)); break;
    case crypto::Kind::p256: curve("P-256", "EC"); break;
    case crypto::Kind::p384: curve("P-384", "EC"); break;
    case crypto::Kind::p521: curve("P-521", "EC"); break;
    case crypto::Kind::ed25519: curve("Ed25519", "OKP"); break;
    case crypto::Kind::oct: break;
  }
  return w.end_object().take();
}

std::string thumbprint(const crypto::VerifyKey& key) { return base::base64url(crypto::sha256(bare_jwk(key))); }

std::string write_jwk(const Jwk& key) {
  json::Writer w;
  if (const auto parts = key.key.parts()) write(w, key, *parts);
  return w.take();
}

}  // namespace token
