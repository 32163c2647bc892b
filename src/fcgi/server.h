// fcgi/server.h: the FastCGI edge. A master takes the socket and forks workers; a worker has request threads and gives each request to a
// handler. The master opens no database and reads nothing from outside. SIGTERM, SIGINT and SIGUSR1 drain (finish what is in hand, 1.5 s
// when idle, 25 s at most); SIGHUP replaces workers one by one, each old one leaving only when its successor says that it is ready; a
// worker that dies is started again, after a pause that doubles up to 30 s when it dies young. Under mod_fcgid (descriptor 0, a parent that
// spawns) the process is one worker.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace fcgi {

struct Options {
  std::string listen;      // "" = descriptor 0; "HOST:PORT" (loopback unless asked otherwise) or a path for a Unix socket
  int socket_mode = 0660;  // of a Unix socket that we make
  std::string mount;       // "/auth": what is taken off REQUEST_URI; "" = root
  int workers = 0;         // 0 = one per core; 1 with master=false = this very process is the worker (mod_fcgid)
  bool master = true;
  int threads = 64;  // requests in hand per worker, 1 to 4096
  std::size_t max_body = 65536;
  std::size_t max_params = 65536;            // all parameters of a request together
  std::size_t max_headers = 100;             // HTTP_* parameters
  std::vector<std::string> trusted_proxies;  // peers whose X-Forwarded-For counts
  bool https = false;                        // public_url's scheme
};

using Handler = std::function<http::Response(const http::Request&)>;

/// What the worker's owner supplies. Both run in the worker's process, after fork.
struct Life {
  /// Opens databases, starts threads, gives the handler. A failure here ends the worker (and, for the first worker, the start).
  std::function<base::Result<Handler>()> start;
  /// After the last request; before the process ends.
  std::function<void()> stop;
};

/// Runs until told to stop. Returns the exit status: 0 after a drain, 1 if it could not start (one line is printed).
int serve(const Options& options, const Life& life, const base::Log& log, base::Metrics& metrics);

/// True if descriptor 0 is a listening socket: started by spawn-fcgi, mod_fcgid or systemd.
bool on_descriptor_zero();

}  // namespace fcgi
