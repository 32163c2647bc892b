// loop.h: the I/O thread of a worker: two curl multi handles (lane.h) on one epoll, deadlines, and the way in for calls of all threads.
// Which lane a host's calls take is learnt from its answers. Of net/ alone.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/call.h"
#include "net/lane.h"

namespace net {

class Loop {
  struct Active {
    std::shared_ptr<Call> call;
    std::multimap<Time, CURL*>::iterator deadline;
    Lane::Kind lane;
  };
  int epoll_ = -1, wake_ = -1;
  std::array<std::unique_ptr<Lane>, 2> lanes_;         // by Lane::Kind
  std::unordered_map<std::string, Lane::Kind> known_;  // by origin
  std::unordered_map<CURL*, Active> active_;
  std::multimap<Time, CURL*> deadlines_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Call>> submitted_;  // under mutex_
  bool stopping_ = false;                         // under mutex_
  std::thread thread_;                            // started under mutex_, by the first call

  Loop() = default;
  base::Status open();
  void start_thread();
  void run();
  int wait_ms() const;
  void dispatch(std::uint64_t data, std::uint32_t events);
  bool adopt();
  void add(std::shared_ptr<Call> call);
  Lane::Kind lane_for(const Call& call) const;
  void learn(const Call& call);
  void move_waiting(const std::string& origin);
  void reap(Lane& lane);
  void expire();
  std::shared_ptr<Call> remove(CURL* easy);
  void abandon();
  void wake() noexcept;

 public:
  static base::Result<std::unique_ptr<Loop>> start();
  ~Loop();
  /// Any thread. The call ends by finish(), fail() or time_out(), at its deadline at the latest; at once after stop().
  void submit(std::shared_ptr<Call> call);
  /// Fails what is under way and joins the thread. Not on two threads at once.
  void stop();
};

}  // namespace net
