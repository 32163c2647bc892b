// lane.h: a curl multi handle on the loop's epoll, through libcurl's socket interface, whose cost per event does not grow with the number
// of calls under way (curl_multi_perform looks at all of them each time). A lane has its own connections. Of net/ alone.
#pragma once
#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/handle.h"

namespace net {

class Lane {
 public:
  enum Kind : std::uint32_t {
    /// HTTP/2, or not known yet: few connections to a host, and calls wait to share them. Without the limit libcurl opens a connection for
    /// each call that comes while all streams are taken: 850 where 8 do, in a burst of 1,000 calls (7.88).
    shared,
    /// HTTP/1.1: as many connections as calls.
    single,
  };
  using Time = std::chrono::steady_clock::time_point;

 private:
  base::Handle<CURLM, curl_multi_cleanup> multi_;
  int epoll_;
  Kind kind_;
  std::optional<Time> timer_;  // when libcurl wants to be called

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* lane, void* known) noexcept;
  static int on_timer(CURLM* multi, long ms, void* lane) noexcept;

 public:
  /// Events of its sockets bear `kind` in the upper half of data.u64 and the socket in the lower.
  Lane(int epoll, Kind kind);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  /// False if there is no memory for it.
  bool good() const noexcept { return multi_ != nullptr; }
  CURLMcode add(CURL* easy);
  void remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }
  void ready(int fd, std::uint32_t events);
  void run_timer();
  std::optional<Time> due() const noexcept { return timer_; }
  /// The next transfer that is done, and how it went; a null handle when there is none. Remove it before asking again.
  std::pair<CURL*, CURLcode> next_done();
};

}  // namespace net
