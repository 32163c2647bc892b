// result.h: errors are values. A refused login is the normal path, C libraries return codes, and in
// security code every exit should be visible, so functions that can fail return Result<T>.
// The names follow std::expected (C++23), which can replace this class one day.
#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace base {

/// What kind of failure. One table (flow/errors.cc) turns a code into an HTTP status.
enum class Code { bad_request, denied, not_found, conflict, throttled, busy, upstream, internal };

/// `detail` is for the log and may name hosts and internals; it never reaches the browser.
/// `say` is the text for the client: neutral, no internal URL, no secret; empty = a general text by code.
/// Neither ever holds a secret, a code, a token or a cookie.
struct Error {
  Code code = Code::internal;
  std::string detail;
  std::string say = {};
  std::chrono::seconds wait{0};  // throttled: when it is worth trying again
};

/// The name of a code as it stands in a log line.
constexpr const char* name_of(Code c) noexcept {
  switch (c) {
    case Code::bad_request: return "bad_request";
    case Code::denied: return "denied";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::throttled: return "throttled";
    case Code::busy: return "busy";
    case Code::upstream: return "upstream";
    case Code::internal: return "internal";
  }
  return "internal";
}

/// A value or an Error. Wrong use (value of an error) throws std::bad_variant_access: the worker answers 500.
template <class T>
class [[nodiscard]] Result {
  std::variant<T, Error> v_;

 public:
  using value_type = T;
  Result(T v) : v_(std::in_place_index<0>, std::move(v)) {}
  Result(Error e) : v_(std::in_place_index<1>, std::move(e)) {}
  explicit operator bool() const noexcept { return v_.index() == 0; }
  T& operator*() & { return std::get<0>(v_); }
  const T& operator*() const& { return std::get<0>(v_); }
  T&& operator*() && { return std::get<0>(std::move(v_)); }
  T* operator->() { return &std::get<0>(v_); }
  const T* operator->() const { return &std::get<0>(v_); }
  const Error& error() const { return std::get<1>(v_); }
};

struct Unit {};
/// For a function that can fail and has nothing to give. Success is `return base::ok;`.
using Status = Result<Unit>;
inline constexpr Unit ok{};

}  // namespace base
