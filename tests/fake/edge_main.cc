// fake/edge_main.cc: the FastCGI edge with a handler that says what it was asked; for tests/integration/edge_test.py and for measuring the
// edge.
//   edge [--listen WHERE] [--mount /auth] [--workers N] [--threads N] [--no-master] [--trust ADDRESS] [--fail FILE]
// Paths: /echo (JSON of the request), /hello, /sleep?MS, /crash, /throw, /big?BYTES, /badheader, /pid. While FILE exists, workers cannot
// start.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "base/clock.h"
#include "base/encode.h"
#include "fcgi/server.h"
#include "fcgi/spawned.h"

namespace {

std::atomic<int> handled{0};

std::string quoted(std::string_view text) { return '"' + base::hex(text) + '"'; }  // any byte, and never an escape to think about

http::Response echo(const http::Request& r) {
  std::string body = "{\"method\":" + quoted(r.method) + ",\"path\":" + quoted(r.path) + ",\"query\":" + quoted(r.query) +
                     ",\"content_type\":" + quoted(r.content_type) + ",\"body\":" + quoted(r.body) +
                     ",\"remote_addr\":" + quoted(r.remote_addr) + ",\"id\":" + quoted(r.id) + ",\"sid\":" + quoted(r.cookie("sid")) +
                     ",\"https\":" + (r.https ? "true" : "false") + ",\"headers\":[";
  for (const auto& [name, value] : r.headers) body += (body.back() == '[' ? "[" : ",[") + quoted(name) + "," + quoted(value) + "]";
  return http::json(200, body + "]}");
}

/// A gate that lets in below /open, and below /held answers without meaning it.
http::Response gate(const http::Request& r) {
  http::Response response = http::empty(r.original.starts_with("/held/204") ? 204 : 200);
  response.lets_in = r.original.starts_with("/open/");
  response.set(r.authorizer ? "Variable-REMOTE_USER" : "Remote-User", "ada");
  return response.lets_in || r.original.starts_with("/held/") ? response : http::empty(401);
}

http::Response handle(const http::Request& r) {
  ++handled;
  if (r.path == "/gate") return gate(r);
  const auto number = std::atol(r.query.c_str());
  if (r.path == "/hello") return http::json(200, "{\"hello\":\"x\"}");
  if (r.path == "/echo") return echo(r);
  if (r.path == "/pid") return http::json(200, std::to_string(getpid()));
  if (r.path == "/handled") return http::json(200, std::to_string(handled.load()));
  if (r.path == "/sleep") {
    std::this_thread::sleep_for(std::chrono::milliseconds{number});
    return http::json(200, "\"slept\"");
  }
  if (r.path == "/crash") std::abort();
  if (r.path == "/throw") throw std::runtime_error{"thrown for the test"};
  if (r.path == "/big") return http::json(200, std::string(static_cast<std::size_t>(number), 'b'));
  if (r.path == "/badheader") return http::empty(200).set("X-Split", "a\r\nSet-Cookie: evil=1");
  if (r.path == "/bigheader") return http::empty(200).set("X-Big", std::string(4000, 'x'));
  if (r.path == "/empty") return http::empty(204);
  return http::detail(404, "No such path in this test.");
}

}  // namespace

int main(int argc, char** argv) {
  fcgi::Options options;
  options.workers = 2;
  std::string fail;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const auto value = [&]() -> const char* { return i + 1 < argc ? argv[++i] : ""; };
    if (arg == "--listen")
      options.listen = value();
    else if (arg == "--mount")
      options.mount = value();
    else if (arg == "--workers")
      options.workers = std::atoi(value());
    else if (arg == "--threads")
      options.threads = std::atoi(value());
    else if (arg == "--no-master")
      options.master = false;
    else if (arg == "--trust")
      options.trusted_proxies.emplace_back(value());
    else if (arg == "--fail")
      fail = value();
    else
      return std::fprintf(stderr, "edge: unknown option %s\n", argv[i]), 2;
  }
  if (options.listen.empty() && fcgi::spawned_by_mod_fcgid()) options.master = false;
  const base::SystemClock clock;
  const base::Log log{2, base::Level::info, clock};
  base::Metrics metrics;
  const fcgi::Life life{.start = [&]() -> base::Result<fcgi::Handler> {
                          if (!fail.empty() && access(fail.c_str(), F_OK) == 0)
                            return base::Error{base::Code::internal, "detail for the log", "the start fails as the test wants"};
                          return fcgi::Handler{handle};
                        },
                        .stop = [] { std::fprintf(stderr, "stopped %d\n", static_cast<int>(getpid())); }};
  return fcgi::serve(options, life, log, metrics);
}
