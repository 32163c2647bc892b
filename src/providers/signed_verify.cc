#include "providers/signed_verify.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/signed_text.h"
#include "token/jws.h"

namespace providers {
namespace {

using Method = SignedSpec::Method;

constexpr double kAhead = 60;  // seconds that another clock may be ahead of ours
constexpr json::Limits kLimits{.bytes = 16 << 10, .depth = 16};

base::Error invalid(std::string detail) { return bad_callback("Invalid signature", "signed: " + std::move(detail)); }

base::Result<std::string> key_of(const SignedSpec& spec, const Values& values) {
  const auto key = spec.key ? spec.key->evaluate(values) : std::nullopt;
  if (!key || key->empty()) return base::Error{base::Code::internal, "signed: no key"};
  switch (spec.key_digest) {
    case SignedSpec::KeyDigest::none: return *key;
    case SignedSpec::KeyDigest::sha256: return crypto::sha256(*key);
    case SignedSpec::KeyDigest::web_app_data: return crypto::hmac_sha256("WebAppData", *key);
  }
  return base::Error{base::Code::internal, "signed: no such digest"};
}

std::optional<std::string> decoded(SignedSpec::Encoding encoding, std::string_view text) {
  switch (encoding) {
    case SignedSpec::Encoding::hex: return base::hex_decode(text);
    case SignedSpec::Encoding::base64: return base::base64_decode(text);
    case SignedSpec::Encoding::base64url: return base::base64url_decode(text);
  }
  return std::nullopt;
}

std::string encoded(SignedSpec::Encoding encoding, std::string_view bytes) {
  switch (encoding) {
    case SignedSpec::Encoding::hex: return base::hex(bytes);
    case SignedSpec::Encoding::base64: return base::base64(bytes);
    case SignedSpec::Encoding::base64url: return base::base64url(bytes);
  }
  return {};
}

/// The only comparison of signatures here: in constant time, of bytes.
base::Status same(SignedSpec::Encoding encoding, std::string_view given, std::string_view right) {
  if (given.empty()) return bad_callback("Missing signature");
  const auto bytes = decoded(encoding, given);
  if (!bytes) return invalid("its encoding is wrong");
  if (!crypto::equal(*bytes, right)) return invalid("it does not match");
  return base::ok;
}

base::Result<json::Document> object_of(const Params& params) {
  json::Writer w;
  w.object();
  for (const auto& [name, value] : params) w.member(name, value);
  return json::Document::parse(w.end_object().take());
}

base::Result<json::Document> parse_object(std::string_view text) {
  auto document = json::Document::parse(text, kLimits);
  if (!document || !document->root().is_object()) return invalid("what is signed is no JSON object");
  return document;
}

base::Result<json::Document> verify_parameters(const SignedSpec& spec, const Params& params, const Values& values) {
  auto text = signed_text(spec, params, values);
  if (!text) return text.error();
  std::string right;
  if (spec.method == Method::md5_concat) {
    right = crypto::md5(text->text);
  } else {
    auto key = key_of(spec, values);
    if (!key) return key.error();
    right = crypto::hmac_sha256(*key, text->text);
  }
  if (auto good = same(spec.encoding, last(params, spec.signature), right); !good) return good.error();
  return object_of(text->covered);
}

/// base64 with the line ends that Ruby's encode64 puts in.
base::Result<Params> read_payload(std::string_view payload) {
  std::string text{payload};
  std::erase(text, '\n');
  const auto form = base::base64_decode(text);
  if (!form) return invalid("the payload is no base64");
  return parse_signed_form(*form);
}

base::Result<json::Document> verify_payload(const SignedSpec& spec, const Params& params, const Values& values) {
  const auto payload = last(params, spec.payload);
  auto key = key_of(spec, values);
  if (!key) return key.error();
  if (auto good = same(spec.encoding, last(params, spec.signature), crypto::hmac_sha256(*key, payload)); !good) return good.error();
  auto pairs = read_payload(payload);
  if (!pairs) return pairs.error();
  return object_of(*pairs);
}

/// Facebook's: signature and payload in one parameter. The algorithm is ours to choose, not the payload's.
base::Result<json::Document> verify_signed_request(const SignedSpec& spec, const Params& params, const Values& values) {
  const auto text = last(params, spec.payload);
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return bad_callback("Missing signature");
  const auto payload = text.substr(dot + 1);
  auto key = key_of(spec, values);
  if (!key) return key.error();
  if (auto good = same(spec.encoding, text.substr(0, dot), crypto::hmac_sha256(*key, payload)); !good) return good.error();
  const auto bytes = base::base64url_decode(payload);
  if (!bytes) return invalid("the payload is no base64url");
  auto document = parse_object(*bytes);
  if (!document) return document;
  const auto algorithm = document->root()["algorithm"];
  if (algorithm.exists() && !base::equal_no_case(algorithm.string().value_or(""), "HMAC-SHA256"))
    return invalid("another algorithm is named");
  return document;
}

/// RFC 7515 with HS256 and nothing else. The secret is the provider's own, of whatever length (RFC 7518 3.2 asks for 32 bytes).
base::Result<json::Document> verify_jwt(const SignedSpec& spec, const Params& params, const Values& values) {
  const auto jws = token::parse_jws(last(params, spec.payload));
  if (!jws || jws->alg != crypto::Alg::HS256) return invalid("no JWT with HS256");
  auto key = key_of(spec, values);
  if (!key) return key.error();
  if (!crypto::equal(jws->signature, crypto::hmac_sha256(*key, jws->signed_part))) return invalid("it does not match");
  return parse_object(jws->payload);
}

base::Result<json::Document> verify_signature(const SignedSpec& spec, const Params& params, const Values& values) {
  switch (spec.method) {  // no default: -Wswitch finds the forgotten one
    case Method::none: return json::Document::parse("{}");
    case Method::hmac_sha256_pairs:
    case Method::md5_concat: return verify_parameters(spec, params, values);
    case Method::hmac_sha256_payload: return verify_payload(spec, params, values);
    case Method::signed_request: return verify_signed_request(spec, params, values);
    case Method::jwt_hs256: return verify_jwt(spec, params, values);
  }
  return base::Error{base::Code::internal, "signed: no such method"};
}

/// A number, or the text of one (parameters are text).
std::optional<double> seconds(json::Value value) {
  if (const auto number = value.number()) return number;
  const auto whole = base::parse_int(value.string().value_or(""));
  return whole ? std::optional{static_cast<double>(*whole)} : std::nullopt;
}

/// A signed callback is a key to the account for whoever gets hold of it: it must not be one for ever.
base::Status in_time(const SignedSpec& spec, json::Value said, base::Time now_) {
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  const auto oldest = now - static_cast<double>(spec.max_age.count());
  if (!spec.time.empty()) {
    const auto made = seconds(said[spec.time]);
    if (!made || *made > now + kAhead) return bad_callback("Invalid " + spec.time);
    if (*made < oldest) return bad_callback("The login data is outdated", "signed: " + spec.time + " is too old");
  }
  if (!spec.expires.empty()) {
    const auto until = seconds(said[spec.expires]);
    if (!until || *until <= now) return bad_callback("The login data has expired", "signed: " + spec.expires + " is over, or missing");
  }
  if (spec.method != Method::jwt_hs256) return base::ok;
  for (const auto* name : {"iat", "nbf"}) {  // RFC 7519 4.1.5, 4.1.6
    const auto claim = said[name];
    if (claim.exists() && claim.number().value_or(now + 2 * kAhead) > now + kAhead) return bad_callback("The login data is not yet valid");
  }
  return base::ok;
}

}  // namespace

base::Result<Params> unpacked(const SignedSpec& spec, const Params& params, const Values& values) {
  if (!spec.unpack) return params;
  const auto text = last(params, spec.unpack->param.evaluate(values).value_or(""));
  if (text.empty() && !spec.unpack->needed) return params;
  if (text.empty()) return bad_callback("Missing signature", "signed: the parameter that holds the others is missing");
  if (!spec.unpack->json) return parse_signed_form(text);
  const auto bytes = base::base64url_decode(text.substr(0, text.find_last_not_of('=') + 1));
  if (!bytes) return invalid("what is packed is no base64url");
  auto document = parse_object(*bytes);
  if (!document) return document.error();
  Params out;
  for (const auto& [name, value] : document->root().members()) {
    if (value.is_null()) continue;
    auto inner = value.text();
    if (!inner) return invalid("a packed value is no text");
    out.emplace_back(name, std::move(*inner));
  }
  return out;
}

base::Result<json::Document> verify_callback(const SignedSpec& spec, const Params& params, std::string_view state, const Values& values,
                                             base::Time now) {
  auto document = verify_signature(spec, params, values);
  if (!document) return document;
  if (auto good = in_time(spec, document->root(), now); !good) return good.error();
  if (!spec.nonce.empty() && !crypto::equal(document->root()[spec.nonce].string().value_or(""), state)) {
    return bad_callback("The answer belongs to another login", "signed: " + spec.nonce + " is not this flow's");
  }
  return document;
}

base::Result<Params> sign_request(const SignedSpec& spec, const Values& values) {
  std::string form;
  for (const auto& [name, value] : spec.request) {
    if (const auto text = value.evaluate(values); text && !text->empty()) append_form(form, name, *text);
  }
  auto key = key_of(spec, values);
  if (!key) return key.error();
  auto payload = base::base64(form);
  auto signature = encoded(spec.encoding, crypto::hmac_sha256(*key, payload));
  return Params{{spec.payload, std::move(payload)}, {spec.signature, std::move(signature)}};
}

std::string claimed_state(const SignedSpec& spec, const Params& params) {
  if (spec.nonce.empty() || spec.method != Method::hmac_sha256_payload) return {};
  const auto pairs = read_payload(last(params, spec.payload));
  return pairs ? std::string{last(*pairs, spec.nonce)} : std::string{};
}

}  // namespace providers
