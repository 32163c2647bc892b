// address.cc: the special-purpose registries of IANA as two small tables.
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace net {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
struct Block4 {
  std::uint32_t net;
  int bits;
};
struct Block6 {
  Bytes net;
  int bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c = 0, unsigned d = 0) { return a << 24 | b << 16 | c << 8 | d; }

constexpr Block4 special4[] = {
    {v4(0, 0), 8},          {v4(10, 0), 8},     {v4(100, 64), 10},
    {v4(127, 0), 8},  // this network, private, CGNAT (RFC 6598), loopback
    {v4(169, 254), 16},     {v4(172, 16), 12},  {v4(192, 0, 0), 24},
    {v4(192, 0, 2), 24},  // link-local (cloud metadata), private, IETF, docs
    {v4(192, 88, 99), 24},  {v4(192, 168), 16}, {v4(198, 18), 15},
    {v4(198, 51, 100), 24},                                       // 6to4 relays, private, benchmark, docs
    {v4(203, 0, 113), 24},  {v4(224, 0), 4},    {v4(240, 0), 4},  // docs, multicast, reserved and broadcast
};
// Inside 2000::/3; all else of IPv6 is not global unicast.
constexpr Block6 special6[] = {
    {Bytes{0x20, 0x01}, 23},              // IETF protocol assignments, with Teredo, which carries IPv4 (RFC 4380)
    {Bytes{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation (RFC 3849)
    {Bytes{0x20, 0x02}, 16},              // 6to4 carries IPv4 (RFC 3056)
    {Bytes{0x3f, 0xff}, 20},              // documentation (RFC 9637)
};
constexpr Bytes mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:0:0/96 (RFC 4291 2.5.5.2)
constexpr Bytes nat64_prefix{0, 0x64, 0xff, 0x9b};                        // 64:ff9b::/96 (RFC 6052 2.1)

bool starts_with(const Bytes& address, const Bytes& net, int bits) noexcept {
  for (int i = 0; i < bits; ++i) {
    const auto at = static_cast<std::size_t>(i / 8);
    if (((address[at] ^ net[at]) >> (7 - i % 8)) & 1) return false;
  }
  return true;
}

bool is_public4(std::uint32_t a) noexcept {
  return std::none_of(std::begin(special4), std::end(special4), [a](const Block4& b) { return (a ^ b.net) >> (32 - b.bits) == 0; });
}

std::uint32_t last_four(const Bytes& b) noexcept { return v4(b[12], b[13], b[14], b[15]); }

bool is_public6(const Bytes& a) noexcept {
  if (starts_with(a, mapped_prefix, 96) || starts_with(a, nat64_prefix, 96)) return is_public4(last_four(a));
  if (a[0] >> 5 != 1) return false;
  return std::none_of(std::begin(special6), std::end(special6), [&a](const Block6& b) { return starts_with(a, b.net, b.bits); });
}

Bytes bytes_of(const sockaddr& address) noexcept {
  sockaddr_in6 in6{};
  std::memcpy(&in6, &address, sizeof in6);
  Bytes b{};
  std::memcpy(b.data(), &in6.sin6_addr, b.size());
  return b;
}
std::uint32_t number_of(const sockaddr& address) noexcept {
  sockaddr_in in{};
  std::memcpy(&in, &address, sizeof in);
  return ntohl(in.sin_addr.s_addr);
}

std::optional<sockaddr_storage> parse(const std::string& text) noexcept {
  sockaddr_storage out{};
  in_addr a4{};
  in6_addr a6{};
  if (inet_pton(AF_INET, text.c_str(), &a4) == 1) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr = a4;
    std::memcpy(&out, &in, sizeof in);
  } else if (inet_pton(AF_INET6, text.c_str(), &a6) == 1) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_addr = a6;
    std::memcpy(&out, &in, sizeof in);
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace

bool is_public(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) return is_public4(number_of(address));
  return address.sa_family == AF_INET6 && is_public6(bytes_of(address));
}

bool is_loopback(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) return number_of(address) >> 24 == 127;
  if (address.sa_family != AF_INET6) return false;
  const auto b = bytes_of(address);
  constexpr Bytes one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return b == one || (starts_with(b, mapped_prefix, 96) && b[12] == 127);
}

bool allows(Reach reach, const sockaddr& address) noexcept {
  switch (reach) {
    case Reach::any: return true;
    case Reach::public_only: return is_public(address);
    case Reach::loopback_only: return is_loopback(address);
  }
  return false;
}

bool allows(Reach reach, const std::string& address) noexcept {
  if (reach == Reach::any) return true;
  const auto parsed = parse(address);
  return parsed && allows(reach, reinterpret_cast<const sockaddr&>(*parsed));
}

bool is_literal(const std::string& host) noexcept { return parse(host).has_value(); }

}  // namespace net
