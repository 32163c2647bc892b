// fcgi/worker.h: one worker: request threads that share one epoll set of the listening socket and all idle connections. A thread holds a
// connection only while a request is in hand (and a moment longer, when other threads are free), so a thousand kept connections need no
// thousand threads, and an idle one starves nobody.
#pragma once
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "fcgi/exchange.h"
#include "fcgi/server.h"

namespace fcgi {

class Worker {
  int listen_;
  int threads_;
  Service service_;
  int epoll_ = -1;
  int wake_ = -1;  // eventfd: readable = all threads end
  std::size_t max_fds_;
  enum class Idle : unsigned char { no, fresh, kept };  // no: a request is in hand; fresh: none has come yet
  std::unique_ptr<std::atomic<Idle>[]> idle_;           // by descriptor
  std::atomic<int> waiting_{0};                         // threads in epoll_wait
  std::atomic<bool> draining_{false};
  std::atomic<bool> starved_{false};  // connections wait for a descriptor
  std::mutex mutex_;
  std::condition_variable changed_;
  int connections_ = 0;                     // guarded by mutex_
  int running_ = 0;                         // threads; guarded by mutex_
  std::vector<pthread_t> handles_;          // std::thread knows no stack size
  std::vector<std::string> allowed_peers_;  // FCGI_WEB_SERVER_ADDRS (FastCGI 1.0, 3.2): empty = all

  void thread_main();
  int accept_all(bool take_one);
  void serve(Exchange& exchange, int fd, bool added);
  void park(int fd, bool added, Idle rest);
  void end_connection(int fd);
  bool peer_allowed(int fd) const;
  void end_idle_connections(bool fresh_too);
  bool wait_until_closed(std::chrono::steady_clock::time_point deadline);

 public:
  Worker(int listen, const Options& options, Service service);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Starts the threads. Signals that the process waits for must be blocked already.
  base::Status start();
  /// Takes no new connection, answers what is in hand, ends the idle connections, joins the threads. False if that took over 25 s.
  bool drain();
};

}  // namespace fcgi
