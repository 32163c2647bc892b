// main.cc: the one place besides the worker loop that catches: an exception here is an accident (no memory, a bug), never a way of working.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "cli/commands.h"

namespace {

// A core dump would hold client secrets, keys and tokens (CWE-528).
void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int main(int argc, char** argv) {
  forbid_core_dumps();
  try {
    return cli::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "latchstring: unexpected: %s\n", e.what());
    return 1;
  }
}
