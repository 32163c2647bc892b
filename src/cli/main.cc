// main.cc: the one place besides the worker loop that catches: an exception here is an accident (no memory, a bug), never a way of working.
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "guard/guard.h"

int main(int argc, char** argv) {
  guard::harden_process();
  try {
    return cli::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "latchstring: unexpected: %s\n", e.what());
    return 1;
  }
}
