// end_session.h: the provider's page that ends a browser's session there (OpenID Connect RP-Initiated Logout 1.0, CAS 2.3, or what a
// provider's file says), and who may frame our own page when the provider logs out (Front-Channel Logout 1.0).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/provider.h"

namespace providers {

struct EndSession {
  std::string id_token_hint;  // "" = none was kept
  std::string post_logout_redirect_uri, state;
  std::size_t longest;  // what the address may be; the hint is left out where it would be longer
};

/// An id_token that is longer is not worth its place: in the row, and in the address.
inline constexpr std::size_t kLongestHint = 4096;
/// Web servers take requests of 8 KiB (nginx large_client_header_buffers, Apache LimitRequestLine).
inline constexpr std::size_t kLongestLogoutUrl = 7168;
/// As a Location: all headers of an answer together have 3 KiB (http/response.h).
inline constexpr std::size_t kLongestLogoutLocation = 2300;

/// "" = the provider has no such page. It may have to fetch the metadata.
std::string end_session_url(Provider& provider, World& world, const EndSession& what);
/// The same question without an address made; of what is in memory, or what the file says.
bool has_end_session(Provider& provider, World& world);

/// The origins at which the provider shows pages to people: those may frame ours.
std::vector<std::string> page_origins(Provider& provider, World& world);

/// Is `iss` one of its names? Then the one that identities have (where each tenant has its own: itself); "" = it is not.
std::string own_issuer(Provider& provider, World& world, std::string_view iss);

}  // namespace providers
