#include "providers/signed_spec.h"

#include <algorithm>

#include "base/text.h"
#include "providers/spec_read.h"

namespace providers {
namespace {

using Method = SignedSpec::Method;

constexpr std::pair<const char*, Method> kMethods[] = {
    {"none", Method::none},
    {"hmac_sha256_pairs", Method::hmac_sha256_pairs},
    {"md5_concat", Method::md5_concat},
    {"hmac_sha256_payload", Method::hmac_sha256_payload},
    {"signed_request", Method::signed_request},
    {"jwt_hs256", Method::jwt_hs256},
};

Method read_method(Table& table) {
  std::vector<std::string> names;
  for (const auto& [name, method] : kMethods) names.emplace_back(name);
  const auto text = table.one_of("method", names);
  if (text.empty()) table.wrong(nullptr, "method", "is missing; allowed: " + base::join(names, ", "));
  for (const auto& [name, method] : kMethods) {
    if (name == text) return method;
  }
  return Method::none;
}

SignedSpec::Encoding read_encoding(Table& table, Method method) {
  const auto text = table.one_of("encoding", {"hex", "base64", "base64url"});
  if (text == "base64") return SignedSpec::Encoding::base64;
  if (text == "base64url" || (text.empty() && method == Method::signed_request)) return SignedSpec::Encoding::base64url;
  return SignedSpec::Encoding::hex;
}

SignedSpec::KeyDigest read_key_digest(Table& table) {
  const auto text = table.one_of("key_digest", {"none", "sha256", "web_app_data"});
  if (text == "sha256") return SignedSpec::KeyDigest::sha256;
  return text == "web_app_data" ? SignedSpec::KeyDigest::web_app_data : SignedSpec::KeyDigest::none;
}

std::optional<SignedSpec::Unpack> read_unpack(Table table) {
  SignedSpec::Unpack unpack;
  auto param = read_template(table, "param");
  unpack.json = table.one_of("as", {"form", "json"}) == "json";
  unpack.needed = table.boolean("needed").value_or(false);
  if (!param) table.wrong(nullptr, "param", "is missing: the parameter that holds the others");
  table.done();
  if (!param) return std::nullopt;
  unpack.param = std::move(*param);
  return unpack;
}

void read_text(Table& table, SignedSpec& spec) {
  spec.fields = table.list("fields");
  spec.omit = table.list("omit");
  spec.before = read_template(table, "before");
  spec.after = read_template(table, "after");
  spec.join = table.text("join");
  spec.named = table.boolean("named").value_or(spec.method == Method::hmac_sha256_pairs);
  spec.escape = table.boolean("escape").value_or(false);
}

void read_time(Table& table, SignedSpec& spec) {
  spec.time = table.text("time");
  spec.expires = table.text("expires", spec.method == Method::jwt_hs256 ? "exp" : "");  // a JWT without an end is none to sign in with
  const auto text = table.text("max_age", "1d");
  const auto age = base::parse_duration(text);
  if (!age) table.wrong(table.get("max_age"), "max_age", "want a span such as \"1d\" or \"10m\"");
  spec.max_age = age.value_or(std::chrono::hours{24});
}

/// What each method cannot do without, and what it would not look at.
void check_method(Table& table, const SignedSpec& spec) {
  const auto need = [&](bool there, const char* key, const char* why) {
    if (!there) table.wrong(nullptr, key, std::string{"is missing: "} + why);
  };
  const bool parameters = spec.method == Method::hmac_sha256_pairs || spec.method == Method::md5_concat;
  const bool payload =
      spec.method == Method::hmac_sha256_payload || spec.method == Method::signed_request || spec.method == Method::jwt_hs256;
  if (parameters || spec.method == Method::hmac_sha256_payload) need(!spec.signature.empty(), "signature", "the parameter that holds it");
  if (payload) need(!spec.payload.empty(), "payload", "the parameter that holds what is signed");
  if (payload || spec.method == Method::hmac_sha256_pairs) need(spec.key.has_value(), "key", "the secret, such as \"{client_secret}\"");
  if (spec.method == Method::md5_concat) {
    need(!spec.fields.empty(), "fields", "the parameters that are signed");
    need(spec.after.has_value(), "after", "the secret that the text ends with, such as \"{client_secret}\"");
  }
  if (spec.method == Method::none && (!spec.time.empty() || !spec.expires.empty() || !spec.nonce.empty() || spec.key)) {
    table.wrong(nullptr, "method", "nothing is signed: time, expires, nonce and key cannot be believed");
  }
  if (spec.kept.has_value() != spec.again.has_value()) table.wrong(nullptr, "kept", "kept and again belong together");
  if (spec.unproven && spec.method != Method::none) table.wrong(table.get("unproven"), "unproven", "is for method \"none\"");
}

}  // namespace

SignedSpec read_signed(Table table) {
  SignedSpec spec;
  spec.method = read_method(table);
  spec.signature = table.text("signature");
  spec.payload = table.text("payload");
  spec.key = read_template(table, "key");
  spec.key_digest = read_key_digest(table);
  spec.encoding = read_encoding(table, spec.method);
  read_text(table, spec);
  read_time(table, spec);
  spec.nonce = table.text("nonce");
  if (table.given("unpack")) spec.unpack = read_unpack(table.table("unpack"));
  spec.kept = read_expression(table, "kept");
  spec.again = read_expression(table, "again");
  for (auto& [name, value] : read_parameters(table.table("request"))) spec.request.emplace_back(std::move(name), std::move(value));
  spec.needs = table.list("needs");
  spec.access_token = read_expression(table, "access_token");
  spec.unproven = table.boolean("unproven").value_or(false);
  check_method(table, spec);
  table.done();
  return spec;
}

}  // namespace providers
