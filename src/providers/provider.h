// provider.h: an enabled provider: its spec, what is computed from it once, and what is remembered of its documents. One object per
// provider and process, shared by all request threads; everything is const after open() but the members that lock for themselves.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/keys.h"
#include "providers/discovery.h"
#include "providers/dpop.h"
#include "providers/openid2_association.h"
#include "providers/openid2_discovery.h"
#include "providers/remote.h"
#include "providers/spec.h"
#include "token/jws.h"

namespace providers {

/// A JWT that stands for a client secret until shortly before it expires.
struct MintedSecret {
  std::mutex mutex;
  std::string jwt;
  base::Time expires{};
};

struct Provider {
  std::string name;
  std::string pages;  // where our own pages for it are: public_url/o/NAME
  Spec spec;
  std::string client_id;
  std::string issuer;                     // "" = none, one per tenant, or learned from the metadata
  std::optional<crypto::SignKey> key;     // private_key_jwt, request objects, DPoP, signed_secret
  std::optional<AuthorizeUrl> authorize;  // if the file says where it is; else it is in the metadata
  std::string pushed_url;                 // "" = as the metadata says
  std::string token_url, keys_url;        // "" = in the metadata, or not known before the callback (token_address)
  std::string event_keys_url;             // of what it sends about accounts; "" = keys_url

  std::unique_ptr<const Spec> app_spec;  // what is believed of an app's id_token, where the protocol here has none
  std::string app_keys_url;
  Remote<std::vector<token::Jwk>> app_keys;

  Remote<Metadata> metadata;
  Remote<std::vector<token::Jwk>> keys, event_keys;
  MintedSecret minted;
  DpopNonces nonces;
  struct {
    Remote<openid2::Discovered> op;  // of a provider whose identifier is the same for everybody
    openid2::Associations associations;
  } openid2;

  /// Where the code is redeemed; "" = in the metadata. It may depend on the callback (c:), guarded by label, host or url.
  std::string token_address(const Values& login) const;
  /// The issuer of its identities, where they have one and the same that needs no document.
  std::string own_issuer() const { return issuer.empty() ? name : issuer; }
  Values values() const { return spec.values(); }
  std::string variable(const std::string& variable_name) const {
    const auto it = spec.variables.find(variable_name);
    return it == spec.variables.end() ? std::string{} : it->second;
  }
};

/// Computes what the spec implies. Error.say: one line for the operator.
base::Result<std::unique_ptr<Provider>> make_provider(std::string name, Spec spec);

}  // namespace providers
