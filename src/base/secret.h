// secret.h: a value that cannot be printed, copied or compared by accident, and is wiped when it goes.
// Equality is crypto::equal(); every use is found by grepping for reveal().
#pragma once
#include <string.h>

#include <string_view>
#include <utility>
#include <vector>

namespace base {

class Secret {
  std::vector<char> v_;  // not std::string: its small buffer leaves a copy behind when moved

 public:
  Secret() = default;
  explicit Secret(std::string_view s) : v_(s.begin(), s.end()) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&& o) noexcept {
    v_.swap(o.v_);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() {
    if (!v_.empty()) explicit_bzero(v_.data(), v_.size());
  }
  /// A second owner of the same value, made on purpose.
  Secret clone() const { return Secret{reveal()}; }
  bool empty() const noexcept { return v_.empty(); }
  std::string_view reveal() const noexcept { return {v_.data(), v_.size()}; }
};

}  // namespace base
