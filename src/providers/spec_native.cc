// spec_native.cc: what a file says of tokens that a phone app brings along: which clients are ours, whose id_tokens are believed, and how
// the audience of an access token is proven.
#include <algorithm>

#include "providers/spec_read.h"

namespace providers {
namespace {

void read_native_id_token(Table table, NativeIdToken& to, bool protocol_has_some) {
  to.issuer = table.text("issuer");
  to.other_issuers = table.list("other_issuers");
  to.keys = read_template(table, "keys");
  to.algs = read_algs(table);
  table.done();
  if (to.issuer.empty() && !to.keys) return;
  if (protocol_has_some) return table.wrong(nullptr, "", "this protocol has id_tokens: issuer and [id_token] say which");
  if (to.issuer.empty()) table.wrong(nullptr, "issuer", "is missing: who signs them, such as \"https://accounts.example.com\"");
  if (!to.keys) table.wrong(nullptr, "keys", "is missing: the address of the key set");
  // RFC 8725 3.1: pinned, and never an HMAC, whose key every app of the provider would have to hold.
  const auto shared = [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); };
  if (to.algs.empty() || std::any_of(to.algs.begin(), to.algs.end(), shared))
    table.wrong(table.get("algs"), "algs", "want the asymmetric algorithms that the provider signs with");
}

void read_access_token_proof(Table table, AccessTokenProof& to, bool asks_for_user, bool openid) {
  to.url = read_template(table, "url");
  if (table.one_of("method", {"GET", "POST"}) == "POST") to.method = "POST";
  to.params = read_parameters(table.table("params"));
  to.form = read_parameters(table.table("form"));
  to.json = read_parameters(table.table("json"));
  to.headers = read_parameters(table.table("headers"));
  if (table.one_of("client_auth", {"none", "basic"}) == "basic") to.client_auth = ClientAuth::basic;
  to.audience = read_expression(table, "audience");
  to.subject = read_expression(table, "subject");
  to.valid = read_expression(table, "valid");
  to.expires = read_expression(table, "expires");
  table.done();
  const bool told = to.audience || to.subject || to.valid || to.expires || !to.params.empty() || !to.form.empty() || !to.json.empty();
  if (!to.url && told) table.wrong(nullptr, "url", "is missing: whom to ask");
  if (!to.url) return;
  if (!asks_for_user) table.wrong(nullptr, "", "needs [[user]]: a proof tells whom a token was issued to, not who the user is");
  if (!to.audience || !to.audience->reads("i"))
    table.wrong(nullptr, "audience", "is missing: where the answer (i:) names the client, which must be one of ours");
  if (openid && !to.subject) table.wrong(nullptr, "subject", "is missing: where the answer (i:) names the user");
  if (!to.form.empty() && !to.json.empty()) table.wrong(nullptr, "json", "one of form and json");
  if (to.method == "GET" && (!to.form.empty() || !to.json.empty())) table.wrong(nullptr, "method", "want POST where there is a body");
}

}  // namespace

void read_native(Table& table, Spec& spec) {
  auto& native = spec.native;
  native.enabled = table.boolean("native").value_or(true);
  native.client_ids = table.list("client_ids");
  native.nonce_required = table.one_of("native_nonce", {"required", "optional"}) == "required";
  read_native_id_token(table.table("native_id_token"), spec.native_id_token, spec.id_tokens);
  const bool asks = spec.user ? !spec.user->empty() : spec.id_tokens;  // OpenID: else the metadata's userinfo
  read_access_token_proof(table.table("access_token_proof"), spec.access_token_proof, asks, spec.id_tokens);
  spec.access_token_proof.uid = spec.map.uid;
}

}  // namespace providers
