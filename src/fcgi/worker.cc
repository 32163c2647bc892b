// fcgi/worker.cc: see worker.h.
#include "fcgi/worker.h"

#include <arpa/inet.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace fcgi {
namespace {

constexpr std::size_t kThreadStack = 1 << 20;     // address space; only what is touched costs memory
constexpr std::chrono::milliseconds kLinger{50};  // a thread waits that long with a kept connection, when others are free
constexpr std::chrono::milliseconds kGrace{300};  // a draining worker still answers on kept connections
constexpr std::chrono::seconds kHardStop{25};

std::size_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(std::clamp<rlim_t>(limit.rlim_cur, 64, 65536));
}

}  // namespace

Worker::Worker(int listen, const Options& options, Service service)
    : listen_(listen),
      threads_(std::clamp(options.threads, 1, 4096)),
      service_(std::move(service)),
      max_fds_(descriptor_limit()),
      idle_(std::make_unique<std::atomic<Idle>[]>(max_fds_)) {
  if (const char* peers = std::getenv("FCGI_WEB_SERVER_ADDRS"))
    for (const auto& peer : base::split(peers, ',')) allowed_peers_.emplace_back(base::trim(peer));
}

Worker::~Worker() {
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
}

base::Status Worker::start() {
  const auto failed = [](const char* what) {
    return base::Error{base::Code::internal, std::string{what} + ": " + std::strerror(errno), "cannot start request threads"};
  };
  if (FCGX_Init() != 0) return failed("FCGX_Init");
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0) return failed("epoll");
  epoll_event on_wake{.events = EPOLLIN, .data = {.fd = wake_}};
  // Exclusive: of all workers that watch this socket, one wakes for a connection. Edge-triggered: and one of its threads (with
  // level-triggering half a dozen wake in vain for every connection). Its price is that whoever wakes must accept all that wait.
  epoll_event on_listen{.events = EPOLLIN | EPOLLET | EPOLLEXCLUSIVE, .data = {.fd = listen_}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &on_wake) != 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, listen_, &on_listen) != 0)
    return failed("epoll_ctl");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStack);
  const auto entry = [](void* self) -> void* {
    static_cast<Worker*>(self)->thread_main();
    return nullptr;
  };
  running_ = threads_;
  while (handles_.size() < static_cast<std::size_t>(threads_)) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, &attributes, entry, this)) != 0) break;
    handles_.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
  if (handles_.size() == static_cast<std::size_t>(threads_)) return base::ok;
  const auto error = failed("pthread_create");
  {
    std::lock_guard lock{mutex_};
    running_ -= threads_ - static_cast<int>(handles_.size());
  }
  drain();
  return error;
}

void Worker::thread_main() {
  {
    Exchange exchange{service_};
    for (;;) {
      epoll_event event{};
      waiting_.fetch_add(1, std::memory_order_relaxed);
      const int n = epoll_wait(epoll_, &event, 1, -1);
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      if (n <= 0) continue;  // EINTR under a debugger
      if (event.data.fd == wake_) break;
      if (event.data.fd != listen_)
        serve(exchange, event.data.fd, true);
      else if (const int fd = accept_all(true); fd >= 0)
        serve(exchange, fd, false);
    }
  }
  std::lock_guard lock{mutex_};
  --running_;
  changed_.notify_all();
}

/// Accepts what waits. The first connection is returned, if `take_one`; the others go to other threads by way of epoll. -1 if there was
/// none.
int Worker::accept_all(bool take_one) {
  int first = -1;
  for (;;) {
    const int fd = accept4(listen_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == ECONNABORTED || errno == EPROTO || errno == EPERM || errno == EINTR) continue;  // that connection's own fault: accept(2)
      if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return first;
      service_.log.event(base::Level::error, "accept", {{"why", std::strerror(errno)}});
      // Nobody is woken again for those who wait: so whoever ends a connection accepts them, or, where none is open, time must help. A
      // thread that waited here while connections are open could be the last that serves them.
      bool others = false;
      {
        std::lock_guard lock{mutex_};
        others = connections_ > 0;
        starved_.store(others);
      }
      end_idle_connections(false);
      if (others || draining_.load()) return first;
      usleep(100'000);
      continue;
    }
    if (static_cast<std::size_t>(fd) >= max_fds_ || !peer_allowed(fd)) {
      close(fd);
      continue;
    }
    {
      std::lock_guard lock{mutex_};
      ++connections_;
    }
    if (take_one && first < 0) {
      first = fd;
    } else {
      park(fd, false, Idle::fresh);
    }
  }
}

