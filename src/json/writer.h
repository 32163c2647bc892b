// writer.h: compact JSON out. Order is as written; nothing is escaped that need not be; '/' and non-ASCII stay as they are.
//   json::Writer w; w.object().member("detail", "Not found.").end_object(); w.take() == R"({"detail":"Not found."})"
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace json {

class Writer {
  std::string out_;
  bool comma_ = false;
  void separate();
  void quote(std::string_view s);

 public:
  Writer() { out_.reserve(256); }  // most answers fit: one allocation
  Writer& object();                // {
  Writer& array();                 // [
  Writer& end_object();            // }
  Writer& end_array();             // ]
  Writer& key(std::string_view name);
  Writer& value(std::string_view s);  // string; bytes that are not UTF-8 become U+FFFD
  Writer& value(const char* s) { return value(std::string_view{s}); }
  Writer& value(std::int64_t n);
  Writer& value(bool b);
  Writer& null();
  /// Text that is JSON already.
  Writer& raw(std::string_view json);
  template <class T>
  Writer& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }
  const std::string& str() const noexcept { return out_; }
  std::string take() { return std::move(out_); }
};

}  // namespace json
