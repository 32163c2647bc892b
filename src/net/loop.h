// loop.h: the I/O thread of a worker: one curl multi handle on epoll, through libcurl's socket interface, whose cost per event does not
// grow with the number of calls under way (curl_multi_perform looks at all of them each time). Of net/ alone.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/call.h"

namespace net {

class Loop {
  using Multi = base::Handle<CURLM, curl_multi_cleanup>;
  struct Active {
    std::shared_ptr<Call> call;
    std::multimap<Time, CURL*>::iterator deadline;
  };
  Multi multi_;
  int epoll_ = -1, wake_ = -1;
  std::optional<Time> timer_;  // when libcurl wants to be called
  std::unordered_map<CURL*, Active> active_;
  std::multimap<Time, CURL*> deadlines_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Call>> submitted_;  // under mutex_
  bool stopping_ = false;                         // under mutex_
  std::thread thread_;

  explicit Loop(Multi multi) : multi_(std::move(multi)) {}
  base::Status open();
  void run();
  int wait_ms() const;
  void dispatch(int fd, std::uint32_t events);
  void run_timer();
  bool adopt();
  void add(std::shared_ptr<Call> call);
  void reap();
  void expire();
  std::shared_ptr<Call> remove(CURL* easy);
  void abandon();
  void wake() noexcept;

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* loop, void* known) noexcept;
  static int on_timer(CURLM* multi, long ms, void* loop) noexcept;

 public:
  static base::Result<std::unique_ptr<Loop>> start();
  ~Loop();
  /// Any thread. The call ends by finish(), fail() or time_out(), at its deadline at the latest; at once after stop().
  void submit(std::shared_ptr<Call> call);
  /// Fails what is under way and joins the thread. Not on two threads at once.
  void stop();
};

}  // namespace net
