// provider.h: the built-in demo provider, for trying latchstring out without an account anywhere. A small but strict OpenID provider
// (OpenID Connect Core 1.0 3.1, Discovery 1.0, RFC 7636, RFC 9207) that asks for no password: it is refused unless everything is on
// loopback. It keeps nothing: codes and access tokens are sealed under the master key, so that every worker can redeem what another one
// issued. For the same reason a code is not single-use, only short-lived and bound to its PKCE challenge.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/keys.h"
#include "demo/people.h"
#include "http/request.h"
#include "http/response.h"
#include "token/master.h"

namespace demo {

/// Public client (no secret): PKCE is required instead.
inline constexpr std::string_view client_id = "latchstring-demo";

struct Options {
  std::string issuer;                      // public_url + "/demo"
  std::vector<std::string> redirect_uris;  // the configuration's: the only places that codes are sent to
};

class Provider {
  Options options_;
  crypto::SignKey key_;
  const token::Master& master_;
  const base::Clock& clock_;
  base::Random& random_;

  /// An authorization request whose client and redirect_uri are right; everything else may still be wrong.
  struct Authorization {
    std::string redirect_uri, state, nonce, challenge;
    std::string error, why;  // to be sent back; "" = none
  };
  /// What a code stands for.
  struct Grant {
    Person who;
    std::string redirect_uri, nonce, challenge;
    base::Time signed_in{};
  };

  // authorize.cc: the front channel
  http::Response authorize(const http::Request& request) const;
  base::Result<Authorization> read_authorization(std::string_view query) const;
  http::Response send_back(const Authorization& asked, std::string_view name, std::string_view value, std::string_view why) const;
  std::string make_code(const Authorization& asked, const Person& who) const;
  // redeem.cc: the back channel
  http::Response token(const http::Request& request) const;
  http::Response userinfo(const http::Request& request) const;
  base::Result<Grant> open_code(std::string_view code) const;
  base::Result<std::string> id_token(const Grant& grant, std::string_view access) const;

  http::Response discovery() const;
  http::Response jwks() const;

 public:
  /// `key` is ES256 and the same in all workers. References outlive the provider. Any thread may call.
  Provider(Options options, crypto::SignKey key, const token::Master& master, const base::Clock& clock, base::Random& random)
      : options_(std::move(options)), key_(std::move(key)), master_(master), clock_(clock), random_(random) {}
  /// Answers a request whose path (below the mount) begins with "/demo/".
  http::Response handle(const http::Request& request) const;
};

}  // namespace demo
