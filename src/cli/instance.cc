// instance.cc: opens an installation.
#include "cli/instance.h"

#include <cstdio>
#include <ctime>

#include "config/files.h"
#include "providers/catalogue.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_db.h"

namespace cli {
namespace {

constexpr const char* kDriver = "sqlite";

base::Error failed(std::string line) { return {base::Code::internal, line, line}; }

}  // namespace

base::Result<config::Config> load_config(const std::string& file) {
  const auto env = config::environment();
  return config::load(config::find_file(file, env), env, providers::catalogue_names());
}

base::Result<token::Master> read_master(const config::Config& config) {
  const auto& path = config.store.key_file;
  bool open_to_all = false;
  const auto text = config::read_secret_file(path, open_to_all);
  if (!text) return failed("store.key_file: " + text.error().say + "; `latchstring init` makes one");
  // As OpenSSH does with private keys: whoever reads this file and the database can sign tokens.
  if (open_to_all) return failed("store.key_file: " + path + ": everyone on this machine can read it: chmod 600 it");
  auto master = token::Master::from_text(*text);
  if (!master) return failed("store.key_file: " + path + ": " + (master.error().say.empty() ? master.error().detail : master.error().say));
  return master;
}

base::Result<Databases> open_databases(const config::Config& config, bool create) {
  const auto path = store::sqlite::path_of(config.store.url);
  if (!path) return failed("store.url: it wants \"sqlite:PATH\"");
  auto main = store::sqlite::open({.path = *path, .durable = true, .create = create});
  if (!main) return main.error();
  auto flows = store::sqlite::open({.path = *path + "-flows", .durable = false, .create = create});
  if (!flows) return flows.error();
  return Databases{std::move(*main), std::move(*flows)};
}

base::Result<int> pending_migrations(Databases& databases) {
  const auto main = store::pending(*databases.main, store::migrations(kDriver, "main"));
  if (!main) return main.error();
  const auto flows = store::pending(*databases.flows, store::migrations(kDriver, "flows"));
  if (!flows) return flows.error();
  return *main + *flows;
}

base::Status migrate(Databases& databases) {
  if (auto done = store::migrate(*databases.main, store::migrations(kDriver, "main")); !done) return done;
  return store::migrate(*databases.flows, store::migrations(kDriver, "flows"));
}

base::Result<std::unique_ptr<Instance>> open_instance(const std::string& config_file) {
  auto config = load_config(config_file);
  if (!config) return config.error();
  auto master = read_master(*config);
  if (!master) return master.error();
  auto databases = open_databases(*config, true);
  if (!databases) return databases.error();
  if (auto done = migrate(*databases); !done) return done.error();
  return std::make_unique<Instance>(std::move(*config), std::move(*master), std::move(databases->main), std::move(databases->flows));
}

std::string readable(base::Time time) {
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0 ? std::string{} : std::string{text};
}

int complain(const base::Error& error) {
  const auto& line = error.say.empty() ? error.detail : error.say;
  std::fprintf(stderr, "latchstring: %s\n", line.c_str());
  return 1;
}

}  // namespace cli