bool Worker::peer_allowed(int fd) const {
  if (allowed_peers_.empty()) return true;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  char text[INET6_ADDRSTRLEN] = "";
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  if (peer.ss_family == AF_UNIX) return true;  // the variable is about addresses; a Unix socket has its file mode
  const void* address = peer.ss_family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&peer)->sin6_addr)
                                                   : static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&peer)->sin_addr);
  inet_ntop(peer.ss_family, address, text, sizeof text);
  return std::find(allowed_peers_.begin(), allowed_peers_.end(), text) != allowed_peers_.end();
}

/// `added`: epoll knows the connection already.
void Worker::serve(Exchange& exchange, int fd, bool added) {
  auto& idle = idle_[static_cast<std::size_t>(fd)];
  auto rest = idle.exchange(Idle::no) == Idle::kept ? Idle::kept : Idle::fresh;
  bool timed = false, may_wait = false;
  for (;;) {
    const auto end = exchange.run(fd, may_wait, [&] { idle.store(Idle::no); });
    if (end == Exchange::End::idle) return park(fd, added, rest);
    if (end == Exchange::End::over || draining_.load()) return end_connection(fd);
    rest = Idle::kept;
    idle.store(rest);
    // With threads to spare the next request is waited for right here, which saves the way through epoll; if not, the connection is parked.
    may_wait = waiting_.load(std::memory_order_relaxed) * 2 > threads_;
    if (may_wait && !timed) {
      const timeval linger{.tv_sec = 0, .tv_usec = std::chrono::microseconds{kLinger}.count()};
      timed = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &linger, sizeof linger) == 0;
      may_wait = timed;
    }
  }
}

/// Gives the connection to epoll, from where it may go to another thread at once.
void Worker::park(int fd, bool added, Idle rest) {
  idle_[static_cast<std::size_t>(fd)].store(rest);
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data = {.fd = fd}};
  {
    std::lock_guard lock{mutex_};  // who gets it cannot close it before this call has returned
    if (epoll_ctl(epoll_, added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0) return;
  }
  end_connection(fd);
}

void Worker::end_connection(int fd) {
  bool accept_more = false;
  {
    std::lock_guard lock{mutex_};
    idle_[static_cast<std::size_t>(fd)].store(Idle::no);
    close(fd);
    if (--connections_ == 0) changed_.notify_all();
    accept_more = starved_.exchange(false);
  }
  if (accept_more) accept_all(false);
}

bool Worker::wait_until_closed(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  return changed_.wait_until(lock, deadline, [&] { return connections_ == 0; });
}

/// Shuts the reading side of every idle connection: what the web server has sent already is still read and answered, what it tries to send
/// afterwards fails at once at its end, so that it turns to another worker. A thread then finds the end of the stream, and closes.
void Worker::end_idle_connections(bool fresh_too) {
  std::lock_guard lock{mutex_};  // so that none is closed, and its number used for something else, in between
  for (std::size_t fd = 0; fd < max_fds_; ++fd) {
    auto expected = Idle::kept;
    if (idle_[fd].compare_exchange_strong(expected, Idle::no) || (fresh_too && expected == Idle::fresh))
      shutdown(static_cast<int>(fd), SHUT_RD);
  }
}

bool Worker::drain() {
  using std::chrono::steady_clock;
  const auto hard_stop = steady_clock::now() + kHardStop;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, listen_, nullptr);
  accept_all(false);  // those whom we have been woken for, and thus nobody else
  // The socket is somebody else's from now on: a master that was killed is started again, and must not find it in use for as long as a
  // request takes here. Its number stays taken, since a thread may be about to accept: that fails with ENOTSOCK.
  dup3(wake_, listen_, O_CLOEXEC);
  draining_.store(true);
  bool all_closed = wait_until_closed(steady_clock::now() + kGrace);
  while (!all_closed && steady_clock::now() < hard_stop) {
    end_idle_connections(true);
    all_closed = wait_until_closed(steady_clock::now() + std::chrono::milliseconds{100});
  }
  eventfd_write(wake_, 1);
  {
    std::unique_lock lock{mutex_};
    const auto latest = std::max(hard_stop, steady_clock::now() + std::chrono::milliseconds{100});
    if (!changed_.wait_until(lock, latest, [&] { return running_ == 0; })) return false;
  }
  for (const auto thread : handles_) pthread_join(thread, nullptr);
  handles_.clear();
  return true;
}

}  // namespace fcgi
