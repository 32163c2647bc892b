// serve.cc: the master reads the configuration once to complain early and to know how many workers; workers read it again after fork, so
// that SIGHUP brings a changed file in, one worker at a time.
#include "cli/serve.h"

#include <cstdio>

#include "cli/worker.h"
#include "fcgi/server.h"
#include "fcgi/spawned.h"
#include "guard/guard.h"

namespace cli {
namespace {

fcgi::Options edge_options(const ServeOptions& options, const config::Config& config) {
  fcgi::Options edge;
  edge.listen = options.listen;
  edge.socket_mode = options.socket_mode;
  edge.mount = config.mount;
  edge.workers = options.workers >= 0 ? options.workers : config.server.workers;
  edge.threads = options.threads > 0 ? options.threads : config.server.threads;
  edge.max_body = config.server.max_body;
  edge.max_params = config.server.max_params;
  edge.max_headers = static_cast<std::size_t>(config.server.max_headers);
  edge.trusted_proxies = config.server.trusted_proxies;
  edge.https = config.https();
  if (options.listen.empty() && fcgi::spawned_by_mod_fcgid()) {
    edge.master = false;
    edge.workers = 1;
  }
  return edge;
}

}  // namespace

int run_serve(const ServeOptions& options) {
  if (options.listen.empty() && !fcgi::on_descriptor_zero()) {
    std::fputs("latchstring: nothing to listen on: descriptor 0 is no FastCGI socket; give --listen HOST:PORT or --listen PATH\n", stderr);
    return 1;
  }
  auto config = load_config(options.config_file);
  if (!config) return complain(config.error());
  const base::SystemClock clock;
  const base::Log log{2, base::Level::info, clock};
  for (const auto& warning : config->warnings) log.event(base::Level::warn, "config", {{"what", warning}});
  if (const auto missing = guard::support().missing(); !missing.empty() && config->server.confine == "try")
    log.event(base::Level::warn, "confine", {{"missing", missing}, {"what", "workers go on without"}});
  base::Metrics metrics;
  base::SystemRandom random;
  flow::Crowd crowd{random};
  std::unique_ptr<Worker> worker;  // in the worker's process only
  const fcgi::Life life{
      .start = [&]() -> base::Result<fcgi::Handler> {
        auto opened = Worker::open(options.config_file, metrics, crowd);
        if (!opened) return opened.error();
        worker = std::move(*opened);
        return fcgi::Handler{[&worker](const http::Request& request) { return worker->handle(request); }};
      },
      .stop = [&] { worker.reset(); }};
  const auto edge = edge_options(options, *config);
  config = base::Error{};  // the master needs no secrets
  return fcgi::serve(edge, life, log, metrics);
}

}  // namespace cli
