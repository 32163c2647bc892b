// fcgi/worker_process.cc: a worker's process from fork to exit.
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/limits.h"
#include "fcgi/process.h"
#include "fcgi/worker.h"

namespace fcgi {
namespace {

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals() {
  const auto set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
}

int run_worker(const Server& server, const std::function<void(const std::string&)>& ready) {
  // Fewer heaps than threads, for each keeps what it once needed; but enough that threads seldom meet in one (with 2, a request costs a
  // third more).
  mallopt(M_ARENA_MAX, 16);
  auto handler = server.life.start();
  if (!handler) {
    const auto& error = handler.error();
    ready(error.say.empty() ? error.detail : error.say);
    return 1;
  }
  const auto& options = server.options;
  const base::SystemClock clock;
  base::Limits limits{server.log, server.metrics, clock};
  Worker worker{server.listen, options,
                Service{.rules = {options.mount, options.max_params, options.max_headers, options.trusted_proxies, options.https},
                        .max_body = options.max_body,
                        .handler = *std::move(handler),
                        .log = server.log,
                        .metrics = server.metrics,
                        .limits = limits}};
  if (const auto started = worker.start(); !started) {
    ready(started.error().detail);
    return 1;
  }
  ready("");
  const auto set = waited_signals();
  int signal = 0;
  do sigwait(&set, &signal);
  while (signal == SIGHUP || signal == SIGCHLD);  // SIGHUP is the master's business
  server.log.event(base::Level::info, "drain", {{"pid", std::to_string(getpid())}});
  if (!worker.drain()) {
    server.log.event(base::Level::error, "drain",
                     {{"pid", std::to_string(getpid())}, {"why", "requests are still in hand; they are given up"}});
    std::_Exit(1);  // threads still use what destructors would take away
  }
  if (server.life.stop) server.life.stop();
  return 0;
}

}  // namespace fcgi
