// spec.h: what a provider file (conf/providers/*.toml) and a [providers.NAME] stanza say, read and checked. Both have the same closed list
// of keys; the stanza is laid over the file. Everything that can be wrong is found here, at start, and told with file and line.
#pragma once
#include <map>
#include <memory>
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
/// both: in the form and in the header. signed_secret: a JWT in the place of client_secret (Apple). assertion: a JWT that the operator was
/// given (`client_assertion`), used where there is no client_secret.
enum class ClientAuth { automatic, post, basic, both, none, private_key_jwt, signed_secret, assertion };

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

/// An endpoint for the life after a login: refresh, revoke.
struct LaterEndpoint {
  std::optional<Expression> url;
  std::string method = "POST";
  Parameters params, headers;
};

struct Spec {
  std::string title, protocol, docs, register_at;  // register_at: the page where an application is registered
  ServiceStatus status;
  std::map<std::string, Setting> settings;
  std::map<std::string, Expression> derived;  // variables made from others
  std::optional<Expression> issuer;           // a template; may read i: where a provider has an issuer for each tenant
  std::vector<std::string> other_issuers;     // accepted besides
  struct {
    std::optional<Expression> url;    // where the metadata is, if not below the issuer
    std::vector<Expression> issuers;  // what it may call its issuer, if not by the issuer's name
  } discovery;
  bool pkce = true;
  ClientAuth client_auth = ClientAuth::automatic;
  struct {
    std::optional<Expression> url;
    std::vector<std::string> scope;  // the stanza's first, then the file's
    std::string separator = " ";
    Parameters params;
    std::vector<std::string> omit, pass;        // pass: parameters that the request itself may set (login_hint)
    std::map<std::string, std::string> rename;  // "client_id" -> "appid"
    std::string fragment;
    bool widget = false;  // the provider begins, on the page at redirect_uri: the browser is sent there
  } authorize;
  struct {
    std::optional<Expression> url;
    std::string method = "POST";
    enum class Encoding { form, json, query } encoding = Encoding::form;
    Parameters params, query, headers;
    std::vector<std::string> omit;
    std::map<std::string, std::string> rename;
    AnswerKind answer = AnswerKind::json;
    std::optional<Expression> access_token;  // where it stands, if not at t:/access_token
  } token;
  std::optional<std::vector<UserRequest>> user;  // absent in OIDC: the userinfo endpoint of the metadata
  struct {
    std::optional<Expression> uid, username, email, email_verified, name, first_name, last_name, picture;
  } map;
  bool uid_is_email = false;                // uid = "email": then it must be verified, where the provider says whether it is
  std::map<std::string, Expression> extra;  // kept with the identity
  std::vector<Requirement> require;
  std::vector<std::string> allowed_domains, allowed_emails;  // of this provider alone; only verified addresses pass
  bool verified_emails_only = false;
  struct Failure {
    std::optional<Expression> when, text;
  } failure;  // an error inside of an answer with status 200
  struct {
    std::vector<crypto::Alg> algs;       // empty: as the metadata says, asymmetric ones only
    std::vector<std::string> audiences;  // trusted besides client_id
    std::optional<Expression> keys;      // URL of the key set, where there is no metadata
    bool nonce_required = true;          // false: must be ours where the provider sends one back
    std::string parameter;               // of a callback that holds the id_token itself, from a widget or an SDK
  } id_token;
  struct {
    std::optional<Expression> key;  // PEM: the access token is a JWT signed with it, whose claims are i:
    std::vector<crypto::Alg> algs;
  } access_token_jwt;
  struct {
    std::optional<Expression> issuer, subject, audience, key_id;
  } signed_secret;
  LaterEndpoint refresh, revoke;
  std::shared_ptr<const void> own;  // what the engine read from tables that only it has
  /// Of those, by key, to be checked like the rest: URLs, what goes through the browser, what never does, what reads a callback.
  std::vector<std::pair<std::string, Expression>> own_addresses, own_texts, own_keys, own_results;
  Variables variables;                      // settings with their values, client_id, key_id, scope, and the derived ones
  base::Secret client_secret, private_key;  // the key in PEM
  /// What expressions know before anything was answered.
  Values values() const { return Values{.variables = &variables, .client_secret = &client_secret}; }
};

/// `node` is the file with the stanza laid over it; `name` is what errors call it ("providers.github"). With `complete` client and required
/// settings must be there too (an enabled provider); without, the file alone is judged.
base::Result<Spec> read_spec(const config::Node& node, const std::string& name, bool complete);

}  // namespace providers
