// identity.h: who signed in, after every check, in the words of no provider.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace providers {

/// What the provider gave for calling it later. Secret: sealed before it is stored, never logged.
struct ProviderTokens {
  std::string access = {}, refresh = {}, type = {}, scope = {};  // "" = none
  std::optional<std::chrono::seconds> expires_in = {};           // of `access`, as told
  std::string id_token = {};                                     // the hint of a logout there
  std::string secret = {};                                       // OAuth 1.0a: of `access`, whose type is "oauth1"
};

struct Identity {
  std::string provider;  // the configured name
  std::string issuer;    // OIDC: the issuer; others: the configured name. (issuer, uid) is the identity, bytes compared
  std::string uid;       // never empty
  std::string username, email, name, first_name, last_name, picture;  // "" = not told; UTF-8 without control characters
  std::map<std::string, std::string> extra;                           // what the file's [extra] names, at most 500 bytes each
  std::map<std::string, std::vector<std::string>> lists;              // the same where the answer has a list: groups, roles
  bool email_verified = false;                                        // said by a provider that is trusted to say it
  std::string sid;                                                    // the provider's session (OIDC claim `sid`); "" = not told
  ProviderTokens tokens;
};

}  // namespace providers
