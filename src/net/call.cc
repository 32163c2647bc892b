// call.cc: what an exchange may do (options), takes in (callbacks) and becomes (an answer or an Error).
#include "net/call.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/text.h"

namespace net {
namespace {

using std::chrono::milliseconds;

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option,
                   value);  // options known to this libcurl and strings that fit: it cannot fail but for memory, and then the transfer does
}

/// PEM that stays where it is until the transfer has ended: curl makes no copy of a key that nobody would wipe.
void set_blob(CURL* easy, CURLoption option, std::string_view pem) {
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
  set(easy, option, &blob);
}

/// Half of the time for the connection, so that an unreachable host is told apart from a slow one.
long connect_timeout(Time now, Time deadline) {
  return static_cast<long>(std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(deadline - now).count() / 2));
}

/// The kind of failure: the first word of the detail.
const char* kind_of(CURLcode code) noexcept {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return "dns";
    case CURLE_COULDNT_CONNECT: return "connect";
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return "proxy";
    case CURLE_OPERATION_TIMEDOUT: return "timeout";
    case CURLE_FILESIZE_EXCEEDED: return "too large";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS: return "tls";
    case CURLE_URL_MALFORMAT: return "refused";
    default: return "protocol";
  }
}

}  // namespace

bool Call::prepare(const Request& request, const Target& target, Time now, Time deadline) {
  headers_.reset();
  curl_easy_reset(easy_.get());
  target_ = target;
  response_ = {};
  redirect_.clear();
  error_ = {};
  failed_ = done_ = started_ = headers_done_ = false;
  header_bytes_ = 0;
  broke_ = nullptr;
  curl_says_[0] = '\0';
  begun_ = now;
  deadline_ = deadline;
  max_body_ = request.max_response ? std::min(request.max_response, settings_.max_response) : settings_.max_response;
  set_options(request);
  set_method(request);
  return set_headers(request);
}

