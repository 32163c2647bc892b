// signing.cc: makes and stores signing keys.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "base/encode.h"
#include "cli/instance.h"
#include "token/sealed.h"

namespace cli {
namespace {

constexpr const char* kDemoKid = "demo";

/// Held while keys are looked for and made, so that of all workers that start at once one makes the first key. On the master key's file,
/// since every process that can make keys can read it.
class Lock {
  int fd_;

 public:
  explicit Lock(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
};

crypto::Kind kind_for(std::string_view algorithm) {
  if (algorithm == "RS256") return crypto::Kind::rsa;
  return algorithm == "EdDSA" ? crypto::Kind::ed25519 : crypto::Kind::p256;
}

base::Status put_key(Instance& in, std::string_view kid, std::string_view alg, const crypto::SignKey& key, bool retire_others) {
  const auto sealed = in.master.seal(key.pem().reveal(), token::signing_key_context(kid), in.random);
  return in.store.add_key({.kid = std::string{kid}, .alg = std::string{alg}, .sealed = sealed, .created = in.clock.now(), .retired = {}},
                          retire_others);
}

}  // namespace

base::Result<crypto::SignKey> open_key(const config::Config& config, const token::Master& master, const store::StoredKey& row) {
  const auto pem = master.open(row.sealed, token::signing_key_context(row.kid));
  if (!pem) {
    const std::string line = "store.key_file: " + config.store.key_file + " is not the key that this database was made with";
    return base::Error{base::Code::internal, line, line};
  }
  return crypto::SignKey::from_pem(*pem);
}

base::Result<std::string> add_signing_key(Instance& in, bool retire_others) {
  const auto& alg = in.config.tokens.algorithm;
  const auto key = crypto::SignKey::generate(kind_for(alg));
  if (!key) return key.error();
  const auto kid = base::base64url(base::random_bytes(in.random, 9));
  if (auto put = put_key(in, kid, alg, *key, retire_others); !put) return put.error();
  return kid;
}

base::Status ensure_signing_key(Instance& in) {
  const auto& alg = in.config.tokens.algorithm;
  if (alg == "HS256") return base::ok;
  const Lock lock{in.config.store.key_file};
  const auto keys = in.store.keys();
  if (!keys) return keys.error();
  const auto it = std::find_if(keys->begin(), keys->end(), [&](const auto& row) { return row.alg == alg && !row.retired; });
  if (it == keys->end()) {
    const auto made = add_signing_key(in, false);
    return made ? base::Status{base::ok} : made.error();
  }
  const auto key = open_key(in.config, in.master, *it);
  return key ? base::Status{base::ok} : key.error();
}

base::Result<crypto::SignKey> demo_key(Instance& in) {
  const Lock lock{in.config.store.key_file};
  const auto keys = in.store.keys();
  if (!keys) return keys.error();
  const auto it = std::find_if(keys->begin(), keys->end(), [](const auto& row) { return row.kid == kDemoKid; });
  if (it != keys->end()) return open_key(in.config, in.master, *it);
  auto key = crypto::SignKey::generate(crypto::Kind::p256);
  if (!key) return key.error();
  if (auto put = put_key(in, kDemoKid, kDemoAlg, *key, false); !put) return put.error();
  return key;
}

}  // namespace cli
