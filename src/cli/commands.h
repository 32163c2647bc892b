// cli/commands.h: what `latchstring COMMAND` does. Each returns the exit status: 0, or 1 after one line on standard error.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cli {

/// check.cc: one line for each thing that must be right: "ok ..." on standard output, "FAIL ..." on standard error.
int run_check(const std::string& config_file);

struct InitOptions {
  std::string folder = ".";
  std::string public_url = "http://localhost:8080/auth";
  std::vector<std::string> redirect_uris;  // empty: one is made from public_url
  std::string listen = "127.0.0.1:9000";   // for the command that is printed at the end
  std::string database;                    // "" = beside the configuration, or /var/lib/latchstring for a folder below /etc
  bool demo = false;
};
/// init.cc: makes an installation; overwrites nothing.
int run_init(const InitOptions& options);

/// migrate.cc: brings the databases up to this program's schema.
int run_migrate(const std::string& config_file);

/// keys.cc
int run_keys_list(const std::string& config_file);
int run_keys_rotate(const std::string& config_file, bool drop_old);
/// master_key.cc: a new master key; `last_step`: seals anew what is stored, and drops the old keys.
int run_keys_master(const std::string& config_file, bool last_step);

/// providers.cc: all, or one by name ("" = all).
int run_providers(const std::string& config_file, const std::string& name, bool json);

struct ImportOptions {
  std::string config_file, source, user_table;
  std::vector<std::string> same_uid;
  bool dry_run = false;
};
/// import.cc. 2: done, but rows were refused.
int run_import_django(const ImportOptions& options);

/// users.cc
int run_users_list(const std::string& config_file, const std::string& text, std::int64_t limit, bool json);
/// `who`: id, username or e-mail.
int run_user_show(const std::string& config_file, const std::string& who);
enum class UserAct { disable, enable, remove };
int run_user(const std::string& config_file, UserAct act, std::int64_t id);
/// users_export.cc
int run_user_export(const std::string& config_file, std::int64_t id);

/// sessions.cc: `id` is a user's, or with `end` a session's.
enum class SessionAct { list, end, end_all };
int run_sessions(const std::string& config_file, SessionAct act, std::int64_t id);

/// explain.cc: what became of a login, by its state or by a request's id.
int run_explain(const std::string& config_file, const std::string& what);

/// The command line: reads it, does what it says. main() calls this and nothing else.
int run(int argc, char** argv);

}  // namespace cli
