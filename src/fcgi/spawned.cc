// spawned.cc: the name of the socket on descriptor 0.
#include "fcgi/spawned.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"

namespace fcgi {

bool spawned_by_mod_fcgid() {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (getsockname(0, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sun_family != AF_UNIX) return false;
  if (size <= offsetof(sockaddr_un, sun_path)) return false;
  const std::string_view path{address.sun_path};
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.find('.');
  return dot != name.npos && name.substr(0, dot) == std::to_string(getppid()) && base::parse_int(name.substr(dot + 1)).has_value();
}

}  // namespace fcgi
