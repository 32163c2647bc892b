// value.h: reading JSON from outside. Size, depth and duplicate names are limited before anything believes the text.
// A Document owns the text's tree; a Value is a view into it and lives no longer than its Document.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace json {

struct Limits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 32;
  bool unique_names = true;  // a repeated member name is an error (RFC 8259 4; parser differentials)
};

/// A view. A default-made Value is "missing"; every question about it answers no.
class Value {
  const void* node_ = nullptr;
  friend class Document;
  explicit Value(const void* node) : node_(node) {}

 public:
  Value() = default;
  bool exists() const noexcept { return node_ != nullptr; }
  bool is_null() const noexcept;
  bool is_object() const noexcept;
  bool is_array() const noexcept;
  bool is_string() const noexcept;
  bool is_number() const noexcept;
  bool is_bool() const noexcept;
  /// Member by name; missing if there is none or this is no object.
  Value operator[](std::string_view name) const noexcept;
  /// Element by index; missing beyond the end.
  Value at(std::size_t index) const noexcept;
  /// Elements of an array or members of an object; 0 otherwise.
  std::size_t size() const noexcept;
  std::vector<std::pair<std::string_view, Value>> members() const;
  std::optional<std::string_view> string() const noexcept;
  /// A whole number in int64 range; 1.0 is not one, 1e3 is not one.
  std::optional<std::int64_t> integer() const noexcept;
  /// Whole or fractional (NumericDate may be fractional, RFC 7519 2).
  std::optional<double> number() const noexcept;
  std::optional<bool> boolean() const noexcept;
  /// The scalar as text: string as is, integer in decimal, double in shortest form, bool "true"/"false"; nullopt for null, containers,
  /// missing.
  std::optional<std::string> text() const;
  /// RFC 6901 pointer ("/a/0/b", "" = this).
  Value pointer(std::string_view pointer) const noexcept;
  /// Compact JSON of this value; "" if missing.
  std::string dump() const;
};

class Document {
  struct Impl;
  std::unique_ptr<Impl> impl_;
  explicit Document(std::unique_ptr<Impl> impl);

 public:
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  /// Whole text, UTF-8 checked, nothing after the value. The error's `say` is empty; detail names the offset, not the content.
  static base::Result<Document> parse(std::string_view text, const Limits& limits = {});
  Value root() const noexcept;
};

}  // namespace json
