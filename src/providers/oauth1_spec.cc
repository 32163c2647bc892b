#include "base/url.h"
#include "providers/oauth1.h"
#include "providers/spec_read.h"

namespace providers::oauth1 {
namespace {

constexpr Method kMethods[] = {Method::hmac_sha1, Method::hmac_sha256, Method::rsa_sha1, Method::rsa_sha256, Method::plaintext};

Method read_method(Table& table) {
  std::vector<std::string> names;
  for (const auto method : kMethods) names.emplace_back(name_of(method));
  const auto wanted = table.one_of("signature", names);
  for (const auto method : kMethods) {
    if (wanted == name_of(method)) return method;
  }
  return Method::hmac_sha1;
}

/// RFC 5849 2.1 and 2.3 know POST; many providers document GET.
std::string read_verb(Table& table) { return table.one_of("method", {"POST", "GET"}) == "GET" ? "GET" : "POST"; }

bool may_return_to(const std::string& address) {
  const auto url = base::parse_url(address);
  return url && base::is_secure_or_loopback(*url) && !url->has_fragment && !url->has_userinfo;
}

/// RFC 5849 3.4.4: PLAINTEXT shows the secret to whoever listens, also on this machine.
bool all_https(const Spec& spec) {
  const auto values = spec.values();
  const auto secure = [&](const std::optional<Expression>& url) { return !url || url->fixed_part(values).starts_with("https://"); };
  const auto& own = tables_of(spec);
  bool all = secure(own.request_token.url) && secure(spec.token.url) && secure(own.identity.url);
  if (!spec.user) return all;
  for (const auto& request : *spec.user) all = all && secure(request.url);
  return all;
}

}  // namespace

void read(Table& table, Spec& spec) {
  auto tables = std::make_shared<Tables>();
  auto own = table.table("oauth1");
  tables->method = read_method(own);
  tables->denied_status = own.integer("denied_status").value_or(0);
  own.done();
  auto request = table.table("request_token");
  auto& token = tables->request_token;
  token.url = read_template(request, "url");
  token.callback = read_template(request, "callback");
  token.method = read_verb(request);
  token.unconfirmed = request.text("unconfirmed");
  token.params = read_parameters(request.table("params"));
  request.done();
  auto identity = table.table("identity");
  tables->identity = {read_template(identity, "url"), read_template(identity, "issuer"), read_verb(identity)};
  identity.done();
  // Such a client has its key in the place of a secret; an identity would be signed with a secret still.
  if (uses_key(tables->method) && !tables->identity.url) spec.client_auth = ClientAuth::none;
  for (const auto& [key, url] : {std::pair{"request_token.url", &token.url}, {"identity.url", &tables->identity.url}}) {
    if (*url) spec.own_addresses.emplace_back(key, **url);
  }
  if (token.callback) spec.own_texts.emplace_back("request_token.callback", *token.callback);
  if (tables->identity.issuer) spec.own_texts.emplace_back("identity.issuer", *tables->identity.issuer);
  for (const auto& [name, value] : token.params) spec.own_texts.emplace_back("request_token.params", value);
  spec.own = std::move(tables);
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  const auto& own = tables_of(spec);
  if (!spec.authorize.url) wrong("authorize.url", "is missing: where the browser is sent");
  if (!spec.token.url) wrong("token.url", "is missing: where the request token becomes an access token");
  if (!own.request_token.url) wrong("request_token.url", "is missing: where a login begins");
  if (own.identity.url && !own.identity.issuer) wrong("identity.issuer", "is missing: who signs the identity");
  if (!complete) return;
  const auto callback = own.request_token.callback ? own.request_token.callback->evaluate(spec.values()).value_or("") : std::string{};
  if (!callback.empty() && callback != kOutOfBand && !may_return_to(callback))
    wrong("request_token.callback", "\"" + callback + "\" is neither \"oob\" nor an https URL");
  if (uses_key(own.method) && spec.private_key.empty())
    wrong("private_key_file", "is missing: the key (PEM) that signature = \"" + std::string{name_of(own.method)} + "\" signs with");
  if (own.method == Method::plaintext && !all_https(spec)) wrong("oauth1.signature", "PLAINTEXT needs https everywhere");
}

}  // namespace providers::oauth1
