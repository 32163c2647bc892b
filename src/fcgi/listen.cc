// fcgi/listen.cc: see listen.h.
#include "fcgi/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "fcgi/server.h"

namespace fcgi {
namespace {

constexpr int kBacklog = 4096;  // the kernel takes net.core.somaxconn if that is less

base::Error failed(const std::string& where, const std::string& why) {
  const auto line = "cannot listen on " + where + ": " + why;
  return {base::Code::internal, line, line};
}

bool is_listening(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening == 1;
}

/// systemd's socket activation: LISTEN_PID must be us, for the variables are inherited by children too.
bool from_systemd() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  return pid && count && base::parse_int(pid) == getpid() && base::parse_int(count).value_or(0) >= 1 && is_listening(3);
}

/// Whether a server answers on that socket file.
bool in_use(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const bool used = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  close(fd);
  return used;
}

base::Result<int> listen_unix(const std::string& path, int mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return failed(path, "the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  struct stat file {};
  if (lstat(path.c_str(), &file) == 0) {
    if (!S_ISSOCK(file.st_mode)) return failed(path, "there is a file of that name that is no socket");
    if (in_use(address)) return failed(path, "another server is listening there");
    unlink(path.c_str());
  }
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(path, std::strerror(errno));
  const auto before = umask(0177);  // nobody may connect before the mode is set
  const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound == 0 && chmod(path.c_str(), static_cast<mode_t>(mode)) == 0 && listen(fd, kBacklog) == 0) return fd;
  const auto error = failed(path, std::strerror(errno));
  close(fd);
  return error;
}

base::Result<int> listen_tcp(const std::string& where) {
  const auto colon = where.rfind(':');
  auto host = where.substr(0, colon);
  const auto port_text = where.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, parse_error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (parse_error != std::errc{} || end != port_text.data() + port_text.size() || port == 0)
    return failed(where, "the port must be 1 to 65535");
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  sockaddr_storage address{};
  socklen_t size = 0;
  if (auto& v4 = reinterpret_cast<sockaddr_in&>(address); inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    size = sizeof v4;
  } else if (auto& v6 = reinterpret_cast<sockaddr_in6&>(address); inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  } else {
    return failed(where, "the host must be a numeric address or localhost");
  }
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted connections inherit it
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 && listen(fd, kBacklog) == 0) return fd;
  }
  const auto error = failed(where, errno == EADDRINUSE ? "another server is listening there" : std::strerror(errno));
  if (fd >= 0) close(fd);
  return error;
}

}  // namespace

bool on_descriptor_zero() { return is_listening(0) || from_systemd(); }

base::Result<Listener> Listener::open(const std::string& where, int mode) {
  Listener out;
  const bool tcp = where.find('/') == std::string::npos && where.find(':') != std::string::npos;
  if (where.empty()) {
    if (is_listening(0))
      out.fd_ = 0;
    else if (from_systemd())
      out.fd_ = 3;
    else
      return base::Error{base::Code::internal, "descriptor 0 is no listening socket",
                         "descriptor 0 is no listening socket: use --listen PATH or --listen HOST:PORT"};
  } else {
    auto fd = tcp ? listen_tcp(where) : listen_unix(where, mode);
    if (!fd) return fd.error();
    out.fd_ = *fd;
    struct stat file {};
    if (!tcp && lstat(where.c_str(), &file) == 0) {
      out.path_ = where;
      out.device_ = file.st_dev;
      out.inode_ = file.st_ino;
    }
  }
  // Several threads and workers are woken for one connection now and then; who comes second must not be stuck in accept.
  fcntl(out.fd_, F_SETFL, fcntl(out.fd_, F_GETFL) | O_NONBLOCK);
  return out;
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

Listener::~Listener() {
  if (fd_ < 0) return;
  struct stat file {};
  if (!path_.empty() && lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_) unlink(path_.c_str());
  close(fd_);
}

bool Listener::exposed() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return true;
  if (address.ss_family == AF_INET) return (ntohl(reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr) >> 24) != 127;
  if (address.ss_family == AF_INET6) return !IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<sockaddr_in6&>(address).sin6_addr);
  return false;
}

}  // namespace fcgi
