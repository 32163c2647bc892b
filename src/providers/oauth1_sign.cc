#include "providers/oauth1_sign.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"

namespace providers::oauth1 {
namespace {

base::Error internal(std::string detail) { return {base::Code::internal, "oauth1: " + std::move(detail)}; }

/// 3.4.1.3.1: decoded as a form is.
void add_form(Pairs& out, std::string_view form) {
  for (const auto& pair : base::split(form, '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto value = equals == std::string::npos ? std::string{} : pair.substr(equals + 1);
    out.emplace_back(base::percent_decode(pair.substr(0, equals), true), base::percent_decode(value, true));
  }
}

bool has_form(const net::Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return base::equal_no_case(header.first, "Content-Type") &&
           base::starts_with_no_case(header.second, "application/x-www-form-urlencoded");
  });
}

/// 3.4.1.3.2: encoded first, then sorted by names, those of one name by values.
std::string normalized(Pairs pairs) {
  for (auto& [name, value] : pairs) {
    name = base::percent_encode(name);
    value = base::percent_encode(value);
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

}  // namespace

std::string_view name_of(Method method) noexcept {
  switch (method) {
    case Method::hmac_sha1: return "HMAC-SHA1";
    case Method::hmac_sha256: return "HMAC-SHA256";
    case Method::rsa_sha1: return "RSA-SHA1";
    case Method::rsa_sha256: return "RSA-SHA256";
    case Method::plaintext: return "PLAINTEXT";
  }
  return "";
}

base::Result<std::string> base_string(const net::Request& request, const Pairs& oauth) {
  const auto url = base::parse_url(request.url);
  if (!url) return internal("the address to sign is no URL");
  auto pairs = oauth;
  add_form(pairs, url->query);
  if (has_form(request)) add_form(pairs, request.body);
  const auto address = base::origin_of(*url) + (url->path.empty() ? "/" : url->path);  // 3.4.1.2
  return base::upper(request.method) + '&' + base::percent_encode(address) + '&' + base::percent_encode(normalized(std::move(pairs)));
}

base::Result<std::string> signature(const net::Request& request, const Client& client, const Token& token, const Pairs& oauth) {
  auto secrets = base::percent_encode(client.secret.reveal()) + '&' + base::percent_encode(token.secret);  // 3.4.2
  if (client.method == Method::plaintext) {
    if (!base::starts_with_no_case(request.url, "https://"))
      return internal("PLAINTEXT would show the secret: https only (RFC 5849 3.4.4)");
    return secrets;
  }
  const auto text = base_string(request, oauth);
  if (!text) return text.error();
  if (client.method == Method::hmac_sha1) return base::base64(crypto::hmac_sha1(secrets, *text));
  if (client.method == Method::hmac_sha256) return base::base64(crypto::hmac_sha256(secrets, *text));
  if (client.key == nullptr) return internal("no private key");
  auto bytes = client.method == Method::rsa_sha1 ? client.key->sign_rsa_sha1(*text) : client.key->sign(crypto::Alg::RS256, *text);
  if (!bytes) return bytes.error();
  return base::base64(*bytes);
}

base::Status sign(net::Request& request, const Client& client, const Token& token, const Pairs& more, const Stamp& stamp) {
  Pairs oauth{{"oauth_consumer_key", std::string{client.id}}};
  if (!token.token.empty()) oauth.emplace_back("oauth_token", token.token);
  oauth.emplace_back("oauth_signature_method", name_of(client.method));
  oauth.emplace_back("oauth_timestamp", std::to_string(stamp.time.time_since_epoch().count()));
  oauth.emplace_back("oauth_nonce", stamp.nonce);
  oauth.emplace_back("oauth_version", "1.0");
  oauth.insert(oauth.end(), more.begin(), more.end());
  auto made = signature(request, client, token, oauth);
  if (!made) return made.error();
  oauth.emplace_back("oauth_signature", std::move(*made));
  std::string header = "OAuth ";
  for (const auto& [name, value] : oauth) {
    if (header.size() > 6) header += ", ";
    header.append(base::percent_encode(name)).append("=\"").append(base::percent_encode(value)).append("\"");
  }
  request.headers.emplace_back("Authorization", std::move(header));
  return base::ok;
}

}  // namespace providers::oauth1
