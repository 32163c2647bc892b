// loop.cc: one turn of the I/O thread: sockets, libcurl's timer, new calls, finished calls, deadlines.
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace net {
namespace {

constexpr long kept_connections = 1024;       // idle ones included; HTTP/2 needs a handful, HTTP/1.1 as many as calls at once
constexpr long streams_per_connection = 250;  // at most; the server's own limit counts too

base::Error os_error(const char* what) { return {base::Code::internal, std::string{what} + ": " + std::generic_category().message(errno)}; }
base::Error gone() { return {base::Code::busy, "busy: shutting down"}; }

}  // namespace

base::Result<std::unique_ptr<Loop>> Loop::start() {
  Multi multi{curl_multi_init()};
  if (!multi) return base::Error{base::Code::internal, "curl: no multi handle"};
  std::unique_ptr<Loop> loop{new Loop{std::move(multi)}};
  if (auto opened = loop->open(); !opened) return opened.error();
  return loop;
}

base::Status Loop::open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) return os_error("epoll");
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kept_connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_CONCURRENT_STREAMS, streams_per_connection);
  // Signals are for the threads that know what to do with them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[this] { run(); }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), "net-io");
  return base::ok;
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake();
  thread_.join();
}

Loop::~Loop() {
  stop();
  multi_.reset();  // closes connections, which still calls on_socket
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
}

void Loop::wake() noexcept {
  const std::uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);  // full means: already awake
}

void Loop::submit(std::shared_ptr<Call> call) {
  bool first = false, late = false;
  {
    std::lock_guard lock{mutex_};
    first = submitted_.empty();
    late = stopping_;
    if (!late) submitted_.push_back(call);
  }
  if (late) return call->fail(gone());
  if (first) wake();
}

void Loop::run() {
  epoll_event events[64];
  for (bool going = true; going;) {
    const int n = epoll_wait(epoll_, events, 64, wait_ms());
    for (int i = 0; i < n; ++i) dispatch(events[i].data.fd, events[i].events);
    going = adopt();
    run_timer();
    reap();
    expire();
  }
  abandon();
}

int Loop::wait_ms() const {
  auto next = timer_;
  if (!deadlines_.empty() && (!next || deadlines_.begin()->first < *next)) next = deadlines_.begin()->first;
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Loop::dispatch(int fd, std::uint32_t events) {
  if (fd == wake_) {
    std::uint64_t count = 0;
    (void)!read(wake_, &count, sizeof count);
    return;
  }
  const int mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, mask, &running);
}

void Loop::run_timer() {
  if (!timer_ || *timer_ > std::chrono::steady_clock::now()) return;
  timer_.reset();
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

bool Loop::adopt() {
  std::vector<std::shared_ptr<Call>> fresh;
  bool stopping = false;
  {
    std::lock_guard lock{mutex_};
    fresh.swap(submitted_);
    stopping = stopping_;
  }
  for (auto& call : fresh) add(std::move(call));
  return !stopping;
}

void Loop::add(std::shared_ptr<Call> call) {
  CURL* const easy = call->easy();
  if (const auto code = curl_multi_add_handle(multi_.get(), easy); code != CURLM_OK)
    return call->fail({base::Code::internal, std::string{"curl: "} + curl_multi_strerror(code)});
  const auto deadline = deadlines_.emplace(call->deadline(), easy);
  active_.emplace(easy, Active{std::move(call), deadline});
}

void Loop::reap() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message is gone once the handle is removed
    if (const auto call = remove(message->easy_handle)) call->finish(code);
  }
}

void Loop::expire() {
  if (deadlines_.empty()) return;
  const auto now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    if (const auto call = remove(deadlines_.begin()->second)) call->time_out();
}

std::shared_ptr<Call> Loop::remove(CURL* easy) {
  const auto it = active_.find(easy);
  if (it == active_.end()) return nullptr;
  curl_multi_remove_handle(multi_.get(), easy);
  auto call = std::move(it->second.call);
  deadlines_.erase(it->second.deadline);
  active_.erase(it);
  return call;
}

void Loop::abandon() {
  while (!active_.empty()) remove(active_.begin()->first)->fail(gone());
}

int Loop::on_socket(CURL*, curl_socket_t fd, int what, void* loop, void* known) noexcept {
  auto& self = *static_cast<Loop*>(loop);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(self.epoll_, EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{.events = 0, .data = {.fd = fd}};
  event.events = (what & CURL_POLL_IN ? std::uint32_t{EPOLLIN} : 0) | (what & CURL_POLL_OUT ? std::uint32_t{EPOLLOUT} : 0);
  if (epoll_ctl(self.epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
    epoll_ctl(self.epoll_, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  if (!known) curl_multi_assign(self.multi_.get(), fd, loop);
  return 0;
}

int Loop::on_timer(CURLM*, long ms, void* loop) noexcept {
  auto& self = *static_cast<Loop*>(loop);
  self.timer_.reset();
  if (ms >= 0) self.timer_ = std::chrono::steady_clock::now() + std::chrono::milliseconds{ms};
  return 0;
}

}  // namespace net
