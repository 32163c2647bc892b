// signed_spec.h: the table [signed] of a provider's file (protocol "signed"): what of a callback is signed, how, and for how long it is
// good. These providers have no code to redeem: the browser itself carries who signed in, and only the signature makes it believable. A
// provider whose callback holds a token of its own kind, to be redeemed or asked about, has method "none".
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "providers/expression.h"
#include "providers/table.h"

namespace providers {

struct SignedSpec {
  enum class Method {
    none,                 // nothing is signed
    hmac_sha256_pairs,    // HMAC-SHA256 over name=value of parameters, sorted by name (Telegram, Shopify)
    md5_concat,           // MD5 over values, one behind the other, and a secret (Odnoklassniki, VK)
    hmac_sha256_payload,  // one parameter is a base64 form, another its HMAC-SHA256 (Discourse)
    signed_request,       // base64url(HMAC-SHA256) "." base64url(JSON) (Facebook)
    jwt_hs256,            // a JWT under the client secret (ExactTarget)
  };
  enum class Encoding { hex, base64, base64url };
  enum class KeyDigest { none, sha256, web_app_data };  // web_app_data: HMAC-SHA256 under "WebAppData" (Telegram Mini Apps)
  /// One parameter that holds the others: a form, or base64url of a JSON object.
  struct Unpack {
    Expression param;  // a template: its name
    bool json = false;
    bool needed = false;  // false: the parameters may come by themselves as well
  };

  Method method = Method::none;
  std::string signature;          // parameter with the signature
  std::string payload;            // parameter with what is signed, where that is one
  std::optional<Expression> key;  // a template
  KeyDigest key_digest = KeyDigest::none;
  Encoding encoding = Encoding::hex;
  // The text that is signed, for pairs and concat: before, the fields with `join` between them, after.
  std::vector<std::string> fields;  // empty: all parameters but signature and omit
  std::vector<std::string> omit;
  std::optional<Expression> before, after;
  std::string join;
  bool named = true;    // name=value; false: the value alone
  bool escape = false;  // % and & (in a name = too) stand as %25, %26, %3D (Shopify)

  std::string time, expires;            // members of what is signed: when it was made; until when it is good
  std::chrono::seconds max_age{86400};  // for `time`
  std::string nonce;                    // member that must be the flow's state
  std::optional<Unpack> unpack;
  std::optional<Expression> kept;                           // of the request that begins a login (r:), remembered with it ...
  std::optional<Expression> again;                          // ... and what must be the same at its end (the shop that was asked for)
  std::vector<std::pair<std::string, Expression>> request;  // of the payload that begins a login, signed in the same way
  std::vector<std::string> needs;          // parameters without which a callback is not whole, beyond those of the signature
  std::optional<Expression> access_token;  // where it stands, for [[user]]
  bool unproven = false;                   // the uid is what the callback claims, unsigned
};

SignedSpec read_signed(Table table);
/// The variables that authorize.params and signed.request know besides the provider's. return_to: redirect_uri with the state in its query.
inline constexpr std::string_view kBeginVariables[] = {"redirect_uri", "state", "return_to", "origin"};

}  // namespace providers
