// writer.cc
#include "json/writer.h"

#include "base/encode.h"

namespace json {
namespace {

/// The length of the well-formed UTF-8 character at the start of `s`; 0 if there is none.
std::size_t character(std::string_view s) {
  const auto lead = static_cast<unsigned char>(s[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return s.size() >= size && base::is_utf8(s.substr(0, size)) ? size : 0;
}

bool plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

void Writer::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void Writer::quote(std::string_view s) {
  const bool utf8 = base::is_utf8(s);
  out_ += '"';
  for (std::size_t i = 0; i < s.size();) {
    std::size_t run = i;
    while (run < s.size() && plain(s[run]) && (utf8 || static_cast<unsigned char>(s[run]) < 0x80)) ++run;
    out_.append(s, i, run - i);
    if ((i = run) == s.size()) break;
    const char c = s[i];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const auto size = character(s.substr(i));
      out_ += size ? s.substr(i, size) : "\xef\xbf\xbd";
      i += size ? size : 1;
      continue;
    }
    switch (c) {
      case '"': out_ += "\\\""; break;
      case '\\': out_ += "\\\\"; break;
      case '\n': out_ += "\\n"; break;
      case '\r': out_ += "\\r"; break;
      case '\t': out_ += "\\t"; break;
      default: out_ += "\\u00" + base::hex(std::string_view{&c, 1});
    }
    ++i;
  }
  out_ += '"';
}

Writer& Writer::object() {
  separate();
  out_ += '{';
  comma_ = false;
  return *this;
}
Writer& Writer::array() {
  separate();
  out_ += '[';
  comma_ = false;
  return *this;
}
Writer& Writer::end_object() {
  out_ += '}';
  comma_ = true;
  return *this;
}
Writer& Writer::end_array() {
  out_ += ']';
  comma_ = true;
  return *this;
}
Writer& Writer::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ':';
  comma_ = false;
  return *this;
}
Writer& Writer::value(std::string_view s) {
  separate();
  quote(s);
  return *this;
}
Writer& Writer::value(std::int64_t n) {
  separate();
  out_ += std::to_string(n);
  return *this;
}
Writer& Writer::value(bool b) {
  separate();
  out_ += b ? "true" : "false";
  return *this;
}
Writer& Writer::null() {
  separate();
  out_ += "null";
  return *this;
}
Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace json
