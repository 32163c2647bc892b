// fcgi/records.cc: see records.h.
#include "fcgi/records.h"

#include <algorithm>

namespace fcgi {
namespace {

constexpr unsigned char kBegin = 1, kParams = 4, kGetValues = 9;  // FastCGI 1.0, 8

/// Takes at most `n` bytes off the front of `bytes`.
std::string_view take(std::string_view& bytes, std::size_t& n) noexcept {
  const auto taken = bytes.substr(0, n);
  bytes.remove_prefix(taken.size());
  n -= taken.size();
  return taken;
}

}  // namespace

bool Pairs::pass(std::string_view content, std::size_t most) noexcept {
  while (!content.empty()) {
    if (skip_ > 0) {
      take(content, skip_);
      continue;
    }
    const auto byte = static_cast<unsigned char>(content.front());
    content.remove_prefix(1);
    if (left_ > 0) {
      length_ = length_ << 8 | byte;
      --left_;
    } else {  // one byte, or four of which the first has its highest bit set
      length_ = byte & 0x7fu;
      left_ = (byte & 0x80) != 0 ? 3 : 0;
    }
    if (left_ > 0) continue;
    if (length_ > most) return false;
    sum_ += length_;
    if (second_) skip_ = sum_, sum_ = 0;
    second_ = !second_;
  }
  return true;
}

bool Records::begin_record() noexcept {
  content_ = static_cast<std::size_t>(header_[4] << 8 | header_[5]);
  padding_ = header_[6];
  values_ = {};
  // libfcgi forgets the padding where it goes on to the next stream: the bytes would be records to it, which nobody has looked at.
  if (padding_ > 0 && (header_[1] == kBegin || content_ == 0)) return false;
  if (id() == 0) return header_[1] == kGetValues;  // 3.3: of the connection, not of a request
  if (header_[1] == kBegin && id_ < 0) id_ = id();
  return true;
}

/// Records of other requests on this connection are not read by libfcgi either.
bool Records::pass_content(std::string_view content) noexcept {
  if (id() == 0)
    too_long_ = !values_.pass(content, most_);
  else if (header_[1] == kParams && id() == id_)
    too_long_ = !params_.pass(content, most_);
  return !too_long_;
}

bool Records::pass(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    if (content_ > 0) {
      if (!pass_content(take(bytes, content_))) return false;
    } else if (padding_ > 0) {
      take(bytes, padding_);
    } else {
      header_[have_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (have_ < header_.size()) continue;
      have_ = 0;
      if (!begin_record()) return false;
    }
  }
  return true;
}

}  // namespace fcgi
