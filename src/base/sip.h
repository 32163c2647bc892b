// sip.h: SipHash-2-4 (Aumasson, Bernstein 2012): a short hash under a key, for tables whose keys strangers choose. No signature: crypto/
// has those.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace base {

struct SipKey {
  std::uint64_t a = 0, b = 0;
};
SipKey make_sip_key(Random& random);
std::uint64_t sip_hash(const SipKey& key, std::string_view bytes) noexcept;

}  // namespace base
