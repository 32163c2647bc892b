// openid2_documents.h: the two kinds of document in which an OpenID provider is found: XRDS (Yadis 1.0; OpenID 2.0 7.3.2) and the head of
// an HTML page (7.3.3). Both come from anywhere. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace providers::openid2 {

/// One way to log in: an OP's endpoint, and the name that it has for this identifier.
struct Service {
  std::string endpoint;
  std::string local_id;           // the OP-local identifier, where it is another than the claimed one (delegation, 7.3.1)
  bool op_identifier = false;     // the identifier is the OP's own: who the user is will be chosen there ("directed identity")
  bool ax = false, sreg = false;  // the extensions that it announces

  bool operator==(const Service&) const = default;
};

/// The services for OpenID 2.0 in the order in which they are to be tried: those of an OP identifier alone if there are any (7.3.2.2), then
/// by priority. At most 16. Code::bad_request with a detail if the document is none or has no such service.
base::Result<std::vector<Service>> parse_xrds(std::string_view body);

/// What the head of a page says; each is "" if it does not. Only the head counts: below it anybody may write who may comment there.
struct Head {
  std::string xrds_location;  // <meta http-equiv="X-XRDS-Location" content=...>
  std::string provider;       // <link rel="openid2.provider" href=...>
  std::string local_id;       // <link rel="openid2.local_id" href=...>
};
/// Reads until the head ends, and 256 KiB at most. Where the page is not what a browser would call a head, it ends there.
Head read_head(std::string_view page);

}  // namespace providers::openid2
