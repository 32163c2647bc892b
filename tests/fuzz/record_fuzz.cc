// record_fuzz.cc: FastCGI records from a web server, or whoever reached the socket: libfcgi's reading through our Transport,
// parameters and body, and the answer. The bytes stand in a socket pair whose other end is closed, so nothing is waited for.
#include <fcgiapp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "fake/clock.h"
#include "fcgi/exchange.h"
#include "fuzz.h"

namespace {

constexpr std::size_t kMaxBody = 1024, kMostInput = 32 << 10;

struct Fixture {
  fake::Clock clock;
  base::Log log{-1, base::Level::error, clock};
  base::Metrics metrics;
  base::Limits limits{log, metrics, clock};
  fcgi::Service service{{.mount = "/auth", .max_params = 4096, .max_headers = 8, .trusted_proxies = {"10.0.0.1"}, .https = true},
                        kMaxBody,
                        [](const http::Request& request) { return answer(request); },
                        log,
                        metrics,
                        limits};
  const int started = FCGX_Init();  // as the worker does
  fcgi::Exchange exchange{service};

  static http::Response answer(const http::Request& request) {
    HOLDS(request.body.size() <= kMaxBody && request.path.starts_with('/') && !request.method.empty());
    HOLDS(!request.authorizer || request.body.empty());
    return http::json(200, "{}");  // an authorizer gets none of it: it is not the gate's
  }
};

/// Whole records of version 1, and no "let in" among them.
void check_answer(std::string_view bytes) {
  while (bytes.size() >= 8) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    HOLDS(at(0) == 1);
    const auto length = 8 + (at(4) << 8 | at(5)) + at(6);
    HOLDS(length <= bytes.size());
    bytes.remove_prefix(length);
  }
  HOLDS(bytes.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  int ends[2];
  if (size > kMostInput || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
  if (size > 0 && write(ends[0], data, size) != static_cast<ssize_t>(size)) std::abort();
  shutdown(ends[0], SHUT_WR);
  std::size_t requests = 0;
  while (f.exchange.run(ends[1], false, [] {}) == fcgi::Exchange::End::kept) HOLDS(++requests <= size / 8);
  close(ends[1]);
  std::string answer(64 << 10, '\0');
  std::size_t got = 0;
  for (ssize_t n = 1; n > 0 && got < answer.size(); got += static_cast<std::size_t>(std::max<ssize_t>(n, 0)))
    n = read(ends[0], answer.data() + got, answer.size() - got);
  close(ends[0]);
  if (got < answer.size()) check_answer(std::string_view{answer}.substr(0, got));
  return 0;
}
