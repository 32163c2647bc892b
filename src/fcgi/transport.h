// fcgi/transport.h: how libfcgi's bytes travel. libfcgi reads a request with blocking calls that have no limit of time or size,
// and closes connections with a wait of its own. It makes these calls through three exported functions, OS_Read, OS_Write and
// OS_IpcClose, which transport.cc defines in its place (a program's symbol goes before a shared library's). So every byte goes
// through the Transport of the thread, which has a budget and a deadline, and connections are closed by us alone. Linked
// statically this would be a duplicate symbol: it cannot fail silently, since without it no request is read at all.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>

#include "fcgi/records.h"

namespace fcgi {

class Transport {
  std::array<char, 8192> ahead_;    // what was read before libfcgi asked: the request's first bytes, nearly always all of it
  std::size_t next_ = 0, end_ = 0;  // in ahead_
  std::size_t budget_ = 0;
  Records records_;
  bool over_ = false;
  std::chrono::steady_clock::time_point deadline_{};  // set at the first wait
  bool wait(int fd, short events);

 public:
  enum class First { bytes, nothing, closed };
  /// Reads the first bytes of a request. `may_wait`: up to the socket's receive timeout, else not at all.
  First first_read(int fd, bool may_wait);
  /// Begins a request: at most `budget` bytes may be read from here on (those read ahead count).
  void begin(std::size_t budget) noexcept;
  /// Has more been asked for than may be read?
  bool over_budget() const noexcept { return over_; }
  /// Another `budget` bytes, for the body.
  void allow(std::size_t budget) noexcept { budget_ = budget; }
  /// As read(2) and write(2), for libfcgi. -1: over budget (EMSGSIZE), too slow (ETIMEDOUT), no FastCGI (EPROTO) or the peer is
  /// gone.
  int read(int fd, char* buffer, std::size_t size);
  int write(int fd, const char* buffer, std::size_t size);

  /// A whole request, and a whole answer, must have passed within this time.
  static constexpr std::chrono::seconds kPatience{30};
  /// Names the Transport that this thread's libfcgi calls use; nullptr for none.
  static void use(Transport* transport) noexcept;
};

/// To be called before a connection is closed over unread input: ends our side, and reads and drops what still comes, for half a
/// second at most. Without it the peer would see a reset instead of our answer.
void drop_unread(int fd);

}  // namespace fcgi
