// state.cc: states, browser cookies, challenges: made, taken apart, hashed.
#include "token/state.h"

#include <algorithm>

#include "base/encode.h"
#include "crypto/digest.h"

namespace token {
namespace {

constexpr std::size_t kIdBytes = 8, kSecretBytes = 32, kBrowserRandom = 16, kMacBytes = 16;

constexpr unsigned kTag = 7;  // the lowest three bits of a state: which master key it was made with (Master::tag)

/// Microseconds since 1970 in the upper 52 bits (until the year 2112), 11 random bits below: positive, growing, unlikely to collide.
std::int64_t time_ordered(const base::Clock& clock, std::string_view random) {
  const auto low = (static_cast<unsigned char>(random[0]) << 8 | static_cast<unsigned char>(random[1])) & 0x7ff;
  return static_cast<std::int64_t>(clock.precise().time_since_epoch().count()) << 11 | low;
}

std::string big_endian(std::int64_t n) {
  std::string out(kIdBytes, '\0');
  for (std::size_t i = 0; i < kIdBytes; ++i) out[i] = static_cast<char>(n >> (8 * (kIdBytes - 1 - i)) & 0xff);
  return out;
}

std::int64_t from_big_endian(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes.substr(0, kIdBytes)) n = n << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(n);
}

State state_of(std::string text, std::string_view bytes, const Master& master) {
  State state;
  state.id = from_big_endian(bytes);
  state.secret_hash = crypto::sha256(bytes.substr(kIdBytes));
  const auto tag = static_cast<unsigned char>(bytes.back()) & kTag;
  state.seed = master.mac("flow-seed", bytes, tag);  // a login outlives a change of the key
  state.text = std::move(text);
  return state;
}

constexpr std::string_view kBrowser = "browser-cookie";
std::string browser_mac(std::string_view bytes, const Master& master) { return master.mac(kBrowser, bytes).substr(0, kMacBytes); }

Browser browser_of(std::string text, std::string_view bytes) { return {text, from_big_endian(bytes), crypto::sha256(text)}; }

bool unreserved(char c) noexcept {  // RFC 3986 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

State make_state(const base::Clock& clock, base::Random& random, const Master& master) {
  const auto fresh = base::random_bytes(random, 2 + kSecretBytes);
  auto bytes = big_endian(time_ordered(clock, fresh)) + fresh.substr(2);
  bytes.back() = static_cast<char>((static_cast<unsigned char>(bytes.back()) & ~kTag) | master.tag());
  return state_of(base::base64url(bytes), bytes, master);
}

std::optional<State> read_state(std::string_view text, const Master& master) {
  if (text.size() != (kIdBytes + kSecretBytes) * 4 / 3 + 1) return std::nullopt;  // 54 characters, before anything is decoded
  const auto bytes = base::base64url_decode(text);
  if (!bytes || from_big_endian(*bytes) <= 0) return std::nullopt;
  return state_of(std::string{text}, *bytes, master);
}

Browser make_browser(const base::Clock& clock, base::Random& random, const Master& master) {
  const auto fresh = base::random_bytes(random, 2 + kBrowserRandom);
  auto bytes = big_endian(time_ordered(clock, fresh)) + fresh.substr(2);
  bytes += browser_mac(bytes, master);
  return browser_of(base::base64url(bytes), bytes);
}

std::optional<Browser> read_browser(std::string_view text, const Master& master) {
  constexpr std::size_t signed_bytes = kIdBytes + kBrowserRandom;
  if (text.size() != (signed_bytes + kMacBytes) * 4 / 3 + 1) return std::nullopt;
  const auto bytes = base::base64url_decode(text);
  if (!bytes || bytes->size() != signed_bytes + kMacBytes) return std::nullopt;
  const auto head = std::string_view{*bytes}.substr(0, signed_bytes);
  if (!master.is_mac(std::string_view{*bytes}.substr(signed_bytes), kBrowser, head)) return std::nullopt;
  return browser_of(std::string{text}, *bytes);
}

bool is_challenge(std::string_view text) noexcept {
  return text.size() == 43 && std::all_of(text.begin(), text.end(), [](char c) { return unreserved(c) && c != '.' && c != '~'; });
}

bool is_verifier(std::string_view text) noexcept {
  return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), unreserved);
}

bool proves(std::string_view verifier, std::string_view challenge) {
  return crypto::equal(base::base64url(crypto::sha256(verifier)), challenge);  // RFC 7636 4.6
}

std::string stored_hash(std::string_view secret) { return crypto::sha256(secret); }

std::string make_jti(base::Random& random) { return base::hex(base::random_bytes(random, 16)); }

}  // namespace token
