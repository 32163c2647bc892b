// openid2_association.h: a key that we share with an OP (OpenID 2.0 8), so that its assertions are verified without asking it again. Kept
// in memory per process; a login takes the key along in its sealed flow, so that whichever process finishes it has it.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "providers/broker.h"

namespace providers::openid2 {

/// 6.2. HMAC-SHA1 is not broken by what breaks SHA-1, and many OPs have nothing else.
enum class Mac { sha1, sha256 };
std::string_view name_of(Mac mac) noexcept;  // "HMAC-SHA256"
std::string mac_of(Mac mac, std::string_view key, std::string_view text);

struct Association {
  std::string handle;
  Mac mac = Mac::sha256;
  base::Secret key;
  base::Time expires{};
};

/// Those of one provider, by OP endpoint. A provider whose users bring their own OP has many; it keeps 64.
class Associations {
 public:
  using Pointer = std::shared_ptr<const Association>;
  struct Ask {
    std::string endpoint;
    bool private_addresses = false;
  };

  /// One that is good for the time that a login takes; made if there is none. Null where the OP will not, or does not answer: that is
  /// remembered for some minutes, and the OP is asked about each assertion instead (11.4.2).
  Pointer get(World& world, const Ask& ask);
  /// The OP says that it knows this handle no more (11.4.2.2).
  void forget(const std::string& endpoint, std::string_view handle);

 private:
  struct Entry {
    Pointer association;
    base::Time retry{};  // not before, where there is none
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// 8.1, 8.2: the exchange itself. Diffie-Hellman first; what the OP offers instead is tried once (8.2.4), without encryption only over
/// https.
base::Result<Association> associate(World& world, const Associations::Ask& ask);

}  // namespace providers::openid2
