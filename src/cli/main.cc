// main.cc: the one place besides the worker loop that catches: an exception here is an accident (no memory, a bug), never a way of working.
#include <cstdio>
#include <exception>
#include <string_view>

#include "cli/commands.h"
#include "guard/guard.h"
#include "reader/reader.h"

int main(int argc, char** argv) {
  guard::harden_process();
  try {
    // Not a command for people: a worker starts this program anew so, to have XML read (reader/reader.h).
    if (argc > 1 && std::string_view{argv[1]} == "xml-reader") return reader::run_keeper(argc == 2);
    return cli::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "latchstring: unexpected: %s\n", e.what());
    return 1;
  }
}
