// server.h: a provider in a thread, on loopback, that answers whatever bytes a row says: for answers that no well-behaved server gives.
// One connection at a time; stops within a moment of its destructor.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace net_test {

class Connection {
  int fd_;
  const std::atomic<bool>& stop_;

 public:
  Connection(int fd, const std::atomic<bool>& stop) : fd_(fd), stop_(stop) {}
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// One request with its body; "" when the peer has gone.
  std::string read_request() {
    std::string in;
    for (;;) {
      if (const auto end = in.find("\r\n\r\n"); end != std::string::npos) {
        const auto at = in.find("Content-Length: ");
        const std::size_t body = at < end ? std::stoul(in.substr(at + 16)) : 0;
        if (in.size() >= end + 4 + body) return in;
      }
      if (!readable(10'000)) return {};
      char buffer[4096];
      const auto n = recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return {};
      in.append(buffer, static_cast<std::size_t>(n));
    }
  }
  /// False when the peer has gone.
  bool write(std::string_view s) {
    while (!s.empty()) {
      const auto n = send(fd_, s.data(), s.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      s.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// Waits until the peer speaks or goes.
  bool readable(int ms) {
    for (int left = ms; left > 0 && !stop_; left -= 10) {
      pollfd p{.fd = fd_, .events = POLLIN, .revents = 0};
      if (poll(&p, 1, 10) > 0) return true;
    }
    return false;
  }
  bool peer_gone() {
    char c = 0;
    return recv(fd_, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
};

class Server {
 public:
  /// Serves one connection; returns when it is done with it.
  using Script = std::function<void(Connection&)>;

 private:
  int listen_ = -1;
  std::uint16_t port_ = 0;
  Script script_;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;

  void run() {
    while (!stop_) {
      pollfd p{.fd = listen_, .events = POLLIN, .revents = 0};
      if (poll(&p, 1, 10) <= 0) continue;
      const int fd = accept(listen_, nullptr, nullptr);
      if (fd < 0) continue;
      ++connections_;
      Connection c{fd, stop_};
      script_(c);
    }
  }

 public:
  explicit Server(Script script) : script_(std::move(script)) {
    listen_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    if (bind(listen_, reinterpret_cast<sockaddr*>(&a), size) != 0 || listen(listen_, 64) != 0) std::abort();
    getsockname(listen_, reinterpret_cast<sockaddr*>(&a), &size);
    port_ = ntohs(a.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }
  ~Server() {
    stop_ = true;
    thread_.join();
    close(listen_);
  }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
};

/// Answers each request of a connection with the same bytes, then waits for the next.
inline Server::Script always(std::string answer) {
  return [answer = std::move(answer)](Connection& c) {
    while (!c.read_request().empty() && c.write(answer)) {
    }
  };
}
/// Answers once and hangs up.
inline Server::Script once(std::string answer) {
  return [answer = std::move(answer)](Connection& c) {
    if (!c.read_request().empty()) c.write(answer);
  };
}

}  // namespace net_test
