#include "reader/exchange.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace reader {
namespace {

/// False when time is up.
bool wait_for(int fd, short events, Time deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd what{.fd = fd, .events = events, .revents = 0};
    const int n = ::poll(&what, 1, static_cast<int>(left));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

bool again() { return errno == EAGAIN || errno == EWOULDBLOCK; }

bool send_all(int fd, const char* bytes, std::size_t size, Time deadline) {
  while (size > 0) {
    const auto n = ::send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (!again() || !wait_for(fd, POLLOUT, deadline))) return false;
    if (n <= 0) continue;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool receive_all(int fd, char* bytes, std::size_t size, Time deadline) {
  while (size > 0) {
    const auto n = ::recv(fd, bytes, size, MSG_DONTWAIT);
    if (n == 0) return false;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (!again() || !wait_for(fd, POLLIN, deadline))) return false;
    if (n < 0) continue;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

/// One byte, with or without a descriptor.
struct Parcel {
  char byte = 0;
  iovec content{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};

  Parcel() {
    header.msg_iov = &content;
    header.msg_iovlen = 1;
    header.msg_control = room;
    header.msg_controllen = sizeof room;
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
};

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor::~Descriptor() { close(); }
void Descriptor::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool send_message(int fd, std::string_view bytes, Time deadline) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  char head[sizeof size];
  std::memcpy(head, &size, sizeof size);
  return send_all(fd, head, sizeof head, deadline) && send_all(fd, bytes.data(), bytes.size(), deadline);
}

std::optional<std::string> receive_message(int fd, std::size_t most, Time deadline) {
  std::uint32_t size = 0;
  char head[sizeof size];
  if (!receive_all(fd, head, sizeof head, deadline)) return std::nullopt;
  std::memcpy(&size, head, sizeof size);
  if (size > most) return std::nullopt;
  std::string out(size, '\0');
  if (!receive_all(fd, out.data(), out.size(), deadline)) return std::nullopt;
  return out;
}

Sent send_descriptor(int by, int fd, Time deadline) {
  Parcel parcel;
  cmsghdr* const control = CMSG_FIRSTHDR(&parcel.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(control), &fd, sizeof fd);
  for (;;) {
    if (::sendmsg(by, &parcel.header, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) return Sent::yes;
    if (errno == EINTR) continue;
    if (!again()) return Sent::gone;
    if (!wait_for(by, POLLOUT, deadline)) return Sent::late;
  }
}

int receive_descriptor(int by) {
  for (;;) {
    Parcel parcel;
    const auto n = ::recvmsg(by, &parcel.header, MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return -1;
    const cmsghdr* const control = CMSG_FIRSTHDR(&parcel.header);
    if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
    return fd;
  }
}

}  // namespace reader
