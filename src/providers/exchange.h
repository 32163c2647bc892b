// exchange.h: the back channel of a login: the code against tokens (RFC 6749 4.1.3), and the tokens against what is known of the user.
#pragma once
#include <deque>
#include <functional>
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
  Variables variables;              // code, redirect_uri, access_token
  std::deque<json::Document> kept;  // deque: values point into them
  ProviderTokens tokens;            // as they came, but for the id_token
  bool bound = false;               // at_hash of the id_token ties the access token to it (OIDC Core 3.1.3.8)
  bool private_addresses = true;    // for the userinfo address of a metadata document
  /// Called with each request to the user API when it is complete: OAuth 1.0a signs here.
  std::function<base::Status(net::Request&)> sign;
  /// Called with an answer of the user API that is a JWT (application/jwt); where it is not set, such an answer is none.
  std::function<base::Result<json::Document>(std::string_view)> open_jwt;

  Login(Provider& p, const Finish& f, World& w);
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;
  /// Value of a callback parameter; "" if absent.
  std::string_view param(std::string_view name) const noexcept;
  json::Value keep(json::Document document);
};

/// Parameters as a JSON object of texts, for expressions to point into. One that holds a JSON object can be pointed into itself (Apple's
/// `user`); `without` are left out.
json::Document document_of(const Params& params, const std::vector<std::string_view>& without = {});

struct TokenEndpoint {
  std::string url;
  ClientAuth client_auth = ClientAuth::post;
  std::string audience;  // of a private_key_jwt
  bool private_addresses = true;
  /// As in the authorization request: a code_verifier without a code_challenge is refused (RFC 9700 4.8.2).
  bool pkce = true;
};

/// Redeems the code; values.token, login.tokens and the variable access_token are there afterwards.
base::Status redeem(Login& login, const TokenEndpoint& endpoint);

/// A request to it: `form` is the grant, to which the client's proof is added, under the names and in the encoding that the file has. For a
/// code come the file's own parameters besides, and what it omits is left out.
enum class Grant { code, refresh };
base::Result<net::Request> token_request(Provider& provider, const Values& values, World& world, const TokenEndpoint& endpoint, Params form,
                                         Grant grant);
/// RFC 6749 5.1: the tokens in an answer; `values.token` is the answer.
base::Result<ProviderTokens> tokens_in(const Spec& spec, const Values& values);

/// Asks `requests` in order; values.user has an answer (or a missing value) for each afterwards. With `sub`, answers must name the same
/// one (OIDC Core 5.3.2).
base::Status ask_user(Login& login, const std::vector<UserRequest>& requests, const std::string* sub);

// ---- request_parts.cc: what requests to a provider are made of --------------------------------------------------------------
/// The parameters of `from` that have a value.
Params evaluated(const Parameters& from, const Values& values);
std::vector<net::Header> headers_of(const Parameters& from, const Values& values);
/// Unless it is there already.
void add_header(std::vector<net::Header>& headers, std::string_view name, std::string_view value);
std::string form_of(const Params& params);
void append_to_query(std::string& url, const Params& params);
/// Into the body, as application/x-www-form-urlencoded.
void set_form(net::Request& request, const Params& params);
/// Hex MD5 over the sorted parameters, as `sign` says.
std::string signature_of(const ParameterSignature& sign, Params params, const Values& values);
/// An error that a provider tells with status 200: `error` (RFC 6749 5.2, or an object with a message), or what the file calls one.
std::optional<base::Error> told_failure(const Spec& spec, const Values& values, json::Value answer);

}  // namespace providers
