// encode.cc: tables, not branches: these run several times in every request.
#include "base/encode.h"

#include <array>
#include <cstdint>

namespace base {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPlainAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint8_t kBad = 0xff;

using Table = std::array<std::uint8_t, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  table.fill(kBad);
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr Table kUrlInverse = inverse(kUrlAlphabet);
constexpr Table kPlainInverse = inverse(kPlainAlphabet);

constexpr Table hex_table() {
  Table table = inverse(kHex);
  for (unsigned c = 'A'; c <= 'F'; ++c) table[c] = static_cast<std::uint8_t>(c - 'A' + 10);
  return table;
}
constexpr Table kHexInverse = hex_table();

constexpr std::array<bool, 256> unreserved_table() {  // RFC 3986 2.3
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 128; ++c) {
    table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
  }
  return table;
}
constexpr auto kUnreserved = unreserved_table();

std::uint8_t byte_at(std::string_view s, std::size_t i) { return static_cast<std::uint8_t>(s[i]); }

std::string encode64(std::string_view bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t v = static_cast<std::uint32_t>(byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2));
    const char quad[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63], alphabet[v >> 6 & 63], alphabet[v & 63]};
    out.append(quad, 4);
  }
  const auto left = bytes.size() - i;
  if (left == 0) return out;
  const std::uint32_t v = static_cast<std::uint32_t>(byte_at(bytes, i) << 16 | (left == 2 ? byte_at(bytes, i + 1) << 8 : 0));
  out += alphabet[v >> 18];
  out += alphabet[v >> 12 & 63];
  if (left == 2) out += alphabet[v >> 6 & 63];
  if (pad) out.append(3 - left, '=');
  return out;
}

/// `text` without padding.
std::optional<std::string> decode64(std::string_view text, const Table& table) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const auto v = table[static_cast<unsigned char>(c)];
    if (v == kBad) return std::nullopt;
    bits = bits << 6 | v;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xff);
    }
  }
  if ((bits & ((1u << have) - 1)) != 0) return std::nullopt;  // RFC 4648 3.5: one text per value
  return out;
}

}  // namespace

std::string base64url(std::string_view bytes) { return encode64(bytes, kUrlAlphabet, false); }
std::optional<std::string> base64url_decode(std::string_view text) { return decode64(text, kUrlInverse); }
std::string base64(std::string_view bytes) { return encode64(bytes, kPlainAlphabet, true); }

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("=="))
    text.remove_suffix(2);
  else if (text.ends_with('='))
    text.remove_suffix(1);
  return decode64(text, kPlainInverse);
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kHexInverse[byte_at(text, i)], low = kHexInverse[byte_at(text, i + 1)];
    if (high == kBad || low == kBad) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string percent_encode(std::string_view s) {
  constexpr std::string_view upper = "0123456789ABCDEF";
  std::string out;
  out.reserve(s.size() + s.size() / 2);
  for (const char c : s) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved[byte]) {
      out += c;
    } else {
      const char escape[3] = {'%', upper[byte >> 4], upper[byte & 15]};
      out.append(escape, 3);
    }
  }
  return out;
}

std::string percent_decode(std::string_view s, bool plus) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '%' && i + 2 < s.size()) {
      const auto high = kHexInverse[byte_at(s, i + 1)], low = kHexInverse[byte_at(s, i + 2)];
      if (high != kBad && low != kBad) {
        out += static_cast<char>(high << 4 | low);
        i += 2;
        continue;
      }
    }
    out += plus && s[i] == '+' ? ' ' : s[i];
  }
  return out;
}

bool is_utf8(std::string_view s) noexcept {
  const auto continues = [&](std::size_t at, std::uint8_t least, std::uint8_t most) {
    return at < s.size() && byte_at(s, at) >= least && byte_at(s, at) <= most;
  };
  for (std::size_t i = 0; i < s.size();) {
    const auto c = byte_at(s, i);
    if (c < 0x80) {
      ++i;
    } else if (c >= 0xc2 && c <= 0xdf) {
      if (!continues(i + 1, 0x80, 0xbf)) return false;
      i += 2;
    } else if (c >= 0xe0 && c <= 0xef) {  // RFC 3629 4: E0 and ED are narrower (overlong forms, surrogates)
      if (!continues(i + 1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) || !continues(i + 2, 0x80, 0xbf)) return false;
      i += 3;
    } else if (c >= 0xf0 && c <= 0xf4) {
      if (!continues(i + 1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf)) return false;
      if (!continues(i + 2, 0x80, 0xbf) || !continues(i + 3, 0x80, 0xbf)) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace base
