// loop.cc: one turn of the I/O thread: sockets, new calls, libcurl's timers, finished calls, deadlines.
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>

namespace net {
namespace {

constexpr std::uint64_t wake_data = ~std::uint64_t{0};
constexpr std::size_t known_origins = 1024;  // names stand in the configuration and in documents: more are a sign of something else

base::Error os_error(const char* what) { return {base::Code::internal, std::string{what} + ": " + std::generic_category().message(errno)}; }
base::Error gone() { return {base::Code::busy, "busy: shutting down"}; }

}  // namespace

base::Result<std::unique_ptr<Loop>> Loop::start() {
  std::unique_ptr<Loop> loop{new Loop};
  if (auto opened = loop->open(); !opened) return opened.error();
  return loop;
}

base::Status Loop::open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = wake_data}};
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) return os_error("epoll");
  for (const auto kind : {Lane::shared, Lane::single}) {
    lanes_[kind] = std::make_unique<Lane>(epoll_, kind);
    if (!lanes_[kind]->good()) return base::Error{base::Code::internal, "curl: no multi handle"};
  }
  return base::ok;
}

/// Not before there is work: a process that confines itself does so before it has threads (guard/).
void Loop::start_thread() {
  // Signals are for the threads that know what to do with them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "net-io");  // its own: another's stands in /proc, which is closed by then
    run();
  }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Loop::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  wake();
  thread_.join();
}

Loop::~Loop() {
  stop();
  for (auto& lane : lanes_) lane.reset();
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
    if (!late && !thread_.joinable()) start_thread();
    if (!late) submitted_.push_back(call);
  }
  if (late) return call->fail(gone());
  if (first) wake();
}

void Loop::run() {
  epoll_event events[64];
  for (bool going = true; going;) {
    const int n = epoll_wait(epoll_, events, 64, wait_ms());
    for (int i = 0; i < n; ++i) dispatch(events[i].data.u64, events[i].events);
    going = adopt();
    for (auto& lane : lanes_) {
      lane->run_timer();
      reap(*lane);
    }
    expire();
  }
  abandon();
}

int Loop::wait_ms() const {
  std::optional<Time> next;
  const auto sooner = [&next](Time time) {
    if (!next || time < *next) next = time;
  };
  for (const auto& lane : lanes_)
    if (const auto due = lane->due()) sooner(*due);
  if (!deadlines_.empty()) sooner(deadlines_.begin()->first);
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Loop::dispatch(std::uint64_t data, std::uint32_t events) {
  if (data != wake_data) return lanes_.at(data >> 32)->ready(static_cast<int>(data & 0xffffffff), events);
  std::uint64_t count = 0;
  (void)!read(wake_, &count, sizeof count);
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
  const auto lane = lane_for(*call);
  if (const auto code = lanes_[lane]->add(easy); code != CURLM_OK)
    return call->fail({base::Code::internal, std::string{"curl: "} + curl_multi_strerror(code)});
  const auto deadline = deadlines_.emplace(call->deadline(), easy);
  active_.emplace(easy, Active{std::move(call), deadline, lane});
}

Lane::Kind Loop::lane_for(const Call& call) const {
  if (call.origin().starts_with("http:")) return Lane::single;  // HTTP/2 is agreed upon in the TLS handshake (RFC 7301)
  const auto it = known_.find(call.origin());
  return it == known_.end() ? Lane::shared : it->second;
}

void Loop::learn(const Call& call) {
  const auto version = call.http_version();
  if (version == 0) return;
  const auto lane = version >= CURL_HTTP_VERSION_2_0 ? Lane::shared : Lane::single;
  const auto was = lane_for(call);
  if (known_.size() >= known_origins) known_.clear();
  known_.insert_or_assign(call.origin(), lane);
  if (was == Lane::shared && lane == Lane::single) move_waiting(call.origin());
}

/// Calls that waited for streams of a connection that has none.
void Loop::move_waiting(const std::string& origin) {
  for (auto& [easy, active] : active_) {
    if (active.lane != Lane::shared || active.call->started() || active.call->origin() != origin) continue;
    lanes_[Lane::shared]->remove(easy);
    if (lanes_[Lane::single]->add(easy) == CURLM_OK) active.lane = Lane::single;  // else its deadline ends it
  }
}

void Loop::reap(Lane& lane) {
  for (auto [easy, code] = lane.next_done(); easy; std::tie(easy, code) = lane.next_done()) {
    const auto call = remove(easy);
    if (!call) return;
    learn(*call);
    call->finish(code);
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
  lanes_[it->second.lane]->remove(easy);
  auto call = std::move(it->second.call);
  deadlines_.erase(it->second.deadline);
  active_.erase(it);
  return call;
}

void Loop::abandon() {
  while (!active_.empty()) remove(active_.begin()->first)->fail(gone());
}

}  // namespace net
