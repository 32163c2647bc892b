// client.cc: the little that every net::Client shares.
#include "net/client.h"

namespace net {

std::string_view Response::header(std::string_view name) const noexcept {
  for (const auto& [have, value] : headers)
    if (have == name) return value;
  return {};
}

}  // namespace net
