// check.cc: `latchstring check`: everything that serve needs, looked at one by one, so that one mistake does not hide the next.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/instance.h"
#include "net/curl_client.h"
#include "providers/broker.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_db.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

/// Prints one line for each thing and remembers whether one failed.
class Report {
  int failed_ = 0;

 public:
  void ok(const std::string& what) {
    std::printf("ok   %s\n", what.c_str());
    std::fflush(stdout);  // in order with what goes to standard error
  }
  void fail(const std::string& what, const base::Error& error) {
    ++failed_;
    std::fprintf(stderr, "FAIL %s: %s\n", what.c_str(), (error.say.empty() ? error.detail : error.say).c_str());
  }
  void warn(const std::string& what) { std::printf("warn %s\n", what.c_str()); }
  int status() const { return failed_ == 0 ? 0 : 1; }
};

/// Nothing is kept: what a provider says now is what is looked at.
struct NoCache final : providers::Cache {
  std::optional<Entry> get(std::string_view) override { return std::nullopt; }
  void put(std::string_view, std::string_view) override {}
};

// A file that is not there is fine where it can be made: serve makes it. (`check` makes none: run by root it would be root's.)
bool will_be_made(const std::string& path) {
  auto folder = fs::path{path}.parent_path();
  if (folder.empty()) folder = ".";
  std::error_code error;
  return !fs::exists(path, error) && fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

/// False if it is unusable: then the other one, in the same folder, needs no line of its own.
bool check_database(const std::string& path, const char* database, bool durable, Report& report) {
  const auto what = "database " + path;
  if (will_be_made(path)) {
    report.ok(what + ": is not there yet, serve makes it");
    return true;
  }
  const auto db = store::sqlite::open({.path = path, .durable = durable, .create = false});
  const auto pending = db ? store::pending(**db, store::migrations("sqlite", database)) : db.error();
  if (!pending) {
    report.fail(what, pending.error());
    return false;
  }
  report.ok(what + (*pending == 0 ? "" : ": " + std::to_string(*pending) + " migrations to come, serve applies them"));
  return true;
}

// The master key and the database may each be right and not belong together, after a restore for example.
void check_keys(const config::Config& config, const token::Master& master, Report& report) {
  auto databases = open_databases(config, false);
  if (!databases) return;  // check_database has said it, or serve makes it
  const base::SystemClock clock;
  base::SystemRandom random;
  store::Store store{*databases->main, *databases->flows, clock, random};
  const auto keys = store.keys();
  if (!keys || keys->empty()) return;  // serve makes the first
  if (const auto key = open_key(config, master, keys->front()); key) {
    report.ok("signing keys: the master key opens them");
  } else {
    report.fail("signing keys", key.error());
  }
}

void check_providers(const config::Config& config, Report& report) {
  const auto& up = config.upstream;
  auto client = net::CurlClient::open(
      {.ca_file = up.ca_file, .proxy = up.proxy, .timeout = up.timeout, .max_response = up.max_response, .observe = {}});
  if (!client) return report.fail("calls to providers", client.error());
  NoCache cache;
  const base::SystemClock clock;
  base::SystemRandom random;
  auto broker = providers::Broker::open(config, {**client, cache, clock, random});
  if (!broker) return report.fail("providers", broker.error());
  for (const auto& info : broker->list()) {
    const auto what = "provider " + info.name + " (" + info.protocol + ")";
    if (!info.warning.empty()) report.warn(what + ": " + info.warning);
    if (info.name == "demo" && config.demo.enabled) {
      report.ok(what + ": built in");  // it answers only while serve runs
    } else if (const auto good = broker->check(info.name); good) {
      report.ok(what);
    } else {
      report.fail(what, good.error());
    }
  }
}

}  // namespace

int run_check(const std::string& config_file) {
  const auto config = load_config(config_file);
  if (!config) return complain(config.error());
  Report report;
  report.ok("configuration " + (config->file.empty() ? std::string{"from the environment"} : config->file));
  for (const auto& warning : config->warnings) report.warn(warning);
  const auto master = read_master(*config);
  if (master) {
    report.ok("master key " + config->store.key_file);
  } else {
    report.fail("master key", master.error());
  }
  const auto path = store::sqlite::path_of(config->store.url);
  const bool usable = path && check_database(*path, "main", true, report) && check_database(*path + "-flows", "flows", false, report);
  if (master && usable) check_keys(*config, *master, report);
  check_providers(*config, report);
  return report.status();
}

}  // namespace cli
