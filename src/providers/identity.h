// identity.h: who signed in, after every check, in the words of no provider.
#pragma once
#include <map>
#include <string>

namespace providers {

struct Identity {
  std::string provider;  // the configured name
  std::string issuer;    // OIDC: the issuer; others: the configured name. (issuer, uid) is the identity, bytes compared
  std::string uid;       // never empty
  std::string username, email, name, first_name, last_name, picture;  // "" = not told; UTF-8 without control characters
  std::map<std::string, std::string> extra;                           // what the file's [extra] names, at most 500 bytes each
  bool email_verified = false;                                        // said by a provider that is trusted to say it
};

}  // namespace providers
