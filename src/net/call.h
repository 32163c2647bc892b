// call.h: one HTTP exchange: a curl easy handle, what it may do, what has arrived, and the thread that waits for it. Of net/ alone.
// Owned by the waiting thread until submit, by the I/O thread until finish() or fail(), then by the waiting thread again. After that it is
// recycled for the next call of any thread.
#pragma once
#include <curl/curl.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/handle.h"
#include "base/limits.h"
#include "net/rules.h"

namespace net {

using Easy = base::Handle<CURL, curl_easy_cleanup>;
using Share = base::Handle<CURLSH, curl_share_cleanup>;
using Time = std::chrono::steady_clock::time_point;

/// What all calls of a client have in common.
struct Settings {
  std::string ca_file, proxy, user_agent;
  std::chrono::milliseconds timeout{};
  std::size_t max_response = 0;
  std::function<void(std::string_view host, std::string_view outcome, std::chrono::microseconds took)> observe;
  base::Limits* limits = nullptr;
};

class Call {
  Easy easy_;
  base::Handle<curl_slist, curl_slist_free_all> headers_;
  const Settings& settings_;
  Target target_;
  Response response_;
  std::string redirect_;
  base::Error error_;
  bool failed_ = false;
  std::size_t max_body_ = 0, header_bytes_ = 0;
  bool started_ = false;
  bool headers_done_ = false;    // what comes after them are trailers
  const char* broke_ = nullptr;  // the rule that made a callback stop the transfer
  Time begun_{}, deadline_{};
  char curl_says_[CURL_ERROR_SIZE] = {};
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool done_ = false;

  void set_options(const Request& request);
  void set_method(const Request& request);
  bool set_headers(const Request& request);
  bool via_proxy() const { return !settings_.proxy.empty() && !target_.loopback; }
  std::size_t stop(const char* why) noexcept;
  std::size_t take_header(std::string_view line) noexcept;
  std::size_t take_body(std::string_view bytes) noexcept;
  base::Error explain(CURLcode code) const;
  void settle() noexcept;

  static std::size_t on_header(char* p, std::size_t size, std::size_t n, void* call) noexcept;
  static std::size_t on_body(char* p, std::size_t size, std::size_t n, void* call) noexcept;
  static curl_socket_t on_open(void* call, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int on_ready(void* call, char* remote, char* local, int remote_port, int local_port) noexcept;

 public:
  static constexpr std::size_t max_headers = 64 * 1024;

  Call(Easy easy, const Settings& settings) : easy_(std::move(easy)), settings_(settings) {}
  CURL* easy() const noexcept { return easy_.get(); }
  Time deadline() const noexcept { return deadline_; }
  const std::string& origin() const noexcept { return target_.origin; }
  /// On the I/O thread: a connection has been found, the request goes out.
  bool started() const noexcept { return started_; }
  /// Of the answer: CURL_HTTP_VERSION_*, 0 if there was none. On the I/O thread.
  long http_version() const noexcept;

  /// Ready to be submitted. `request` must outlive the exchange. False: out of memory, or refused (then wait() has the error).
  bool prepare(const Request& request, const Target& target, Time now, Time deadline);
  /// On the I/O thread: curl is done with it, or it will never be.
  void finish(CURLcode code);
  void fail(base::Error error);
  void time_out();
  /// On the waiting thread.
  base::Result<Response> wait();
  /// The absolute URL of a 3xx answer's Location, or "".
  std::string take_redirect() { return std::move(redirect_); }
};

}  // namespace net
