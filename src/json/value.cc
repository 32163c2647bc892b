// value.cc: the only file that sees RapidJSON's reader. Its iterative parser needs no stack; a handler of ours stands before the DOM and
// stops at the limits, so that depth and duplicates are refused while reading, not after.
#include "json/value.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/encode.h"
#include "base/text.h"

namespace json {
namespace {

using Node = rapidjson::Value;
const Node* as(const void* node) { return static_cast<const Node*>(node); }

/// Passes events on to the document, unless a limit is met: then parsing stops.
class Guard {
  rapidjson::Document& to_;
  const Limits& limits_;
  std::vector<std::set<std::string>> names_;  // one for each open object; a tree, since names made to collide would make a hash table slow
  std::size_t depth_ = 0;

  bool enter() {
    if (++depth_ > limits_.depth) why = "nested too deep";
    return why == nullptr;
  }
  /// RapidJSON refuses a lone high surrogate, but makes invalid UTF-8 of a lone low one ("\\udc00"; RFC 8259 8.2).
  bool text(const char* s, rapidjson::SizeType n) {
    if (!base::is_utf8({s, n})) why = "half of a surrogate pair";
    return why == nullptr;
  }
  /// RapidJSON's own conversion counts the leading zero bits of 0 in "0e308", which is undefined. It has checked the grammar already.
  bool number(std::string_view text) {
    const auto read = [&](auto& n) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
      return error == std::errc{} && end == text.data() + text.size();
    };
    std::int64_t whole = 0;
    if (read(whole)) return to_.Int64(whole);
    std::uint64_t large = 0;
    if (read(large)) return to_.Uint64(large);
    double real = 0;
    if (read(real)) return to_.Double(real);
    why = "a number that is too large or too small";
    return false;
  }

 public:
  const char* why = nullptr;
  Guard(rapidjson::Document& to, const Limits& limits) : to_(to), limits_(limits) {}
  bool Null() { return to_.Null(); }
  bool Bool(bool b) { return to_.Bool(b); }
  bool Int(int i) { return to_.Int(i); }
  bool Uint(unsigned u) { return to_.Uint(u); }
  bool Int64(std::int64_t i) { return to_.Int64(i); }
  bool Uint64(std::uint64_t u) { return to_.Uint64(u); }
  bool Double(double d) { return to_.Double(d); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) { return number({s, n}); }
  bool String(const char* s, rapidjson::SizeType n, bool copy) { return text(s, n) && to_.String(s, n, copy); }
  bool StartObject() {
    if (limits_.unique_names) names_.emplace_back();
    return enter() && to_.StartObject();
  }
  bool Key(const char* s, rapidjson::SizeType n, bool copy) {
    if (limits_.unique_names && !names_.back().emplace(s, n).second) why = "a member name is repeated";
    return text(s, n) && to_.Key(s, n, copy);
  }
  bool EndObject(rapidjson::SizeType members) {
    if (limits_.unique_names) names_.pop_back();
    --depth_;
    return to_.EndObject(members);
  }
  bool StartArray() { return enter() && to_.StartArray(); }
  bool EndArray(rapidjson::SizeType elements) {
    --depth_;
    return to_.EndArray(elements);
  }
};

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;

}  // namespace

