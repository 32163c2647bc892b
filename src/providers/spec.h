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
#include "net/client.h"
#include "providers/expression.h"
#include "providers/spec_parts.h"
#include "providers/told_spec.h"

namespace providers {

struct Spec {
  std::string title, protocol, docs, register_at;  // register_at: the page where an application is registered
  bool id_tokens = false;                          // the protocol is OpenID Connect (Engine::id_tokens)
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
    bool widget = false;                   // the provider begins, on the page at redirect_uri: the browser is sent there
    bool pushed = false;                   // the request goes to the provider first (RFC 9126), also where its metadata does not ask for it
    std::optional<Expression> pushed_url;  // where to, if not as the metadata says
    bool signed_request = false;           // it is a signed JWT (RFC 9101), also where the metadata does not ask for it
    std::string response_mode;             // jwt, query.jwt, form_post.jwt: the answer is a signed JWT (JARM); "" = it is not
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
    bool dpop = false;                       // access tokens are bound to private_key (RFC 9449); others are refused
  } token;
  std::optional<std::vector<UserRequest>> user;  // absent in OIDC: the userinfo endpoint of the metadata
  struct {
    std::optional<Expression> uid, username, email, email_verified, name, first_name, last_name, picture;
  } map;
  bool uid_is_email = false;                // uid = "email": then it must be verified, where the provider says whether it is
  std::string chosen_uid;                   // the stanza's uid = "email" or "username"; "" = as map.uid says
  std::string psa_uid;                      // what python-social-auth has for a uid where that is not map.uid: email, username, other
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
  EndSessionRules end_session;
  EventRules events;
  struct {
    bool enabled = true;                  // `native`: apps may sign in with tokens that their SDK got
    std::vector<std::string> client_ids;  // `client_ids`: the apps' own, besides client_id
    bool nonce_required = false;          // native_nonce = "required": an id_token must have a nonce that we made
  } native;
  NativeIdToken native_id_token;
  AccessTokenProof access_token_proof;
  std::shared_ptr<const void> own;  // what the engine read from tables that only it has
  /// Of those, by key, to be checked like the rest: URLs, what goes through the browser, what never does, what reads a callback.
  std::vector<std::pair<std::string, Expression>> own_addresses, own_texts, own_keys, own_results;
  Variables variables;                                        // settings with their values, client_id, key_id, scope, and the derived ones
  base::Secret client_secret, private_key;                    // the key in PEM
  std::optional<crypto::Alg> private_key_alg;                 // what it signs with, if not the first that fits it and the metadata
  std::string dpop_jkt;                                       // RFC 9449 10: its thumbprint, where `dpop` is on
  std::shared_ptr<const net::ClientCertificate> certificate;  // mutual TLS (RFC 8705)
  Secrets secrets;                                            // values of the settings that are secret
  /// What expressions know before anything was answered.
  Values values() const { return Values{.variables = &variables, .client_secret = &client_secret, .secrets = &secrets}; }
};

/// `node` is the file with the stanza laid over it; `name` is what errors call it ("providers.github"). With `complete` client and required
/// settings must be there too (an enabled provider); without, the file alone is judged.
base::Result<Spec> read_spec(const config::Node& node, const std::string& name, bool complete);

}  // namespace providers
