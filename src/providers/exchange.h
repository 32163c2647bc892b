// exchange.h: the back channel of a login: the code against tokens (RFC 6749 4.1.3), and the tokens against what is known of the user.
#pragma once
#include <deque>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

/// What a login has gathered so far. `values` points into the documents and strings beside it, so it stays where it was made.
struct Login {
  Provider& provider;
  const Finish& finish;
  World& world;
  Values values;
  Variables variables;              // access_token
  std::deque<json::Document> kept;  // deque: values point into them
  bool private_addresses = true;    // for the userinfo address of a metadata document

  Login(Provider& p, const Finish& f, World& w);
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;
  /// Value of a callback parameter; "" if absent.
  std::string_view param(std::string_view name) const noexcept;
  json::Value keep(json::Document document);
};

struct TokenEndpoint {
  std::string url;
  ClientAuth client_auth = ClientAuth::post;
  std::string audience;  // of a private_key_jwt
  bool private_addresses = true;
  /// As in the authorization request: a code_verifier without a code_challenge is refused (RFC 9700 4.8.2).
  bool pkce = true;
};

/// Redeems the code; values.token and the variable access_token are there afterwards.
base::Status redeem(Login& login, const TokenEndpoint& endpoint);

/// Asks `requests` in order; values.user has an answer (or a missing value) for each afterwards. With `sub`, answers must name the same
/// one (OIDC Core 5.3.2).
base::Status ask_user(Login& login, const std::vector<UserRequest>& requests, const std::string* sub);

}  // namespace providers
