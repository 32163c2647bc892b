// curl_client.cc: the client as its callers see it: checks, a place among the calls in flight, redirects. The exchange itself is call.cc,
// the thread that drives it loop.cc.
//
// Through a proxy the name is resolved by the proxy and the address that we see is the proxy's own, so `private_addresses = false` can
// then only refuse hosts that are written as an address; the proxy's rules must do the rest.
#include "net/curl_client.h"

#include <curl/curl.h>
#include <string.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "base/url.h"
#include "base/wiping.h"
#include "net/call.h"
#include "net/loop.h"
#include "net/rules.h"

#ifndef LATCHSTRING_VERSION
#define LATCHSTRING_VERSION "0"
#endif

namespace net {
namespace {

constexpr std::size_t idle_calls = 64;  // easy handles kept for the next request

/// curl_global_init counts its callers; thread-safe since 7.84. Its buffers hold client secrets, codes and tokens.
struct Library {
  const CURLcode code =
      curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, base::wipe_and_free, base::wiping_realloc, ::strdup, std::calloc);
  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { curl_global_cleanup(); }
};

base::Error wrong(std::string what) { return {base::Code::bad_request, what, what}; }

/// A bundle that cannot be read is found at the start and not at the first login.
base::Result<std::string> ca_file(const std::string& asked) {
  const auto* const builtin = curl_version_info(CURLVERSION_NOW)->cainfo;
  std::string path = !asked.empty() ? asked : builtin ? builtin : "/etc/ssl/certs/ca-certificates.crt";
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos) return path;
  return wrong("upstream.ca_file: no PEM certificate can be read from " + path);
}

base::Status check_proxy(const std::string& proxy) {
  if (proxy.empty()) return base::ok;
  const auto url = base::parse_url(proxy);
  const bool plain = url && url->scheme == "http" && (url->path.empty() || url->path == "/") && !url->has_query && !url->has_fragment;
  if (!plain) return wrong("upstream.proxy: want http://host:port");
  return base::ok;
}

/// The host as libcurl will read it: "0x7f.1" and "2130706433" are addresses to it. "" if it reads none.
std::string host_as_curl_reads_it(const std::string& url) {
  const base::Handle<CURLU, curl_url_cleanup> parsed{curl_url()};
  char* host = nullptr;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  if (curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) return {};
  std::string out{host};
  curl_free(host);
  if (out.starts_with('[') && out.ends_with(']')) out = out.substr(1, out.size() - 2);
  return out;
}

}  // namespace

struct CurlClient::Impl {
  Library library;
  Settings settings;
  std::size_t max_in_flight = 0;
  base::Metrics::Part under_way;
  std::array<std::mutex, CURL_LOCK_DATA_LAST> share_locks;
  Share share;  // TLS sessions: without it each easy handle would keep its own
  std::mutex mutex;
  std::condition_variable idle;
  std::size_t in_flight = 0;                 // under mutex
  bool closing = false;                      // under mutex
  std::vector<std::shared_ptr<Call>> spare;  // under mutex
  std::unique_ptr<Loop> loop;

  base::Status open();
  ~Impl();
  base::Result<std::shared_ptr<Call>> take();
  void give_back(std::shared_ptr<Call> call);
  base::Result<Response> exchange(const std::shared_ptr<Call>& call, const Request& request, const Target& target, Time deadline);
  base::Result<Response> to_the_end(const std::shared_ptr<Call>& call, const Request& request, Target target);

  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* impl) noexcept {
    static_cast<Impl*>(impl)->share_locks[data].lock();
  }
  static void unlock(CURL*, curl_lock_data data, void* impl) noexcept { static_cast<Impl*>(impl)->share_locks[data].unlock(); }
};

base::Status CurlClient::Impl::open() {
  if (library.code != CURLE_OK) return base::Error{base::Code::internal, "curl: cannot be initialised"};
  share.reset(curl_share_init());
  if (!share) return base::Error{base::Code::internal, "curl: out of memory"};
  curl_share_setopt(share.get(), CURLSHOPT_LOCKFUNC, &Impl::lock);
  curl_share_setopt(share.get(), CURLSHOPT_UNLOCKFUNC, &Impl::unlock);
  curl_share_setopt(share.get(), CURLSHOPT_USERDATA, this);
  curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  auto started = Loop::start();
  if (!started) return started.error();
  loop = std::move(*started);
  return base::ok;
}

