// How many connections a burst of calls makes. Nobody answers here: what counts is who knocked, so the calls end by their deadline.
#include "net/lane.h"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "net/curl_client.h"
#include "unit/net/server.h"

using namespace std::chrono_literals;

namespace {

constexpr int kCalls = 40;

/// A port where connections are made and wait for ever.
class Door {
  int fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  std::uint16_t port_ = 0;

 public:
  Door() {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    BOOST_REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&a), size) == 0 && listen(fd_, 2 * kCalls) == 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size);
    port_ = ntohs(a.sin_port);
  }
  ~Door() { close(fd_); }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  std::string url(const std::string& scheme) const { return scheme + "://127.0.0.1:" + std::to_string(port_) + "/"; }
  int knocks() const {
    int n = 0;
    for (int fd = 0; (fd = accept(fd_, nullptr, nullptr)) >= 0; ++n) close(fd);
    return n;
  }
};

/// All calls at once; how many of them timed out.
int burst(const std::string& url) {
  net::CurlOptions options;
  options.timeout = 400ms;
  const auto client = net::CurlClient::open(options);
  BOOST_REQUIRE(client);
  std::atomic<int> late{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kCalls; ++i)
      threads.emplace_back([&] {
        const auto answer = (*client)->send({.url = url});
        late += !answer && answer.error().detail.starts_with("timeout: ");
      });
  }
  return late;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_lane)

BOOST_AUTO_TEST_CASE(without_streams_each_call_has_its_connection) {
  const Door door;
  BOOST_TEST(burst(door.url("http")) == kCalls);
  BOOST_TEST(door.knocks() == kCalls);
}

BOOST_AUTO_TEST_CASE(calls_to_a_host_not_known_yet_wait_for_one_connection) {
  const Door door;
  BOOST_TEST(burst(door.url("https")) == kCalls);
  const int knocks = door.knocks();
  BOOST_TEST(knocks >= 1);
  BOOST_TEST(knocks <= 16);
}

BOOST_AUTO_TEST_SUITE_END()
