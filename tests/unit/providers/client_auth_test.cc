// How the client proves who it is where the stanza does not say: of what the provider lists and the stanza has.
#include "providers/client_auth.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using providers::ClientAuth;

struct Row {
  const char* why;
  bool secret, key, certificate;
  std::vector<std::string> listed;
  ClientAuth outcome;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const Row rows[] = {
    {"a secret, no list", true, false, false, {}, ClientAuth::basic},
    {"a secret, and the provider knows better", true, false, false, {"private_key_jwt", "client_secret_basic"}, ClientAuth::basic},
    {"a key, no list", false, true, false, {}, ClientAuth::private_key_jwt},
    {"a certificate, no list", false, false, true, {}, ClientAuth::tls},
    {"a key that is listed goes before a secret (RFC 9700 2.5)",
     true,
     true,
     false,
     {"client_secret_basic", "private_key_jwt"},
     ClientAuth::private_key_jwt},
    {"a key with another use, as far as the list tells", true, true, false, {"client_secret_basic"}, ClientAuth::basic},
    {"a key with another use, for all we know", true, true, false, {}, ClientAuth::basic},
    {"a certificate by an authority", true, false, true, {"tls_client_auth"}, ClientAuth::tls},
    {"a certificate of our own making", false, false, true, {"self_signed_tls_client_auth"}, ClientAuth::tls},
    {"key and certificate, the key is listed", false, true, true, {"private_key_jwt", "tls_client_auth"}, ClientAuth::private_key_jwt},
    {"key and certificate, the certificate is listed", false, true, true, {"tls_client_auth"}, ClientAuth::tls},
    {"key and certificate, neither is", false, true, true, {"client_secret_basic"}, ClientAuth::private_key_jwt},
    {"nothing at all", false, false, false, {"private_key_jwt"}, ClientAuth::basic},
    {"names are compared whole", true, true, false, {"private_key_jwt2", "x_private_key_jwt"}, ClientAuth::basic},
};

struct Alg {
  const char* why;
  crypto::Kind kind;
  std::vector<crypto::Alg> listed;
  const char* outcome;
};
std::ostream& operator<<(std::ostream& os, const Alg& row) { return os << row.why; }
const Alg algs[] = {
    {"RSA, no list", crypto::Kind::rsa, {}, "RS256"},
    {"RSA, FAPI 2.0 5.4.1", crypto::Kind::rsa, {crypto::Alg::PS256, crypto::Alg::ES256}, "PS256"},
    {"RSA, both", crypto::Kind::rsa, {crypto::Alg::PS256, crypto::Alg::RS256}, "RS256"},
    {"P-256", crypto::Kind::p256, {crypto::Alg::PS256, crypto::Alg::ES256}, "ES256"},
    {"Ed25519", crypto::Kind::ed25519, {}, "EdDSA"},
    {"none that fits", crypto::Kind::p256, {crypto::Alg::PS256}, "internal"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_client_auth)

BOOST_DATA_TEST_CASE(the_strongest_of_what_both_have, boost::unit_test::data::make(rows), row) {
  providers::Spec spec;
  if (row.secret) spec.client_secret = base::Secret{"secret"};
  if (row.key) spec.private_key = base::Secret{"key"};
  if (row.certificate) spec.certificate = std::make_shared<const net::ClientCertificate>();
  BOOST_TEST((providers::automatic_auth(spec, row.listed, ClientAuth::basic) == row.outcome));
}

BOOST_DATA_TEST_CASE(a_key_signs_what_the_provider_takes, boost::unit_test::data::make(algs), row) {
  providers::Provider provider;
  provider.key = *crypto::SignKey::generate(row.kind);
  const auto alg = providers::signing_alg(provider, row.listed);
  BOOST_TEST((alg ? crypto::name_of(*alg) : base::name_of(alg.error().code)) == row.outcome);
  provider.spec.private_key_alg = crypto::Alg::PS512;  // the operator knows best
  BOOST_TEST((*providers::signing_alg(provider, row.listed) == crypto::Alg::PS512));
}

BOOST_AUTO_TEST_CASE(without_a_key_nothing_is_signed) {
  const providers::Provider provider;
  BOOST_TEST(!providers::signing_alg(provider, {}));
}

BOOST_AUTO_TEST_SUITE_END()
