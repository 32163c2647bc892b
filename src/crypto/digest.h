// digest.h: hashes, MACs, key derivation and the only way to compare secrets. OpenSSL stays behind crypto/.
#pragma once
#include <string>
#include <string_view>

namespace crypto {

std::string sha256(std::string_view data);  // 32 bytes
std::string sha384(std::string_view data);
std::string sha512(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);
/// Broken as hashes. For what a provider's protocol fixes and asks for nothing better in; nothing of ours rests on them.
std::string sha1(std::string_view data);
std::string md5(std::string_view data);
std::string hmac_sha1(std::string_view key, std::string_view data);  // OAuth 1.0a (RFC 5849 3.4.2)
/// RFC 5869 with SHA-256, empty salt; `info` names the purpose, so one master key serves many. bytes <= 8160.
std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t bytes);
/// Equal in time that depends on the lengths only.
bool equal(std::string_view a, std::string_view b) noexcept;

}  // namespace crypto
