// jws.cc: compact JWS taken apart and verified, and made.
#include "token/jws.h"

#include <algorithm>

#include "base/encode.h"
#include "json/writer.h"

namespace token {
namespace {

constexpr std::size_t kLongestToken = 16 * 1024, kLongestHeader = 4 * 1024;

base::Error bad(std::string why) { return {base::Code::denied, "jws: " + std::move(why)}; }

struct Head {
  crypto::Alg alg = crypto::Alg::RS256;
  std::string kid, typ;
};

base::Result<Head> read_head(std::string_view text) {
  const auto document = json::Document::parse(text, {.bytes = kLongestHeader, .depth = 4, .unique_names = true});
  if (!document) return bad("header: " + document.error().detail);
  const auto head = document->root();
  if (!head.is_object()) return bad("header is no object");
  const auto alg = crypto::alg_from(head["alg"].string().value_or(""));
  if (!alg) return bad("alg unknown, or none");  // RFC 8725 3.1, 3.2
  // RFC 7515 4.1.11: what must be understood is not. RFC 7797: b64=false would change what is signed.
  if (head["crit"].exists() || head["b64"].exists()) return bad("crit or b64 in the header");
  const auto optional_text = [&](std::string_view name) { return std::string{head[name].string().value_or("")}; };
  if (head["kid"].exists() && !head["kid"].is_string()) return bad("kid is no string");
  return Head{*alg, optional_text("kid"), optional_text("typ")};
}

/// A key that is one issuer's alone signs for nobody else.
bool may_sign(const Jwk& jwk, const Jws& jws) {
  if (jwk.issuer.empty()) return true;
  const auto claims = json::Document::parse(jws.payload, {.bytes = kLongestToken, .depth = 16});
  return claims && claims->root()["iss"].string() == jwk.issuer;
}

}  // namespace

base::Result<Jws> parse_jws(std::string_view compact) {
  if (compact.size() > kLongestToken) return bad("more than 16 KiB");
  if (std::count(compact.begin(), compact.end(), '.') != 2) return bad("not three parts");
  const auto first = compact.find('.'), second = compact.rfind('.');
  if (first > kLongestHeader * 4 / 3) return bad("header too long");
  const auto header = base::base64url_decode(compact.substr(0, first));
  auto payload = base::base64url_decode(compact.substr(first + 1, second - first - 1));
  auto signature = base::base64url_decode(compact.substr(second + 1));
  if (!header || !payload || !signature) return bad("not base64url");
  if (signature->empty()) return bad("no signature");
  auto head = read_head(*header);
  if (!head) return head.error();
  return Jws{head->alg,          std::move(head->kid), std::move(head->typ), std::string{compact.substr(0, second)}, std::move(*signature),
             std::move(*payload)};
}

Verdict verify(const Jws& jws, const std::vector<Jwk>& keys, const std::vector<crypto::Alg>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), jws.alg) == allowed.end()) return Verdict::bad;
  bool tried = false;
  for (const auto& jwk : keys) {
    if (!jws.kid.empty() && !jwk.kid.empty() && jwk.kid != jws.kid) continue;
    if (!crypto::fits(jws.alg, jwk.key.kind()) || (jwk.alg && *jwk.alg != jws.alg)) continue;
    tried = true;
    if (may_sign(jwk, jws) && jwk.key.verify(jws.alg, jws.signed_part, jws.signature)) return Verdict::good;
  }
  return tried ? Verdict::bad : Verdict::unknown_key;
}

base::Result<std::string> sign(const crypto::SignKey& key, crypto::Alg alg, std::string_view kid, std::string_view typ,
                               std::string_view payload_json, std::string_view jwk) {
  json::Writer header;
  header.object().member("alg", crypto::name_of(alg)).member("typ", typ);
  if (!kid.empty()) header.member("kid", kid);
  if (!jwk.empty()) header.key("jwk").raw(jwk);
  header.end_object();
  auto text = base::base64url(header.str()) + '.' + base::base64url(payload_json);
  auto signature = key.sign(alg, text);
  if (!signature) return signature.error();
  return text + '.' + base::base64url(*signature);
}

}  // namespace token
