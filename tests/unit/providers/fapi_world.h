// unit/providers/fapi_world.h: the OpenID provider of world.h, which also takes pushed and signed requests, DPoP and signed answers; and a
// client with a key of its own.
#pragma once
#include "base/url.h"
#include "unit/providers/world.h"

namespace world {

struct FapiWorld : OidcWorld {
  const crypto::SignKey own = *crypto::SignKey::generate(crypto::Kind::p256);
  std::string metadata = R"(,"id_token_signing_alg_values_supported":["ES256"],"authorization_signing_alg_values_supported":["ES256"],
      "token_endpoint_auth_methods_supported":["private_key_jwt"],"pushed_authorization_request_endpoint":"https://op.example/par")";
  std::string more;  // metadata besides
  std::string pushed = R"({"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":60})";
  int pushed_status = 201;

  /// `keys` of the stanza besides; `tables` behind them.
  std::string stanza(const std::string& keys = {}, const std::string& tables = {}) const {
    return "[providers.op]\nkind = \"oidc\"\nissuer = \"https://op.example\"\nclient_id = \"client\"\nprivate_key = '''" +
           std::string{own.pem().reveal()} + "'''\n" + keys + '\n' + tables;
  }
  void serve(const std::string& token_body) {
    cache.entries.clear();  // what it publishes may have changed
    op.metadata_more = metadata + more;
    op.serve(token_body);
    net.answer("https://op.example/par", pushed_status, pushed);
  }
  /// The URL, or "CODE TEXT | DETAIL".
  std::string begin(const std::string& with) {
    serve("{}");
    auto broker = open(with);
    if (!broker) return broker.error().say;
    auto begun = broker->begin("op", start());
    if (begun) return begun->authorization_url;
    return std::string{base::name_of(begun.error().code)} + ' ' + begun.error().say + " | " + begun.error().detail;
  }
};

/// The parameters of a form or of a URL's query.
inline providers::Params params_of(std::string_view text) {
  providers::Params out;
  if (const auto mark = text.find('?'); mark != std::string_view::npos) text.remove_prefix(mark + 1);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('&', at), text.size()), equals = text.find('=', at);
    out.emplace_back(base::percent_decode(text.substr(at, equals - at), true),
                     base::percent_decode(text.substr(equals + 1, end - equals - 1), true));
    at = end + 1;
  }
  return out;
}
/// "client_id request_uri": the names in their order.
inline std::string names_of(const providers::Params& params) {
  std::string out;
  for (const auto& [name, value] : params) out += (out.empty() ? "" : " ") + name;
  return out;
}

}  // namespace world
