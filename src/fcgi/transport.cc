// fcgi/transport.cc: see transport.h.
#include "fcgi/transport.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fcgi {
namespace {

thread_local Transport* current = nullptr;

}  // namespace

void Transport::use(Transport* transport) noexcept { current = transport; }

Transport::First Transport::first_read(int fd, bool may_wait) {
  next_ = end_ = 0;
  ssize_t n;
  do n = recv(fd, ahead_.data(), ahead_.size(), may_wait ? 0 : MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0) {
    end_ = static_cast<std::size_t>(n);
    return First::bytes;
  }
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? First::nothing : First::closed;
}

void Transport::begin(std::size_t budget) noexcept {
  budget_ = budget;
  records_ = Records{budget};
  over_ = false;
  deadline_ = {};
}

bool Transport::wait(int fd, short events) {
  using namespace std::chrono;
  const auto now = steady_clock::now();
  if (deadline_ == steady_clock::time_point{}) deadline_ = now + kPatience;
  pollfd p{.fd = fd, .events = events, .revents = 0};
  const auto left = duration_cast<milliseconds>(deadline_ - now).count();
  const int ready = left > 0 ? poll(&p, 1, static_cast<int>(left)) : 0;
  if (ready > 0 || (ready < 0 && errno == EINTR)) return true;
  errno = ETIMEDOUT;
  return false;
}

int Transport::read(int fd, char* buffer, std::size_t size) {
  if (budget_ == 0) {
    over_ = true;
    errno = EMSGSIZE;
    return -1;
  }
  size = std::min(size, budget_);
  ssize_t n = 0;
  if (next_ < end_) {
    n = static_cast<ssize_t>(std::min(size, end_ - next_));
    std::memcpy(buffer, ahead_.data() + next_, static_cast<std::size_t>(n));
    next_ += static_cast<std::size_t>(n);
  } else {
    for (;;) {
      n = recv(fd, buffer, size, MSG_DONTWAIT);
      if (n >= 0) break;
      if (errno == EAGAIN || errno == EWOULDBLOCK ? !wait(fd, POLLIN) : errno != EINTR) return -1;
    }
  }
  if (!records_.pass({buffer, static_cast<std::size_t>(n)})) {
    over_ = records_.too_long();
    errno = EPROTO;
    return -1;
  }
  budget_ -= static_cast<std::size_t>(n);
  return static_cast<int>(n);
}

int Transport::write(int fd, const char* buffer, std::size_t size) {
  for (;;) {
    const auto n = send(fd, buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return static_cast<int>(n);
    if (errno == EAGAIN || errno == EWOULDBLOCK ? !wait(fd, POLLOUT) : errno != EINTR) return -1;
  }
}

void drop_unread(int fd) {
  using namespace std::chrono;
  shutdown(fd, SHUT_WR);
  const auto deadline = steady_clock::now() + milliseconds{500};
  char dropped[4096];
  for (;;) {
    const auto n = recv(fd, dropped, sizeof dropped, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) break;
    const auto left = duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) break;
    pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
    if (n < 0 && poll(&p, 1, static_cast<int>(left)) == 0) break;
  }
}

}  // namespace fcgi

// libfcgi's own names (fcgios.h); that header is not installed everywhere, and the types are the ABI of libfcgi 2.4.
extern "C" {
__attribute__((visibility("default"))) int OS_Read(int fd, char* buffer, size_t size) {
  return fcgi::current ? fcgi::current->read(fd, buffer, size) : (errno = EBADF, -1);
}
__attribute__((visibility("default"))) int OS_Write(int fd, char* buffer, size_t size) {
  return fcgi::current ? fcgi::current->write(fd, buffer, size) : (errno = EBADF, -1);
}
__attribute__((visibility("default"))) int OS_IpcClose(int, int) { return 0; }
}
