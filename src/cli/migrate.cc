// migrate.cc: `latchstring migrate`. serve does the same by itself; this is for those who want to choose the moment.
#include <cstdio>

#include "cli/commands.h"
#include "cli/instance.h"

namespace cli {

int run_migrate(const std::string& config_file) {
  const auto config = load_config(config_file);
  if (!config) return complain(config.error());
  auto databases = open_databases(*config, true);
  if (!databases) return complain(databases.error());
  const auto before = pending_migrations(*databases);
  if (!before) return complain(before.error());
  if (auto done = migrate(*databases); !done) return complain(done.error());
  if (*before == 0) {
    std::puts("the database is up to date");
  } else {
    std::printf("the database is up to date: %d %s applied\n", *before, *before == 1 ? "migration" : "migrations");
  }
  return 0;
}

}  // namespace cli