struct Document::Impl {
  rapidjson::Document tree;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;
Value Document::root() const noexcept { return Value{static_cast<const Node*>(&impl_->tree)}; }

base::Result<Document> Document::parse(std::string_view text, const Limits& limits) {
  const auto refuse = [](std::string detail) { return base::Error{base::Code::bad_request, "json: " + std::move(detail)}; };
  if (text.size() > limits.bytes) return refuse("more than " + std::to_string(limits.bytes) + " bytes");
  if (!base::is_utf8(text)) return refuse("not UTF-8");  // RFC 8259 8.1; invalid bytes outside strings too
  auto impl = std::make_unique<Impl>();
  const char* why = nullptr;
  rapidjson::ParseResult result;
  // Populate() takes what a generator tells it and fails where the generator says so.
  const auto generate = [&](rapidjson::Document& to) {
    Guard guard{to, limits};
    rapidjson::MemoryStream stream{text.data(), text.size()};
    rapidjson::Reader reader;
    result = reader.Parse<kFlags>(stream, guard);
    why = guard.why;
    if (!result.IsError() && stream.Tell() != text.size()) {  // it takes a NUL for the end of the text
      why = "something after the value";
      result.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
    }
    return !result.IsError();
  };
  impl->tree.Populate(generate);
  if (result.IsError()) {
    return refuse(std::string{why ? why : rapidjson::GetParseError_En(result.Code())} + " at byte " + std::to_string(result.Offset()));
  }
  return Document{std::move(impl)};
}

bool Value::is_null() const noexcept { return node_ && as(node_)->IsNull(); }
bool Value::is_object() const noexcept { return node_ && as(node_)->IsObject(); }
bool Value::is_array() const noexcept { return node_ && as(node_)->IsArray(); }
bool Value::is_string() const noexcept { return node_ && as(node_)->IsString(); }
bool Value::is_number() const noexcept { return node_ && as(node_)->IsNumber(); }
bool Value::is_bool() const noexcept { return node_ && as(node_)->IsBool(); }

Value Value::operator[](std::string_view name) const noexcept {
  if (!is_object()) return {};
  const Node key{rapidjson::StringRef(name.empty() ? "" : name.data(), static_cast<rapidjson::SizeType>(name.size()))};
  const auto it = as(node_)->FindMember(key);
  return it == as(node_)->MemberEnd() ? Value{} : Value{&it->value};
}

Value Value::at(std::size_t index) const noexcept {
  if (!is_array() || index >= as(node_)->Size()) return {};
  return Value{&(*as(node_))[static_cast<rapidjson::SizeType>(index)]};
}

std::size_t Value::size() const noexcept {
  if (is_array()) return as(node_)->Size();
  return is_object() ? as(node_)->MemberCount() : 0;
}

std::vector<std::pair<std::string_view, Value>> Value::members() const {
  std::vector<std::pair<std::string_view, Value>> out;
  if (!is_object()) return out;
  out.reserve(size());
  for (const auto& m : as(node_)->GetObject()) {
    out.emplace_back(std::string_view{m.name.GetString(), m.name.GetStringLength()}, Value{&m.value});
  }
  return out;
}

std::optional<std::string_view> Value::string() const noexcept {
  if (!is_string()) return std::nullopt;
  return std::string_view{as(node_)->GetString(), as(node_)->GetStringLength()};
}

std::optional<std::int64_t> Value::integer() const noexcept {
  if (!node_ || !as(node_)->IsInt64()) return std::nullopt;
  return as(node_)->GetInt64();
}

std::optional<double> Value::number() const noexcept {
  if (!is_number()) return std::nullopt;
  return as(node_)->GetDouble();
}

std::optional<bool> Value::boolean() const noexcept {
  if (!is_bool()) return std::nullopt;
  return as(node_)->GetBool();
}

std::optional<std::string> Value::text() const {
  if (const auto s = string()) return std::string{*s};
  if (const auto n = integer()) return std::to_string(*n);
  if (const auto b = boolean()) return std::string{*b ? "true" : "false"};
  if (!is_number()) return std::nullopt;
  if (as(node_)->IsUint64()) return std::to_string(as(node_)->GetUint64());
  std::array<char, 40> buffer{};
  const auto [end, ec] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), as(node_)->GetDouble());
  return ec == std::errc{} ? std::optional{std::string{buffer.data(), end}} : std::nullopt;
}

Value Value::pointer(std::string_view pointer) const noexcept {
  Value here = *this;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return {};
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    std::string token{pointer.substr(1, end - 1)};
    pointer.remove_prefix(end);
    for (std::size_t at = 0; (at = token.find('~', at)) != std::string::npos; ++at) {  // RFC 6901 4
      if (at + 1 == token.size() || (token[at + 1] != '0' && token[at + 1] != '1')) return {};
      token.replace(at, 2, token[at + 1] == '1' ? "/" : "~");
    }
    if (here.is_array()) {
      const auto index = base::parse_int(token);
      if (!index || token[0] == '-' || (token.size() > 1 && token[0] == '0')) return {};
      here = here.at(static_cast<std::size_t>(*index));
    } else {
      here = here[token];
    }
  }
  return here;
}

std::string Value::dump() const {
  if (!node_) return "";
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  as(node_)->Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace json
