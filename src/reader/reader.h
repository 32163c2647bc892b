// reader.h: XML from outside is read by a process that has nothing to lose. The worker starts a keeper (this very program, run anew, so
// that none of the worker's memory is in it), which starts a few readers. A reader has one descriptor, the socket that requests come by: no
// files, no network, no other process, and no system call but those for memory and for that socket (guard/). Whoever takes one over by a
// document can lie about documents from then on, until it ends; the keys that sign our tokens, the database and the secrets of other
// providers are out of its reach.
//
// A request has a socket of its own, whose other end goes to whichever reader is free. A reader that crashes, or takes longer than
// kDeadline, ends; its request fails, and the keeper starts another one. All of them end with their worker.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace reader {

inline constexpr std::chrono::seconds kDeadline{5};  // for one request, waiting included
inline constexpr int kReaders = 2;
inline constexpr std::size_t kLargestRequest = 4 << 20, kLargestAnswer = 32 << 20;

/// The worker's side.
class Reader {
  int socket_;
  pid_t keeper_;
  std::atomic<bool> lost_ = false;

  Reader(int socket, pid_t keeper) : socket_(socket), keeper_(keeper) {}

 public:
  /// Starts keeper and readers, and waits until one of them answers. `confined`: false for server.confine = "off". Before this process
  /// confines itself. Error.say: one line.
  static base::Result<std::unique_ptr<Reader>> start(bool confined);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  /// They end, and are waited for, for a second at the most.
  ~Reader();

  /// Any thread. Code::bad_request where the document is to blame: a reader died of it, or was too slow. Code::busy where nobody could take
  /// it in time, or where there is no keeper any more: then this process is told to make way for another (SIGTERM), since it cannot start
  /// one.
  base::Result<std::string> ask(std::string_view request);
  pid_t keeper() const noexcept { return keeper_; }
};

/// What the program does when it is started as a keeper, `latchstring xml-reader [unconfined]`. Exit status.
int run_keeper(bool confined);

}  // namespace reader
