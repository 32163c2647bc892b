// cli/instance.h: one installation, opened: configuration, master key, both databases. For commands, and for each worker after fork.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "config/config.h"
#include "crypto/keys.h"
#include "store/db.h"
#include "store/store.h"
#include "token/master.h"

namespace cli {

struct Instance {
  config::Config config;
  token::Master master;
  base::SystemClock clock;
  base::SystemRandom random;
  std::unique_ptr<store::Db> main, flows;
  store::Store store;

  Instance(config::Config c, token::Master m, std::unique_ptr<store::Db> main_db, std::unique_ptr<store::Db> flows_db)
      : config(std::move(c)),
        master(std::move(m)),
        main(std::move(main_db)),
        flows(std::move(flows_db)),
        store(*main, *flows, clock, random, {!config.hooks.events.empty(), config.hooks.max_events}) {}
};

/// Reads and checks the configuration, environment included; `file` as --config gave it, "" = look for it.
base::Result<config::Config> load_config(const std::string& file);
/// The configuration again, and the master key, and the databases, which are made and migrated if need be. Error.say: one line that says
/// what is missing and what to do.
base::Result<std::unique_ptr<Instance>> open_instance(const std::string& config_file);

/// The parts of it, for commands that look at each on its own.
base::Result<token::Master> read_master(const config::Config& config);
struct Databases {
  std::unique_ptr<store::Db> main, flows;
};
/// With `create` they are made if they are not there; never migrated.
base::Result<Databases> open_databases(const config::Config& config, bool create);
/// How many migrations the two lack; Code::conflict for a schema that is newer than this program.
base::Result<int> pending_migrations(Databases& databases);
base::Status migrate(Databases& databases);

// signing.cc: the signing keys, sealed under the master key, kept in the database. All are safe in parallel processes.
/// The stored `alg` of the demo provider's key, which signs none of our tokens.
inline constexpr std::string_view kDemoAlg = "demo";
/// Makes the first key of the configured algorithm when there is none. Nothing to do for HS256.
base::Status ensure_signing_key(Instance& in);
/// A new key, which signs from now on; with `retire_others` all others only verify. The new key's id.
base::Result<std::string> add_signing_key(Instance& in, bool retire_others);
/// A stored key, opened. Error.say if the master key is another one than the database was made with.
base::Result<crypto::SignKey> open_key(const config::Config& config, const token::Master& master, const store::StoredKey& row);
/// The demo provider's ES256 key, made when it is first asked for, the same for all processes.
base::Result<crypto::SignKey> demo_key(Instance& in);

/// "2026-11-26 14:05:00 UTC"
std::string readable(base::Time time);

/// Prints "latchstring: " and the error's line to standard error. Returns the exit status, 1.
int complain(const base::Error& error);

}  // namespace cli
