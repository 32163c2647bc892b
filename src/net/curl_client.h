// curl_client.h: the real net::Client. One I/O thread drives a curl multi handle for all request threads, so a thousand logins to
// one provider share a handful of connections, TLS sessions and HTTP/2 streams. Make it after fork.
#pragma once
#include <functional>
#include <memory>

#include "base/limits.h"
#include "net/client.h"

namespace net {

struct CurlOptions {
  std::string ca_file = {};                   // PEM bundle; "" = the system's
  std::string proxy = {};                     // http://host:port; "" = none (the environment's proxies are ignored)
  std::chrono::milliseconds timeout{10'000};  // whole call
  std::size_t max_response = 1 << 20;         // bytes of body, counted as they arrive, whatever a request allows; headers: 64 KiB
  std::size_t max_in_flight = 4096;
  /// Called on the I/O thread for each finished call: host, outcome ("200", "timeout", ...), time taken. For metrics. May be empty.
  std::function<void(std::string_view host, std::string_view outcome, std::chrono::microseconds took)> observe = {};
  base::Limits* limits = nullptr;  // where refusals because of max_response and max_in_flight are counted; may be null
  base::Metrics::Part under_way = {};  // counts the calls that are
};

class CurlClient final : public Client {
  struct Impl;
  std::unique_ptr<Impl> impl_;
  explicit CurlClient(std::unique_ptr<Impl> impl);

 public:
  static base::Result<std::unique_ptr<CurlClient>> open(CurlOptions options);
  ~CurlClient() override;
  /// Blocks the calling thread until the answer, the deadline or an error. Any thread.
  base::Result<Response> send(const Request& request) override;
};

}  // namespace net
