// spec.h: what a provider file (conf/providers/*.toml) and a [providers.NAME] stanza say, read and checked. Both have the same closed list
// of keys; the stanza is laid over the file. Everything that can be wrong is found here, at start, and told with file and line.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "config/node.h"
#include "crypto/keys.h"
#include "providers/expression.h"

namespace providers {

/// How the client proves who it is at the token endpoint. automatic: as the provider's metadata says, else basic (OIDC) or post (OAuth 2).
/// signed_secret: a JWT in the place of client_secret (Apple).
enum class ClientAuth { automatic, post, basic, none, private_key_jwt, signed_secret };

struct Parameter {
  std::string name;
  Expression value;  // a template; the parameter is left out where it gives nothing
};

/// A variable of a provider's file that its stanza may set.
struct Setting {
  std::optional<std::string> otherwise;  // key `default`
  bool required = false;
  std::string help;
};

/// One request for user data, [[user]].
struct UserRequest {
  Expression url;
  std::string method = "GET";
  std::vector<Parameter> params, headers;
  std::optional<Expression> when;  // asked only if this gives a value
  bool unless = false;             // asked only if it gives none
  bool optional = false;           // a failure is as good as an empty answer
  std::int64_t gate = 0;           // not 0: the answer's status must be this one, its body is not read
  bool same_sub = true;            // OIDC: the answer's `sub` must be the id_token's
};

struct Spec {
  std::string title, protocol, docs;
  std::map<std::string, Setting> settings;
  std::map<std::string, Expression> derived;  // variables made from others
  std::optional<Expression> issuer;           // a template; may read i: where a provider has an issuer for each tenant
  std::vector<std::string> other_issuers;     // accepted besides
  bool pkce = true;
  ClientAuth client_auth = ClientAuth::automatic;
  struct {
    std::optional<Expression> url;
    std::vector<std::string> scope;  // the stanza's first, then the file's
    std::string separator = " ";
    std::vector<Parameter> params;
    std::vector<std::string> omit;
  } authorize;
  struct {
    std::optional<Expression> url;
    std::string method = "POST";
    std::vector<Parameter> params, headers;
    std::vector<std::string> omit;
    bool form = false;  // the answer is application/x-www-form-urlencoded
  } token;
  std::optional<std::vector<UserRequest>> user;  // absent in OIDC: the userinfo endpoint of the metadata
  struct {
    std::optional<Expression> uid, username, email, email_verified, name, first_name, last_name, picture;
  } map;
  struct {
    std::vector<crypto::Alg> algs;       // empty: as the metadata says, asymmetric ones only
    std::vector<std::string> audiences;  // trusted besides client_id
    std::optional<Expression> keys;      // URL of the key set, where there is no metadata
  } id_token;
  struct {
    std::optional<Expression> issuer, subject, audience, key_id;
  } signed_secret;
  Variables variables;  // settings with their values, client_id, key_id, scope, and the derived ones
  base::Secret client_secret;
  base::Secret private_key;  // PEM

  /// What expressions know before anything was answered.
  Values values() const {
    Values out;
    out.variables = &variables;
    out.client_secret = &client_secret;
    return out;
  }
};

/// `node` is the file with the stanza laid over it; `name` is what errors call it ("providers.github"). With `complete` a client and the
/// required settings must be there too (an enabled provider); without, the file alone is judged.
base::Result<Spec> read_spec(const config::Node& node, const std::string& name, bool complete);

}  // namespace providers
