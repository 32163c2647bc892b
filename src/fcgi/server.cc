// fcgi/server.cc: serve(): the socket, then one worker or a master with several.
#include "fcgi/server.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "fcgi/listen.h"
#include "fcgi/process.h"

namespace fcgi {

void complain(const std::string& line) { static_cast<void>(std::fprintf(stderr, "latchstring: %s\n", line.c_str())); }

int serve(const Options& options, const Life& life, const base::Log& log, base::Metrics& metrics) {
  const auto listener = Listener::open(options.listen, options.socket_mode);
  if (!listener) {
    complain(listener.error().say);
    return 1;
  }
  if (listener->exposed())
    log.event(base::Level::warn, "exposed",
              {{"listen", options.listen}, {"why", "whoever reaches this address can claim to be any web server"}});
  block_signals();
  const Server server{listener->fd(), options, life, log, metrics};
  const auto workers = options.workers > 0 ? options.workers : static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
  const auto pid = std::to_string(getpid());
  log.event(base::Level::info, "start", {{"pid", pid}, {"workers", options.master ? std::to_string(workers) : "1"}});
  const auto print = [](const std::string& error) {
    if (!error.empty()) complain(error);
  };
  const int status = options.master ? run_master(server, workers) : run_worker(server, print);
  log.event(base::Level::info, "end", {{"pid", pid}, {"status", std::to_string(status)}});
  return status;
}

}  // namespace fcgi
