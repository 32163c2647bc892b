// wire.h: values as bytes, for the way between two processes of this program on one machine. Of xml/ alone.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace xml {

class Packer {
  std::string out_;

 public:
  Packer& number(std::uint32_t n) {
    char bytes[sizeof n];
    std::memcpy(bytes, &n, sizeof n);
    out_.append(bytes, sizeof n);
    return *this;
  }
  Packer& text(std::string_view s) {
    number(static_cast<std::uint32_t>(s.size()));
    out_.append(s);
    return *this;
  }
  std::string take() { return std::move(out_); }
};

/// Never reads behind the end: after that good() is false, numbers are 0 and texts empty. What it gives are views.
class Unpacker {
  std::string_view left_;
  bool good_ = true;

 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}
  std::uint32_t number() {
    std::uint32_t n = 0;
    if (left_.size() < sizeof n) {
      good_ = false;
      left_ = {};
      return 0;
    }
    std::memcpy(&n, left_.data(), sizeof n);
    left_.remove_prefix(sizeof n);
    return n;
  }
  std::string_view text() {
    const std::size_t size = number();
    if (size > left_.size()) {
      good_ = false;
      left_ = {};
      return {};
    }
    const auto out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
  }
  bool good() const noexcept { return good_; }
  bool ended() const noexcept { return good_ && left_.empty(); }
  std::size_t left() const noexcept { return left_.size(); }
};

}  // namespace xml