CurlClient::Impl::~Impl() {
  {
    std::lock_guard lock{mutex};
    closing = true;
  }
  if (!loop) return;
  loop->stop();
  std::unique_lock lock{mutex};
  idle.wait(lock, [this] { return in_flight == 0; });  // the threads that were waiting have left send()
}

base::Result<std::shared_ptr<Call>> CurlClient::Impl::take() {
  {
    std::lock_guard lock{mutex};
    if (closing) return base::Error{base::Code::busy, "busy: shutting down"};
    if (in_flight >= max_in_flight) {
      if (settings.limits) settings.limits->hit(base::Limit::upstream_max_calls);
      return base::Error{base::Code::busy, "busy: too many calls to providers under way"};
    }
    ++in_flight;
    under_way.add(1);
    if (!spare.empty()) {
      auto call = std::move(spare.back());
      spare.pop_back();
      return call;
    }
  }
  Easy easy{curl_easy_init()};
  if (easy) {
    curl_easy_setopt(easy.get(), CURLOPT_SHARE, share.get());  // curl_easy_reset keeps it
    return std::make_shared<Call>(std::move(easy), settings);
  }
  give_back(nullptr);
  return base::Error{base::Code::internal, "curl: out of memory"};
}

void CurlClient::Impl::give_back(std::shared_ptr<Call> call) {
  std::lock_guard lock{mutex};
  if (call && spare.size() < idle_calls) spare.push_back(std::move(call));
  call.reset();
  under_way.add(-1);
  if (--in_flight == 0 && closing) idle.notify_all();
}

base::Result<Response> CurlClient::Impl::exchange(const std::shared_ptr<Call>& call, const Request& request, const Target& target,
                                                  Time deadline) {
  if (!request.private_addresses && !settings.proxy.empty()) {
    const auto host = host_as_curl_reads_it(request.url);
    if (host.empty() || (is_literal(host) && !allows(target.reach, host))) return refuse("refused: private address", target.host);
  }
  if (!call->prepare(request, target, std::chrono::steady_clock::now(), deadline))
    return base::Error{base::Code::internal, "curl: out of memory"};
  loop->submit(call);
  return call->wait();
}

base::Result<Response> CurlClient::Impl::to_the_end(const std::shared_ptr<Call>& call, const Request& request, Target target) {
  const auto timeout = request.timeout.count() > 0 ? request.timeout : settings.timeout;
  const auto deadline = std::chrono::steady_clock::now() + timeout;  // of all hops together
  auto answer = exchange(call, request, target, deadline);
  Request hop;
  for (const Request* now = &request; answer && may_redirect(request, answer->status); now = &hop) {
    const auto location = call->take_redirect();
    if (location.empty()) break;
    if (now->redirects == 0) return refuse("protocol: too many redirects", target.host);
    auto next = follow(*now, target, location);
    if (!next) return next.error();
    auto checked = check(*next);
    if (!checked) return checked.error();
    hop = std::move(*next);
    target = std::move(*checked);
    answer = exchange(call, hop, target, deadline);
  }
  if (answer) answer->url = hop.url.empty() ? request.url : hop.url;
  return answer;
}

CurlClient::CurlClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlClient::~CurlClient() = default;

base::Result<std::unique_ptr<CurlClient>> CurlClient::open(CurlOptions options) {
  if (auto proxy = check_proxy(options.proxy); !proxy) return proxy.error();
  auto ca = ca_file(options.ca_file);
  if (!ca) return ca.error();
  auto impl = std::make_unique<Impl>();
  impl->settings = {std::move(*ca),  std::move(options.proxy), "latchstring/" LATCHSTRING_VERSION,
                    options.timeout, options.max_response,     std::move(options.observe),
                    options.limits};
  impl->max_in_flight = options.max_in_flight;
  impl->under_way = options.under_way;
  if (auto opened = impl->open(); !opened) return opened.error();
  return std::unique_ptr<CurlClient>{new CurlClient{std::move(impl)}};
}

base::Result<Response> CurlClient::send(const Request& request) {
  auto target = check(request);
  if (!target) return target.error();
  auto call = impl_->take();
  if (!call) return call.error();
  auto answer = impl_->to_the_end(*call, request, std::move(*target));
  impl_->give_back(std::move(*call));
  return answer;
}

}  // namespace net
