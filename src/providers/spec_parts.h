// spec_parts.h: the pieces that a provider's file is made of (spec.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "providers/expression.h"

namespace providers {

/// How the client proves who it is at the token endpoint. automatic: as the provider's metadata says, else basic (OIDC) or post (OAuth 2).
/// tls: the certificate of the handshake (RFC 8705 2), by an authority or of our own making: the request is the same.
/// both: in the form and in the header. signed_secret: a JWT in the place of client_secret (Apple). assertion: a JWT that the operator was
/// given (`client_assertion`), used where there is no client_secret.
enum class ClientAuth { automatic, post, basic, both, none, private_key_jwt, tls, signed_secret, assertion };

/// `value` is a template; the parameter is left out where it gives nothing.
struct Parameter {
  std::string name;
  Expression value;
};
using Parameters = std::vector<Parameter>;

/// A variable of a provider's file that its stanza may set. `otherwise`: key `default`.
struct Setting {
  std::optional<std::string> otherwise;
  bool required = false;
  bool secret = false;  // never to be shown, nor sent through a browser
  std::string help;
};

/// Whether the service still exists, as far as we know. Its file stays in any case: a server of one's own may still speak it.
struct ServiceStatus {
  enum class Is { alive, unsure, dead, unproven, refused };  // refused: cannot be enabled, `why` says what to do instead
  Is is = Is::alive;
  std::string at, why;  // "2026-11"; one sentence
};

/// How the body of an answer is to be read. either: JSON if it begins like JSON, else a form. none: the status alone counts.
enum class AnswerKind { json, form, either, jsonp, xml, none };

/// A signature over the parameters of a request: hex MD5 of the sorted name=value pairs, without anything between them, and the secret.
struct ParameterSignature {
  std::string param;              // where it goes
  Expression secret;              // a template
  std::vector<std::string> omit;  // parameters that it leaves out
  std::string equals = "=";       // between a name and its value
};

/// One request for user data, [[user]].
struct UserRequest {
  Expression url;
  std::string method = "GET";
  Parameters params, form, headers;  // in the query; in the body; headers
  std::optional<ParameterSignature> sign;
  AnswerKind answer = AnswerKind::json;
  std::optional<Expression> when;  // asked only if this gives a value
  bool unless = false;             // asked only if it gives none
  bool optional = false;           // a failure is as good as an empty answer
  std::int64_t gate = 0;           // not 0: the answer's status must be this one, its body is not read
  bool same_sub = true;            // OIDC: the answer's `sub` must be the id_token's
};

/// A condition on who may sign in, [[require]]: `value`, or one element of it where it is a list, must be one of `one_of`.
struct Requirement {
  Expression value;
  std::vector<std::string> one_of;  // empty: the operator asks for nothing
  bool ignore_case = false;
};

/// An endpoint for the life after a login: refresh, revoke. A refresh is that of RFC 6749 6, to which `params` are added; with a grant_type
/// among them they are all of it.
struct LaterEndpoint {
  std::optional<Expression> url;
  std::string method = "POST";
  Parameters params, headers;
  std::optional<Expression> refused;  // refresh: gives a value where an answer says that the grant is gone, in words of its own (t:)
};

/// id_tokens that apps are given by a provider whose protocol here has none: [native_id_token].
struct NativeIdToken {
  std::string issuer;
  std::vector<std::string> other_issuers;
  std::optional<Expression> keys;  // URL of the key set
  std::vector<crypto::Alg> algs;
};

/// How a provider tells whom an access token was issued to, [access_token_proof]. What it answers is i:.
struct AccessTokenProof {
  std::optional<Expression> url;
  std::string method = "GET";
  Parameters params, form, json, headers;  // in the query; in the body, in one of two ways; headers
  ClientAuth client_auth = ClientAuth::none;
  std::optional<Expression> audience;  // the client; one of ours or the token is refused
  std::optional<Expression> subject;   // the user; who then is told by [[user]] must be the same
  std::optional<Expression> valid;     // where it is there: "true", or the token is refused
  std::optional<Expression> expires;   // seconds since 1970; "0" = never
  std::optional<Expression> uid;       // map.uid, whatever the operator chose for it: what `subject` is compared with
};

}  // namespace providers
