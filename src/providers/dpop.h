// dpop.h: proofs that we hold the key that an access token is bound to (RFC 9449), and the nonces that servers want to see in them.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/keys.h"
#include "net/client.h"

namespace providers {

/// The last nonce of each server, by origin (RFC 9449 8: those of authorization server and resource server differ). Thread safe.
class DpopNonces {
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> nonces_;

 public:
  std::string of(std::string_view url) const;  // "" = none yet
  /// Takes the one that an answer holds, if it is fit to be one. True if it is another than `used`.
  bool learn(std::string_view url, const net::Response& response, std::string_view used);
};

/// Does this answer say that the proof wants a nonce? Of a token endpoint (RFC 9449 8) or of a resource (9).
bool wants_nonce(const net::Response& response);

struct Proof {
  std::string_view method, url;          // of the request; the URL's query is left out (RFC 9449 4.2)
  std::string_view nonce, access_token;  // "" = none
};
/// The value of the header DPoP.
base::Result<std::string> make_proof(const crypto::SignKey& key, crypto::Alg alg, const Proof& of, const base::Clock& clock,
                                     base::Random& random);

}  // namespace providers
