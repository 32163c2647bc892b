// openid2_discovery.h: from an identifier to the OP that speaks for it (OpenID 2.0 7.3). Everything fetched here is from outside, and the
// address may be a stranger's: only https, no private addresses, few redirects, small documents.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/broker.h"
#include "providers/openid2_documents.h"

namespace providers::openid2 {

struct Discovered {
  std::string claimed_id;         // normalised, where the redirects ended (7.2)
  std::vector<Service> services;  // never empty; of services for an identifier, local_id is filled in
};

/// `identifier` is normalised. `anchor` is the address that the operator named, if any: its own host may be on a private network, and where
/// it is on this machine, so may be the rest, with http. Code::upstream if nobody answers, Code::bad_request if what answers is no OpenID.
base::Result<Discovered> discover(World& world, const std::string& identifier, std::string_view anchor);

/// For the cache.
std::string to_text(const Discovered& found);
base::Result<Discovered> from_text(std::string_view text);

}  // namespace providers::openid2
