// spec_client.cc: what a stanza has for proving who we are: a private key, a certificate for mutual TLS; and whether it has what the rest
// of it asks for.
#include <algorithm>

#include "config/files.h"
#include "crypto/certificate.h"
#include "providers/engine.h"
#include "providers/spec_check.h"
#include "providers/spec_read.h"

namespace providers {
namespace {

/// Under `name`, or in the file that `name`_file names.
base::Secret read_pem(Table& table, const std::string& name) {
  const auto in_file = name + "_file";
  base::Secret inline_text{table.text(name)};
  const auto file = table.text(in_file);
  if (file.empty()) return inline_text;
  if (!inline_text.empty()) table.wrong(table.get(in_file), in_file, "stands beside " + name + ": keep one of the two");
  auto text = config::read_file(file);
  if (text) return std::move(*text);
  table.wrong(table.get(in_file), in_file, text.error().say);
  return {};
}

/// Both halves of the certificate, and that they belong together: else the first login would find out.
void check_certificate(const net::ClientCertificate& own, const ClientWrong& wrong) {
  if (own.certificate.empty()) return wrong("client_certificate_file", "is missing: the certificate (PEM) that client_key_file belongs to");
  if (own.key.empty()) return wrong("client_key_file", "is missing: the key (PEM) of client_certificate_file");
  const auto key = crypto::SignKey::from_pem(own.key);
  if (!key) return wrong("client_key_file", "no private key (PEM, without a password) that can be read");
  const auto read = crypto::read_certificate(own.certificate.reveal());
  if (!read) return wrong("client_certificate_file", read.error().detail);
  if (!crypto::belongs(*read, *key)) wrong("client_key_file", "is not the key of client_certificate_file");
}

void check_private_key(const Spec& spec, const ClientWrong& wrong) {
  struct Use {
    bool asked;
    const char* what;
  };
  const Use uses[] = {{spec.client_auth == ClientAuth::private_key_jwt, "client_auth = \"private_key_jwt\" signs with"},
                      {spec.authorize.signed_request, "signed_request = true signs with"},
                      {spec.token.dpop, "dpop = true binds access tokens to"}};
  if (spec.private_key.empty()) {
    for (const auto& use : uses) {
      if (use.asked) return wrong("private_key_file", "is missing: the key (PEM) that " + std::string{use.what});
    }
    if (spec.private_key_alg) wrong("private_key_alg", "there is no private_key_file that it could be of");
    return;
  }
  const auto key = crypto::SignKey::from_pem(spec.private_key);
  if (key && spec.private_key_alg && !crypto::fits(*spec.private_key_alg, key->kind()))
    wrong("private_key_alg", std::string{crypto::name_of(*spec.private_key_alg)} + " is not for a key of this kind");
}

/// What the protocol must know for it: addresses, whose signature is to be believed.
void check_request(const Spec& spec, const ClientWrong& wrong) {
  const auto& authorize = spec.authorize;
  if (authorize.pushed && !spec.id_tokens) wrong("authorize.pushed", "want the address: this protocol has no metadata that tells it");
  if (authorize.response_mode.empty()) return;
  if (!spec.id_tokens) wrong("authorize.response_mode", "only with an OpenID provider, whose keys are known");
  const auto is_mode = [](const auto& name) { return name == "response_mode"; };
  const bool again = std::any_of(authorize.params.begin(), authorize.params.end(), [&](const Parameter& p) { return is_mode(p.name); }) ||
                     std::any_of(authorize.pass.begin(), authorize.pass.end(), is_mode);
  if (again) wrong("authorize.response_mode", "stands in params or pass too: keep one");
}

}  // namespace

void read_client_keys(Table& table, Spec& spec) {
  spec.private_key = read_pem(table, "private_key");
  if (const auto name = table.text("private_key_alg"); !name.empty()) {
    spec.private_key_alg = crypto::alg_from(name);
    if (!spec.private_key_alg) table.wrong(table.get("private_key_alg"), "private_key_alg", "\"" + name + "\" is no signature algorithm");
  }
  auto certificate = read_pem(table, "client_certificate"), key = read_pem(table, "client_key");
  if (certificate.empty() && key.empty()) return;
  spec.certificate = std::make_shared<const net::ClientCertificate>(net::ClientCertificate{std::move(certificate), std::move(key)});
}

void check_client(const Spec& spec, const ClientWrong& wrong) {
  check_private_key(spec, wrong);
  if (spec.certificate) check_certificate(*spec.certificate, wrong);
  if (spec.client_auth == ClientAuth::tls && !spec.certificate)
    wrong("client_certificate_file", "is missing: the certificate (PEM) that client_auth = \"tls_client_auth\" shows");
  check_request(spec, wrong);
  // Of the OAuth 2.0 family: elsewhere a key has another use.
  const bool oauth2 = find_engine(spec.protocol)->refreshes_at != nullptr;
  const bool unsaid = oauth2 && spec.client_auth == ClientAuth::automatic && (!spec.private_key.empty() || spec.certificate);
  constexpr ClientAuth kWithout[] = {ClientAuth::none, ClientAuth::assertion, ClientAuth::private_key_jwt, ClientAuth::tls};
  const bool needs_secret = !unsaid && std::find(std::begin(kWithout), std::end(kWithout), spec.client_auth) == std::end(kWithout);
  if (needs_secret && spec.client_secret.empty())
    wrong("client_secret", "is missing (client_secret or client_secret_file; client_auth = \"none\" for a public client)");
}

}  // namespace providers
