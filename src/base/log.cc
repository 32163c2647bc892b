// log.cc: one write(2) for each line, so that lines of several processes never mix; nothing that a client sends can make a second line.
#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/encode.h"

namespace base {
namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "error";
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f && c != '"' && c != '=' && c != '\\';
}

/// The length of a character at the start of `s` that terminals and viewers obey instead of showing: C1 controls, line separators and
/// direction marks (CWE-117, CVE-2021-42574); 0 if there is none. `s` is UTF-8.
std::size_t hidden(std::string_view s) {
  const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  if (at(0) == 0xc2 && at(1) < 0xa0) return 2;  // U+0080-U+009F
  if (at(0) != 0xe2) return 0;
  if (at(1) == 0x80 && ((at(2) >= 0xa8 && at(2) <= 0xae) || at(2) == 0x8e || at(2) == 0x8f)) return 3;  // U+2028-U+202E, U+200E, U+200F
  return at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9 ? 3 : 0;                                       // U+2066-U+2069
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) out.append("\\x").append(hex(bytes.substr(i, 1)));
}

void append_value(std::string& out, std::string_view value) {
  constexpr std::size_t longest = 500;
  const bool cut = value.size() > longest;
  if (cut) {
    value = value.substr(0, longest);
    while (!value.empty() && !is_utf8(value) && value.size() > longest - 4) value.remove_suffix(1);  // not in the middle of a character
  }
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    out += value;
  } else {
    out += '"';
    const bool utf8 = is_utf8(value);
    for (std::size_t i = 0, size = 1; i < value.size(); i += size) {
      const char c = value[i];
      const auto byte = static_cast<unsigned char>(c);
      const auto odd = utf8 ? hidden(value.substr(i)) : 0;
      size = std::max<std::size_t>(odd, 1);
      if (odd != 0 || byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8))
        append_escaped(out, value.substr(i, size));
      else if (c == '"' || c == '\\')
        out.append({'\\', c});
      else
        out += c;
    }
    out += '"';
  }
  if (cut) out += "...";
}

void append_time(std::string& out, Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{now - day};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  out += text;
}

}  // namespace

std::string Log::line(Time now, Level level, std::string_view name, std::span<const Field> fields) {
  std::string out;
  out.reserve(256);
  out += "ts=";
  append_time(out, now);
  out += " level=";
  out += name_of(level);
  out += " ev=";
  append_value(out, name);
  for (const auto& [key, value] : fields) {
    out += ' ';
    out += key;
    out += '=';
    append_value(out, value);
  }
  out += '\n';
  return out;
}

void Log::event(Level level, std::string_view name, std::span<const Field> fields) const {
  if (!wants(level) || fd_ < 0) return;
  const auto text = line(clock_.now(), level, name, fields);
  // A log that cannot be written must not stop a login.
  if (write(fd_, text.data(), text.size()) < 0) return;
}

}  // namespace base
