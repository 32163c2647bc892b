// lane.cc: libcurl says which sockets and which time it waits for; epoll and the loop tell it when they have come.
#include "net/lane.h"

#include <sys/epoll.h>

namespace net {
namespace {

constexpr long kept_connections = 1024;       // idle ones included
constexpr long shared_connections = 16;       // to a host
constexpr long streams_per_connection = 250;  // at most; the server's own limit, often 100 or 128, counts too

}  // namespace

Lane::Lane(int epoll, Kind kind) : multi_(curl_multi_init()), epoll_(epoll), kind_(kind) {
  if (!multi_) return;
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Lane::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Lane::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kept_connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_CONCURRENT_STREAMS, streams_per_connection);
  if (kind == shared) curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, shared_connections);
}

Lane::~Lane() = default;  // closes connections, which still calls on_socket

CURLMcode Lane::add(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, kind_ == shared ? 1L : 0L);
  return curl_multi_add_handle(multi_.get(), easy);
}

void Lane::ready(int fd, std::uint32_t events) {
  const int mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, mask, &running);
}

void Lane::run_timer() {
  if (!timer_ || *timer_ > std::chrono::steady_clock::now()) return;
  timer_.reset();
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

std::pair<CURL*, CURLcode> Lane::next_done() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left))
    if (message->msg == CURLMSG_DONE) return {message->easy_handle, message->data.result};
  return {nullptr, CURLE_OK};
}

int Lane::on_socket(CURL*, curl_socket_t fd, int what, void* lane, void* known) noexcept {
  auto& self = *static_cast<Lane*>(lane);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(self.epoll_, EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{};
  event.events = (what & CURL_POLL_IN ? std::uint32_t{EPOLLIN} : 0) | (what & CURL_POLL_OUT ? std::uint32_t{EPOLLOUT} : 0);
  event.data.u64 = std::uint64_t{self.kind_} << 32 | static_cast<std::uint32_t>(fd);
  // libcurl's idea of what it has told us and the kernel's may differ when a descriptor's number comes back.
  const int first = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(self.epoll_, first, fd, &event) != 0) epoll_ctl(self.epoll_, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  if (!known) curl_multi_assign(self.multi_.get(), fd, lane);
  return 0;
}

int Lane::on_timer(CURLM*, long ms, void* lane) noexcept {
  auto& self = *static_cast<Lane*>(lane);
  self.timer_.reset();
  if (ms >= 0) self.timer_ = std::chrono::steady_clock::now() + std::chrono::milliseconds{ms};
  return 0;
}

}  // namespace net
