// authorize_url.h: the address that the browser is sent to, and the two values of a flow that are derived instead of stored.
#pragma once
#include <string>
#include <string_view>

#include "providers/broker.h"
#include "providers/spec.h"

namespace providers {

/// The parts that are the same for every login; what changes goes in between. Parameters stand in djoser's order (wire.md 4):
/// client_id, redirect_uri, state, response_type, [the file's own,] code_challenge_method, code_challenge, nonce, scope.
struct AuthorizeUrl {
  std::size_t endpoint = 0;  // so much of `head` is the endpoint's own
  std::string head, before_state = "&state=", middle, tail;
  bool redirect_uri = true, pkce = false, nonce = false;
};
/// `values` holds the request's own parameters where the file reads them (r:).
AuthorizeUrl make_authorize_url(const Spec& spec, const Values& values, std::string_view endpoint, bool pkce);
std::string authorization_url(const AuthorizeUrl& url, const Start& start);

/// The same, made anew where the request itself has a say in it (r: in the file, `pass`), else from `ready`. `endpoint` and `ready` are the
/// metadata's where the file has no authorize.url. Code::bad_request if the request lacks what the file needs (a shop's name).
struct Authorization {
  std::string url;
  std::size_t endpoint = 0;  // so much of it is the endpoint's own, without our parameters
};
base::Result<Authorization> authorization_url(const Spec& spec, const AuthorizeUrl& ready, std::string_view endpoint, const Start& start);

/// redirect_uri itself, with the state in its query, and the nonce for a widget that takes one.
std::string widget_url(const Start& start, bool nonce);

/// OIDC Core 3.1.2.1: base64url(HMAC-SHA-256(seed, "nonce")): 43 characters that nobody without the flow's seed can know.
std::string nonce_of(std::string_view seed);
/// RFC 7636 4.1, made in the same way: 256 bits, 43 characters.
std::string code_verifier_of(std::string_view seed);

}  // namespace providers
