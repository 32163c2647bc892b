#include "providers/id_token.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "providers/answer.h"
#include "providers/text.h"

namespace providers {
namespace {

constexpr double kAhead = 60;    // seconds that another clock may be ahead of ours
constexpr double kOldest = 600;  // an id_token is made for this login, not kept somewhere

/// 3.1.3.7 (3) to (5): we are among the audiences, all others are trusted or the token says that it was issued to us, and to nobody else.
base::Status right_audience(json::Value claims, const IdTokenRules& rules) {
  const auto all = audiences(claims["aud"]);
  const auto is_ours = [&](std::string_view one) {
    return one == rules.client_id || std::find(rules.client_ids.begin(), rules.client_ids.end(), one) != rules.client_ids.end();
  };
  if (std::none_of(all.begin(), all.end(), is_ours)) return token_error("Invalid audience");
  const auto trusted = [&](std::string_view one) {
    const auto& others = rules.spec.id_token.audiences;
    return is_ours(one) || std::find(others.begin(), others.end(), one) != others.end();
  };
  const auto azp = claims["azp"];
  if (azp.exists() && !is_ours(azp.string().value_or("")))
    return token_error("Incorrect id_token: azp", "azp is a client that is neither client_id nor one of client_ids");
  if (!azp.exists() && !std::all_of(all.begin(), all.end(), trusted))
    return token_error("Incorrect id_token: azp", "aud names others, azp is missing");
  return base::ok;
}

/// 3.1.3.7 (9), (10); RFC 7519 4.1.4 to 4.1.6. No leeway for exp.
base::Status right_time(json::Value claims, base::Time now_) {
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  const auto exp = claims["exp"].number();
  if (!exp) return token_error("Incorrect id_token: exp");
  if (*exp <= now) return token_error("Signature has expired");
  const auto iat = claims["iat"].number();
  if (!iat || *iat < now - kOldest) return token_error("Incorrect id_token: iat");
  if (*iat > now + kAhead) return token_error("The token is not yet valid (iat)");
  const auto nbf = claims["nbf"];
  if (nbf.exists() && nbf.number().value_or(now + 2 * kAhead) > now + kAhead) return token_error("The token is not yet valid (nbf)");
  return base::ok;
}

}  // namespace

bool right_issuer(json::Value claims, const Spec& spec, std::string_view learned) {
  const auto issuer = claims["iss"].string();
  if (!issuer || issuer->empty()) return false;
  if (!spec.issuer) return *issuer == learned;
  auto values = spec.values();
  values.id_token = claims;
  if (spec.issuer->evaluate(values) == *issuer) return true;
  return std::find(spec.other_issuers.begin(), spec.other_issuers.end(), *issuer) != spec.other_issuers.end();
}

std::vector<std::string_view> audiences(json::Value aud) {
  if (const auto one = aud.string()) return {*one};
  std::vector<std::string_view> out;
  for (std::size_t i = 0; aud.is_array() && i < aud.size(); ++i) out.push_back(aud.at(i).string().value_or(""));
  return out;
}

std::string as_pem(std::string key) {
  if (key.find("-----BEGIN") != std::string::npos) return key;
  std::erase_if(key, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  std::string pem = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t at = 0; at < key.size(); at += 64) pem += key.substr(at, 64) + '\n';
  return pem + "-----END PUBLIC KEY-----\n";
}

base::Result<json::Document> check_access_token(const Spec& spec, const Values& login, base::Time now) {
  const auto& rules = spec.access_token_jwt;
  const auto text = login.more->find("access_token");
  const auto jws = token::parse_jws(text == login.more->end() ? std::string_view{} : text->second);
  if (!jws) return token_error("Invalid access token", "access token: " + jws.error().detail);
  auto key = crypto::VerifyKey::from_pem(as_pem(rules.key->evaluate(login).value_or("")));
  if (!key) return base::Error{base::Code::internal, "access_token_jwt: the key is no public key in PEM"};
  const std::vector<token::Jwk> keys{{{}, std::nullopt, std::move(*key)}};
  auto bare = *jws;
  bare.kid.clear();  // there is one key
  if (token::verify(bare, keys, rules.algs) != token::Verdict::good)
    return token_error("Signature verification failed", "access token: bad signature");
  auto document = json::Document::parse(jws->payload, {.bytes = 64 << 10, .depth = 16});
  if (!document || !document->root().is_object()) return token_error("Invalid access token", "access token: claims are no JSON object");
  const auto claims = document->root();
  // The audience or the party it was issued to (RFC 9068 2.2, OIDC Core 2 azp): a token for another client is no login here.
  const auto all = audiences(claims["aud"]);
  const auto& client = spec.variables.at("client_id");
  const bool ours = std::find(all.begin(), all.end(), std::string_view{client}) != all.end() || claims["azp"].string() == client;
  if (!ours) return token_error("Invalid audience", "access token: aud and azp name others");
  if (auto time = right_time(claims, now); !time) return time.error();
  return document;
}

std::string at_hash(crypto::Alg alg, std::string_view text) {
  using crypto::Alg;
  std::string hash;
  switch (alg) {  // no default: an algorithm without a hash must not pass for "no at_hash" (CVE-2026-28498)
    case Alg::RS256:
    case Alg::PS256:
    case Alg::ES256:
    case Alg::HS256: hash = crypto::sha256(text); break;
    case Alg::RS384:
    case Alg::PS384:
    case Alg::ES384:
    case Alg::HS384: hash = crypto::sha384(text); break;
    case Alg::RS512:
    case Alg::PS512:
    case Alg::ES512:
    case Alg::HS512:
    case Alg::EdDSA: hash = crypto::sha512(text); break;
  }
  return base::base64url(std::string_view{hash}.substr(0, hash.size() / 2));
}

base::Result<json::Document> check_claims(const token::Jws& jws, const IdTokenRules& rules) {
  auto document = json::Document::parse(jws.payload, {.bytes = 64 << 10, .depth = 16});
  if (!document || !document->root().is_object()) return token_error("Invalid id_token", "id_token: claims are no JSON object");
  const auto claims = document->root();
  // RFC 8725 3.11: an access token or a logout token signed with the same key is no id_token.
  const auto type = base::lower(jws.typ);
  if (type.ends_with("+jwt") && type != "id_token+jwt")
    return token_error("Invalid id_token", "id_token: its typ is another kind of token's");
  if (claims["events"].exists()) return token_error("Invalid id_token", "id_token: it has events (a logout token)");
  if (!right_issuer(claims, rules.spec, rules.issuer)) return token_error("Invalid issuer");
  if (auto audience = right_audience(claims, rules); !audience) return audience.error();
  if (auto time = right_time(claims, rules.now); !time) return time.error();
  // 3.1.3.7 (11): of this very flow (a nonce of any other login is as wrong as none, wire.md O40).
  const auto nonce = claims["nonce"];
  const bool unasked = !rules.nonce || (!nonce.exists() && !rules.spec.id_token.nonce_required);
  if (!unasked && !crypto::equal(nonce.string().value_or(""), *rules.nonce)) return token_error("Incorrect id_token: nonce");
  // 3.1.3.8, 3.3.2.10: optional in the code flow, binding where they are there.
  const auto binds = [&](std::string_view claim, std::optional<std::string_view> what) {
    return !claims[claim].exists() || !what || claims[claim].string() == at_hash(jws.alg, *what);
  };
  if (!binds("at_hash", rules.access_token)) return token_error("Invalid access token");
  if (!binds("c_hash", rules.code)) return token_error("Incorrect id_token: c_hash");
  // 2: at most 255 bytes; who has none is nobody (wire.md O24-O26).
  if (!is_identifier(claims["sub"].string().value_or(""))) return token_error("Invalid UserInfo sub", "id_token: sub is missing or unfit");
  return document;
}

}  // namespace providers
