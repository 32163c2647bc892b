// fcgi/exchange.cc: see exchange.h.
#include "fcgi/exchange.h"

#include <fastcgi.h>
#include <fcgiapp.h>

#include <algorithm>
#include <atomic>
#include <exception>

#include "base/encode.h"
#include "base/random.h"
#include "fcgi/params.h"
#include "fcgi/reply.h"

namespace fcgi {
namespace {

constexpr std::size_t kSlack = 16384;  // record headers, padding, and what is read ahead of the body

/// 16 hex digits that never repeat within a process and are no count of requests: splitmix64 is a bijection of its counter.
std::string request_id() {
  static std::atomic<std::uint64_t> counter = [] {
    base::SystemRandom random;
    std::uint64_t seed = 0;
    random.fill(std::as_writable_bytes(std::span{&seed, 1}));
    return seed;
  }();
  auto z = counter.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  std::string id(16, '0');
  for (auto it = id.rbegin(); it != id.rend(); ++it, z >>= 4) *it = "0123456789abcdef"[z & 15];
  return id;
}

http::Response refusal(int status) {
  switch (status) {
    case 400: return http::detail(400, "Malformed request.");
    case 404: return http::detail(404, "Not found.");
    case 413: return http::detail(413, "Request body too large.");
    case 431: return http::detail(431, "Request headers too large.");
    case 403: return http::detail(403, "Neither a responder nor an authorizer request.");
    default: return http::detail(500, "A server error occurred.");
  }
}

}  // namespace

struct Exchange::Library {
  FCGX_Request request{};
};

Exchange::Exchange(const Service& service) : library_(std::make_unique<Library>()), service_(service) {
  FCGX_InitRequest(&library_->request, -1, 0);  // no listening socket: connections are accepted by the worker
  library_->request.ipcFd = -1;
}
Exchange::~Exchange() = default;

/// Reads the body to the end of stdin, so that a kept connection stands at its next request. False: input is left unread, the connection
/// must close. A body that is shorter or longer than announced was cut or forged: 400, and nothing is done (RFC 9112 8).
bool Exchange::read_body(const std::optional<std::size_t>& length, http::Request& request, int& refuse) {
  auto* in = library_->request.in;
  const auto limit = service_.max_body;
  if (FCGX_GetError(in) != 0) {  // cut between two parameters, which libfcgi takes for their end
    refuse = 400;
    return false;
  }
  if (length && *length > limit) {
    if (!refuse) refuse = 413;
    return false;
  }
  transport_.allow(2 * limit + kSlack);
  const auto expected = length.value_or(limit);
  std::size_t got = 0;
  // Without a length there is nearly always no body either: so the room for one is made in steps.
  for (std::size_t room = length ? expected + 1 : std::min<std::size_t>(256, limit + 1);; room = expected + 1) {
    request.body.resize(room);
    got += static_cast<std::size_t>(FCGX_GetStr(request.body.data() + got, static_cast<int>(room - got), in));
    if (got < room || room == expected + 1) break;
  }
  request.body.resize(got);
  const bool whole = got <= expected && FCGX_GetError(in) == 0 && (!length || got == expected);
  if (!whole && !refuse) refuse = got > expected && !length ? 413 : 400;
  return whole;
}

/// An authorizer's request has no body (FastCGI 6.3). lighttpd announces the client's nevertheless, and Apache does not even send the record
/// that ends one: nothing is waited for, and so the connection cannot be kept.
bool Exchange::no_body(int& refuse) {
  if (FCGX_GetError(library_->request.in) != 0) refuse = 400;  // cut between two parameters
  return false;
}

http::Response Exchange::respond(http::Request& request, int refuse) {
  if (refuse) return refusal(refuse);
  try {
    auto response = service_.handler(request);
    const bool good = response.status >= 200 && response.status < 300;
    if (!request.authorizer || !good || response.lets_in) return response;
    // Whatever it was that answered, it was not the gate.
    service_.log.event(base::Level::error, "authorizer", {{"req", request.id}, {"why", "a 2xx that is not the gate's was held back"}});
  } catch (const std::exception& e) {
    service_.log.event(base::Level::error, "exception", {{"req", request.id}, {"what", e.what()}});
  } catch (...) {
    service_.log.event(base::Level::error, "exception", {{"req", request.id}});
  }
  return refusal(500);
}

/// False if the peer did not take it.
bool Exchange::answer(const http::Response& response, const http::Request& request) {
  reply_.clear();
  const bool head = request.method == "HEAD";
  if (!append_reply(reply_, response, head, request.id)) {
    service_.log.event(base::Level::error, "reply", {{"req", request.id}, {"why", "a header is malformed, or all are too large"}});
    append_reply(reply_, refusal(500), head, request.id);
  }
  const bool taken = FCGX_PutStr(reply_.data(), static_cast<int>(reply_.size()), library_->request.out) >= 0;
  if (reply_.capacity() > kSlack) reply_ = {};  // one large answer must not be held by every thread for ever
  return taken;
}

Exchange::End Exchange::serve(int fd) {
  auto& fcgx = library_->request;
  Transport::use(&transport_);
  transport_.begin(service_.rules.max_params + kSlack);
  fcgx.ipcFd = fd;
  fcgx.keepConnection = 1;  // otherwise FCGX_Accept_r drops the connection that it is given
  if (FCGX_Accept_r(&fcgx) != 0) {
    // Malformed records, parameters over the budget, too slow, or gone: no answer can be given.
    if (transport_.over_budget())
      service_.limits.hit(base::Limit::server_max_params, {{"why", "far too large to be answered"}});
    else
      service_.log.event(base::Level::warn, "malformed", {{"why", "not FastCGI, too slow or cut off"}});
    service_.metrics.add("latchstring_malformed_total");
    return End::over;
  }
  const auto role = fcgx.role == FCGI_AUTHORIZER ? Role::authorizer : Role::responder;
  auto parsed = parse_params(fcgx.envp, service_.rules, role);
  auto& request = parsed.request;
  request.id = request_id();
  int refuse = parsed.refuse;
  if (fcgx.role != FCGI_RESPONDER && fcgx.role != FCGI_AUTHORIZER) refuse = 403;
  const bool read = role == Role::authorizer ? no_body(refuse) : read_body(parsed.length, request, refuse);
  if (refuse == 404)
    service_.log.event(base::Level::warn, "unmounted", {{"req", request.id}, {"mount", service_.rules.mount}, {"path", parsed.full_path}});
  if (refuse == 413) parsed.over = base::Limit::server_max_body;
  if (refuse && parsed.over) service_.limits.hit(*parsed.over, {{"ip", request.remote_addr}, {"req", request.id}});
  if (refuse) service_.metrics.add("latchstring_refused_total", {{"status", std::to_string(refuse)}});
  const auto response = respond(request, refuse);
  const bool taken = answer(response, request);
  FCGX_Finish_r(&fcgx);
  const bool keep = read && taken && fcgx.ipcFd >= 0;
  fcgx.ipcFd = -1;
  if (keep) return End::kept;
  if (!read) drop_unread(fd);
  return End::over;
}

}  // namespace fcgi
