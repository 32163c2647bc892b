// jwt.cc: our own tokens, issued and checked.
#include "token/jwt.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "json/writer.h"

namespace token {
namespace {

constexpr std::chrono::seconds kClockSkew{60};  // for iat and nbf; exp has no leeway

std::int64_t seconds_of(base::Time t) { return t.time_since_epoch().count(); }

base::Error bad(std::string why) { return {base::Code::denied, "token: " + std::move(why)}; }

bool has_audience(const json::Value& aud, std::string_view wanted) {
  if (const auto one = aud.string()) return *one == wanted;
  for (std::size_t i = 0; i < aud.size(); ++i) {
    if (aud.at(i).string() == wanted) return true;
  }
  return false;
}

base::Result<Claims> read_claims(const json::Value& root, const Rules& rules, base::Time now) {
  const auto exp = root["exp"].integer(), iat = root["iat"].integer();
  if (!exp || !iat) return bad("exp or iat missing");
  if (seconds_of(now) >= *exp) return bad("expired");  // RFC 7519 4.1.4
  if (*iat > seconds_of(now) + kClockSkew.count()) return bad("issued in the future");
  if (root["nbf"].exists() && root["nbf"].integer().value_or(INT64_MAX) > seconds_of(now) + kClockSkew.count()) return bad("not valid yet");
  if (root["iss"].string() != rules.issuer) return bad("another issuer's");
  if (!rules.audience.empty() && !has_audience(root["aud"], rules.audience)) return bad("for another audience");
  Claims claims;
  const auto type = root["token_type"].string();
  if (type == "refresh")
    claims.type = Type::refresh;
  else if (type != "access")
    return bad("token_type unknown");
  const auto id = base::parse_int(root["user_id"].string().value_or(""));
  if (!id || *id <= 0) return bad("user_id missing");
  claims.user_id = *id;
  claims.jti = root["jti"].string().value_or("");
  if (claims.jti.empty()) return bad("jti missing");
  claims.issued = base::Time{std::chrono::seconds{*iat}};
  claims.expires = base::Time{std::chrono::seconds{*exp}};
  claims.email = root["email"].string().value_or("");
  claims.provider = root["provider"].string().value_or("");
  claims.session = base::parse_int(root["sid"].string().value_or("")).value_or(0);
  return claims;
}

}  // namespace

bool is_ours(std::string_view claim) noexcept {
  constexpr std::string_view kOurs[] = {"token_type", "exp", "iat", "nbf",   "jti",      "user_id",
                                        "iss",        "aud", "sub", "email", "provider", "sid"};
  return std::find(std::begin(kOurs), std::end(kOurs), claim) != std::end(kOurs);
}

const OwnKey* KeyRing::current() const noexcept {
  const auto it = std::find_if(keys_.begin(), keys_.end(), [](const OwnKey& k) { return !k.retired; });
  return it == keys_.end() ? nullptr : &*it;
}

KeyRing::KeyRing(std::vector<OwnKey> keys) : keys_(std::move(keys)) {
  for (const auto& key : keys_) {
    verify_keys_.push_back({key.kid, key.alg, key.key.verify_key()});
    algs_.push_back(key.alg);
  }
  jwks_ = write_jwks(verify_keys_);
}

base::Result<std::string> issue(const KeyRing& ring, const Rules& rules, const Claims& claims) {
  const auto* key = ring.current();
  if (key == nullptr) return base::Error{base::Code::internal, "no signing key"};
  const auto user = std::to_string(claims.user_id);
  json::Writer w;
  w.object().member("token_type", claims.type == Type::access ? "access" : "refresh");
  w.member("exp", seconds_of(claims.expires)).member("iat", seconds_of(claims.issued));
  w.member("jti", claims.jti).member("user_id", user).member("iss", rules.issuer);
  if (!rules.audience.empty()) w.member("aud", rules.audience);
  w.member("sub", user);
  if (!claims.email.empty()) w.member("email", claims.email);
  if (!claims.provider.empty()) w.member("provider", claims.provider);
  if (claims.session != 0) w.member("sid", std::to_string(claims.session));
  if (!claims.more.empty()) {
    const auto more = json::Document::parse(claims.more);
    if (!more) return base::Error{base::Code::internal, "further claims are no JSON object"};
    for (const auto& [name, value] : more->root().members()) {
      if (!is_ours(name)) w.key(name).raw(value.dump());
    }
  }
  w.end_object();
  return sign(key->key, key->alg, key->kid, "JWT", w.str());
}

base::Result<Claims> check(const KeyRing& ring, const Rules& rules, std::string_view compact, base::Time now) {
  const auto jws = parse_jws(compact);
  if (!jws) return jws.error();
  if (verify(*jws, ring.verify_keys(), ring.algs()) != Verdict::good) return bad("signature does not fit our keys");
  const auto document = json::Document::parse(jws->payload, {.bytes = 16 * 1024, .depth = 4, .unique_names = true});
  if (!document) return bad(document.error().detail);
  return read_claims(document->root(), rules, now);
}

}  // namespace token
