// fcgi/process.h: the two kinds of processes of a server: the worker, which serves, and the master, which only keeps workers alive.
#pragma once
#include <functional>
#include <string>

#include "fcgi/server.h"

namespace fcgi {

/// What both need.
struct Server {
  int listen;
  const Options& options;
  const Life& life;
  const base::Log& log;
  base::Metrics& metrics;
};

/// A worker from start to end: life.start, request threads, wait for SIGTERM, SIGINT or SIGUSR1, drain, life.stop. `ready` is called once:
/// with "" when requests are being served, or with the line that says why they are not. Returns the exit status.
int run_worker(const Server& server, const std::function<void(const std::string&)>& ready);

/// The master: forks `workers` and keeps that many until it is told to stop. 1 if the first one cannot start, whose line is printed.
int run_master(const Server& server, int workers);

/// Prints "latchstring: LINE" to standard error: what somebody who starts the program by hand must see.
void complain(const std::string& line);

/// Blocks the signals that masters and workers wait for, in this thread and all that it starts, and ignores SIGPIPE.
void block_signals();

}  // namespace fcgi
