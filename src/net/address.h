// address.h: which addresses a call may reach. The address that a socket is about to be opened to is judged, not the name, so a name
// server that answers differently the second time (DNS rebinding) gains nothing. CWE-918.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace net {

enum class Reach : std::uint8_t {
  any,            // the operator named the host
  public_only,    // the URL came out of a document: nothing of our own network
  loopback_only,  // plain http: it must not leave the machine, whatever the name resolves to
};

/// True for addresses that are globally reachable (RFC 6890, the IANA special-purpose registries): not private, shared (CGNAT), link-local,
/// loopback, unique-local, multicast, documentation, benchmark, reserved or unspecified. IPv4 inside IPv6 (mapped, NAT64) is judged as
/// IPv4. False for anything but IPv4 and IPv6.
bool is_public(const sockaddr& address) noexcept;
/// 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104.
bool is_loopback(const sockaddr& address) noexcept;
bool allows(Reach reach, const sockaddr& address) noexcept;
/// The same for an address as text ("192.0.2.1", "2001:db8::1"). False if it is none.
bool allows(Reach reach, const std::string& address) noexcept;
/// True if `host` is an address and not a name.
bool is_literal(const std::string& host) noexcept;

}  // namespace net
