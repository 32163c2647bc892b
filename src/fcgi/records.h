// fcgi/records.h: follows the bytes of one request (FastCGI 1.0, 3.3 and 3.4) on their way to libfcgi, and stops those that
// libfcgi 2.4 takes badly. It reads nothing but lengths, ids and types; what else is wrong with a request libfcgi finds itself.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fcgi {

/// Name-value pairs (3.4): where each begins, since its lengths stand there.
class Pairs {
  std::uint32_t length_ = 0;
  int left_ = 0;         // bytes of a length that are still to come
  bool second_ = false;  // it is the value's
  std::size_t sum_ = 0, skip_ = 0;

 public:
  /// False if a name or a value is longer than `most`.
  bool pass(std::string_view content, std::size_t most) noexcept;
};

class Records {
  std::size_t most_;
  std::array<unsigned char, 8> header_{};
  std::size_t have_ = 0, content_ = 0, padding_ = 0;
  int id_ = -1;  // of the request, once it has begun
  Pairs params_, values_;
  bool too_long_ = false;

  bool begin_record() noexcept;
  bool pass_content(std::string_view content) noexcept;
  int id() const noexcept { return header_[2] << 8 | header_[3]; }

 public:
  /// `most`: what all parameters of a request may have together.
  explicit Records(std::size_t most = 0) noexcept : most_(most) {}
  /// False, and then the connection must end, where in `bytes`
  /// - a name or value of a parameter is longer than all may be: libfcgi adds the two lengths up as an int, and aborts the process where that
  ///   overflows (what is left of CVE-2025-23016 in Debian 12), or where so much memory is not to be had;
  /// - a record begins a request or has no content, and has padding (3.3 allows it, no web server sends it): libfcgi reads that padding as
  ///   records, and so would read what was never looked at here;
  /// - a management record of a type that nobody knows begins: libfcgi answers it, but never frees what it made for that.
  bool pass(std::string_view bytes) noexcept;
  /// Why not: the first of the two.
  bool too_long() const noexcept { return too_long_; }
};

}  // namespace fcgi
