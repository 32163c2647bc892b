// cli/serve.h: `latchstring serve`: the real objects are made here and nowhere else.
#pragma once
#include <string>

namespace cli {

struct ServeOptions {
  std::string config_file;  // --config; "" = look for it
  std::string listen;       // "" = descriptor 0
  int workers = -1;         // -1 = as configured
  int threads = -1;
  int socket_mode = 0660;
};

/// Exit status: 0 after a drain, 1 if it could not start (one line on standard error).
int run_serve(const ServeOptions& options);

}  // namespace cli
