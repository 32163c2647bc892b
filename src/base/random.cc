// random.cc: the kernel's randomness, nothing kept. A stock of bytes would save a login attempt 1 us of two system calls, but a virtual
// machine that is copied while it runs would hand out one stock twice, and two AES-GCM nonces must never be the same.
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace base {

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto n = getrandom(out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) std::abort();  // no randomness, no logins
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

std::string random_bytes(Random& random, std::size_t n) {
  std::string bytes(n, '\0');
  random.fill(std::as_writable_bytes(std::span{bytes}));
  return bytes;
}

}  // namespace base
