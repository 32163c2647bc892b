// fcgi/listen.h: the listening socket, inherited or made.
#pragma once
#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace fcgi {

/// Owns a listening socket and, if it made one, the file of a Unix socket: the file goes with it, unless another server has taken its
/// place.
class Listener {
  int fd_ = -1;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;

  Listener() = default;

 public:
  /// `where`: "" takes over descriptor 0, or systemd's descriptor 3 (sd_listen_fds(3)); a path (anything with a '/', or without a ':')
  /// makes a Unix socket of that mode; "HOST:PORT" with a numeric host, "localhost" or none (= 127.0.0.1) makes a TCP socket. A stale
  /// socket file is replaced, one that is in use is an error. Error.say is the line for the operator.
  static base::Result<Listener> open(const std::string& where, int mode);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();
  int fd() const noexcept { return fd_; }
  /// True if others than this machine can reach it.
  bool exposed() const;
};

}  // namespace fcgi
