// discovery.h: an OpenID provider's metadata (OpenID Connect Discovery 1.0, RFC 8414) and key set. What they say is from outside: the
// issuer must be the configured one, byte for byte, and every address https.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/keys.h"
#include "providers/authorize_url.h"
#include "providers/spec.h"

namespace providers {

struct Metadata {
  std::string issuer, where;  // `where` the document was found: whose word its addresses are
  std::string authorize, token, userinfo, keys;
  std::vector<crypto::Alg> algs;  // those of id_token_signing_alg_values_supported that are asymmetric; RS256 where it is absent
  ClientAuth client_auth = ClientAuth::basic;       // of what the provider lists and the stanza has
  std::vector<crypto::Alg> client_algs, dpop_algs;  // what it takes from our key (RFC 8414 2, RFC 9449 5.1); empty = it does not say
  std::vector<crypto::Alg> request_algs;            // of request objects (OIDC Discovery 3)
  std::vector<crypto::Alg> response_algs;           // what it signs answers with (JARM 4): asymmetric; RS256 where it is absent
  std::string pushed;                               // pushed_authorization_request_endpoint (RFC 9126 5); "" = none
  bool pushed_only = false, signed_only = false;    // it takes no other requests (RFC 9126 5, RFC 9101 10.5)
  bool names_issuer = false;                        // authorization_response_iss_parameter_supported (RFC 9207 3)
  // What may follow a login; "" and false where it is not told. An address of these that is not fit is as good as none.
  std::string end_session, revocation;                                    // RP-Initiated Logout 1.0 2.1, RFC 8414 2
  bool backchannel_logout = false, backchannel_logout_session = false;    // Back-Channel Logout 1.0 2.1: it tells us; by `sid` too
  bool frontchannel_logout = false, frontchannel_logout_session = false;  // Front-Channel Logout 1.0 3
  AuthorizeUrl authorize_url;
};

/// Where the provider has other addresses for those who show a certificate, and we have one, they count (RFC 8705 5).
/// `issuer` as configured, `at` where the document was found. Error.say is for the operator (`latchstring check`).
base::Result<Metadata> parse_metadata(std::string_view body, const Spec& spec, std::string_view issuer, std::string_view at);

std::string metadata_url(std::string_view issuer);

/// May a URL that stands in a document of this issuer name a private address? Yes if the issuer is on this machine, or if it is the host
/// that the operator named anyway; else no (SSRF, CWE-918).
bool private_addresses_allowed(std::string_view url, std::string_view issuer);

struct Provider;

/// Metadata of a provider that has some. Code::upstream with a neutral `say` if it cannot be had.
base::Result<std::shared_ptr<const Metadata>> metadata_of(Provider& provider, World& world);

}  // namespace providers
