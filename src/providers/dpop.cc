#include "providers/dpop.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "json/value.h"
#include "json/writer.h"
#include "token/jws.h"

namespace providers {
namespace {

constexpr std::size_t kLongestNonce = 512, kMostServers = 16;
constexpr std::string_view kWord = "use_dpop_nonce";

std::string origin(std::string_view url) {
  const auto parsed = base::parse_url(url.substr(0, url.find('?')));
  return parsed ? base::origin_of(*parsed) : std::string{};
}

/// RFC 9449 8.1: 1*NQCHAR; what else stands there is no nonce, and goes into no proof.
bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= kLongestNonce &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// RFC 9449 9: the scheme in any case (RFC 9110 11.1), as the first challenge of a header or behind others.
bool challenges_so(std::string_view value) {
  const auto lower = base::lower(value);
  const auto scheme = [&lower](std::size_t at) { return at == 0 || lower[at - 1] == ' ' || lower[at - 1] == ','; };
  for (auto at = lower.find("dpop "); at != std::string::npos; at = lower.find("dpop ", at + 1)) {
    if (scheme(at) && lower.find(kWord, at) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string DpopNonces::of(std::string_view url) const {
  const std::lock_guard lock{mutex_};
  const auto it = nonces_.find(origin(url));
  return it == nonces_.end() ? std::string{} : it->second;
}

bool DpopNonces::learn(std::string_view url, const net::Response& response, std::string_view used) {
  const auto fresh = response.header("dpop-nonce");
  if (!is_nonce(fresh)) return false;
  const std::lock_guard lock{mutex_};
  if (nonces_.size() >= kMostServers) nonces_.clear();  // a provider has two servers, or three
  nonces_.insert_or_assign(origin(url), std::string{fresh});
  return fresh != used;
}

bool wants_nonce(const net::Response& response) {
  if (response.status != 400 && response.status != 401) return false;
  const auto challenges = [](const net::Header& header) { return header.first == "www-authenticate" && challenges_so(header.second); };
  if (std::any_of(response.headers.begin(), response.headers.end(), challenges)) return true;
  const auto body = json::Document::parse(response.body, {.bytes = 64 << 10, .depth = 8});
  return body && body->root()["error"].string() == kWord;
}

base::Result<std::string> make_proof(const crypto::SignKey& key, crypto::Alg alg, const Proof& of, const base::Clock& clock,
                                     base::Random& random) {
  json::Writer w;
  w.object().member("jti", base::base64url(base::random_bytes(random, 16))).member("htm", of.method);
  w.member("htu", of.url.substr(0, of.url.find_first_of("?#")));
  w.member("iat", std::int64_t{clock.now().time_since_epoch().count()});
  if (!of.nonce.empty()) w.member("nonce", of.nonce);
  if (!of.access_token.empty()) w.member("ath", base::base64url(crypto::sha256(of.access_token)));
  return token::sign(key, alg, {}, "dpop+jwt", w.end_object().take(), token::bare_jwk(key.verify_key()));
}

}  // namespace providers
