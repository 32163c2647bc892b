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

void append_value(std::string& out, std::string_view value) {
  constexpr std::size_t longest = 500;
  const bool cut = value.size() > longest;
  value = value.substr(0, longest);
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    out += value;
  } else {
    out += '"';
    const bool utf8 = is_utf8(value);
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
        out += "\\x" + hex(std::string_view{&c, 1});
      } else {
        out += c;
      }
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