void Call::set_options(const Request& request) {
  CURL* const e = easy_.get();
  set(e, CURLOPT_URL, request.url.c_str());
  set(e, CURLOPT_PROTOCOLS_STR, "http,https");
  set(e, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  set(e, CURLOPT_NOSIGNAL, 1L);
  set(e, CURLOPT_NOPROGRESS, 1L);
  set(e, CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer must not hold up the I/O thread when a lookup is given up
  set(e, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout(begun_, deadline_));
  set(e, CURLOPT_ERRORBUFFER, curl_says_);
  set(e, CURLOPT_PRIVATE, this);
  set(e, CURLOPT_USERAGENT, settings_.user_agent.c_str());
  set(e, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");  // some providers compress, asked or not; decoded bytes are what is counted
  // The peer is who the URL says, always. Without a directory of CAs libcurl keeps the parsed bundle for all connections.
  set(e, CURLOPT_SSL_VERIFYPEER, 1L);
  set(e, CURLOPT_SSL_VERIFYHOST, 2L);
  set(e, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(e, CURLOPT_CAINFO, settings_.ca_file.c_str());
  set(e, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (const auto* own = request.certificate.get(); own != nullptr) {
    set_blob(e, CURLOPT_SSLCERT_BLOB, own->certificate.reveal());
    set_blob(e, CURLOPT_SSLKEY_BLOB, own->key.reveal());
    // A kept connection is used again only with the certificate that it was made with: libcurl compares it. A session that is resumed would
    // carry the identity of another handshake along (RFC 8446 2.2), so that there is none.
    set(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  // Our proxy or none: "" also turns the environment's off. What is on loopback is not the proxy's business.
  set(e, CURLOPT_PROXY, via_proxy() ? settings_.proxy.c_str() : "");
  set(e, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(e, CURLOPT_HEADERFUNCTION, &Call::on_header);
  set(e, CURLOPT_HEADERDATA, this);
  set(e, CURLOPT_WRITEFUNCTION, &Call::on_body);
  set(e, CURLOPT_WRITEDATA, this);
  set(e, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_));
  // Addresses: before a connection is made, and once more before a kept one is used.
  set(e, CURLOPT_OPENSOCKETFUNCTION, &Call::on_open);
  set(e, CURLOPT_OPENSOCKETDATA, this);
  set(e, CURLOPT_PREREQFUNCTION, &Call::on_ready);
  set(e, CURLOPT_PREREQDATA, this);
}

void Call::set_method(const Request& request) {
  CURL* const e = easy_.get();
  if (request.method == "HEAD") {
    set(e, CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST" || !request.body.empty()) {
    set(e, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(e, CURLOPT_POSTFIELDS, request.body.data());
    if (request.method != "POST") set(e, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    set(e, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

bool Call::set_headers(const Request& request) {
  const auto add = [this](const std::string& line) {
    curl_slist* const more = curl_slist_append(headers_.get(), line.c_str());
    if (!more) return false;
    (void)headers_.release();
    headers_.reset(more);
    return true;
  };
  // Without a body there is no type to tell; curl would say that it is a form, and some APIs (Dropbox) refuse that.
  if (request.body.empty() && !add("Content-Type:")) return false;
  if (!add("Expect:")) return false;  // no 100-continue: it costs a round trip
  for (const auto& [name, value] : request.headers)
    if (!add(base::trim(value).empty() ? name + ";" : name + ": " + value)) return false;
  set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  set(easy_.get(), CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});  // none of them for the proxy
  return true;
}

// ---- what arrives --------------------------------------------------------------------------------------------------------

std::size_t Call::stop(const char* why) noexcept {
  broke_ = why;
  return CURL_WRITEFUNC_ERROR;
}

std::size_t Call::take_header(std::string_view line) noexcept {
  header_bytes_ += line.size();  // interim answers and trailers too
  if (header_bytes_ > max_headers) return stop("too large: headers above 64 KiB");
  const auto text = base::trim(line);
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    headers_done_ = false;
  } else if (text.empty()) {
    headers_done_ = true;
  } else if (const auto colon = text.find(':'); !headers_done_ && colon != std::string_view::npos) {
    auto name = base::lower(text.substr(0, colon));
    const auto value = base::trim(text.substr(colon + 1));
    // Only what we asked for: other codings would bring decoders with windows of many MB, and stacks of them (RFC 9110 8.4).
    if (name == "content-encoding" && !base::equal_no_case(value, "gzip") && !base::equal_no_case(value, "deflate") &&
        !base::equal_no_case(value, "identity"))
      return stop("protocol: content coding that was not asked for");
    response_.headers.emplace_back(std::move(name), value);
  }  // A trailer is no header (RFC 9110 6.5.1).
  return line.size();
}

std::size_t Call::take_body(std::string_view bytes) noexcept {
  if (bytes.size() > max_body_ - response_.body.size()) return stop("too large: body");
  response_.body.append(bytes);
  return bytes.size();
}

std::size_t Call::on_header(char* p, std::size_t size, std::size_t n, void* call) noexcept {
  return static_cast<Call*>(call)->take_header({p, size * n});
}
std::size_t Call::on_body(char* p, std::size_t size, std::size_t n, void* call) noexcept {
  return static_cast<Call*>(call)->take_body({p, size * n});
}

// Through a proxy the address is the proxy's own (see curl_client.cc).
curl_socket_t Call::on_open(void* call, curlsocktype, curl_sockaddr* address) noexcept {
  auto& self = *static_cast<Call*>(call);
  if (self.via_proxy() || allows(self.target_.reach, address->addr))
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  self.broke_ = "refused: private address";
  return CURL_SOCKET_BAD;
}

int Call::on_ready(void* call, char* remote, char*, int, int) noexcept {
  auto& self = *static_cast<Call*>(call);
  self.started_ = true;
  if (self.via_proxy() || allows(self.target_.reach, std::string{remote})) return CURL_PREREQFUNC_OK;
  self.broke_ = "refused: private address";
  return CURL_PREREQFUNC_ABORT;
}

// ---- what it becomes -----------------------------------------------------------------------------------------------------

long Call::http_version() const noexcept {
  long version = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  return version;
}

base::Error Call::explain(CURLcode code) const {
  // An address that was refused counts only if no other address of the name would do.
  if (broke_ && (code == CURLE_WRITE_ERROR || code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_COULDNT_CONNECT))
    return refuse(broke_, target_.host);
  long tunnel = 0;
  if (via_proxy()) curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if (tunnel != 0 && tunnel / 100 != 2) return refuse("proxy: answered " + std::to_string(tunnel), target_.host);
  std::string what{kind_of(code)};
  const bool verifying = what == "tls" && curl_says_[0] != '\0';  // which check failed: curl's text names no more than the host
  what.append(": ").append(verifying ? curl_says_ : curl_easy_strerror(code));
  return refuse(what, target_.host);
}

void Call::finish(CURLcode code) {
  if (code != CURLE_OK) return fail(explain(code));
  if (!headers_done_) return fail(refuse("protocol: headers without end", target_.host));  // libcurl takes a close for the end of them
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  char* location = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
  if (location) redirect_ = location;
  settle();
}

void Call::fail(base::Error error) {
  error_ = std::move(error);
  failed_ = true;
  settle();
}

void Call::time_out() { fail(refuse("timeout: no whole answer in time", target_.host)); }

void Call::settle() noexcept {
  const std::string_view outcome = std::string_view{error_.detail}.substr(0, error_.detail.find(':'));
  if (failed_ && outcome == "too large" && settings_.limits)
    settings_.limits->hit(base::Limit::upstream_max_response, {{"host", target_.host}, {"why", error_.detail}});
  if (settings_.observe) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
    settings_.observe(target_.host, failed_ ? std::string{outcome} : std::to_string(response_.status), took);
  }
  std::lock_guard lock{mutex_};
  done_ = true;
  arrived_.notify_one();
}

base::Result<Response> Call::wait() {
  std::unique_lock lock{mutex_};
  arrived_.wait(lock, [this] { return done_; });
  if (failed_) return std::move(error_);
  return std::move(response_);
}

}  // namespace net
