// arguments.cc: the command line. The only file that sees CLI11.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/serve.h"
#include "config/config.h"
#include "fcgi/server.h"

namespace cli {
namespace {

using Act = std::function<int()>;

/// The options' values, and what was chosen. Lives as long as the parser, which writes into it.
struct Chosen {
  std::string config_file;
  ServeOptions serve;
  std::string socket_mode = "0660";
  InitOptions init;
  std::string provider;
  bool json = false, drop_old = false, finish = false;
  std::string who;
  std::int64_t user = 0, limit = 50;
  std::string explained;
  ImportOptions import;
  Act act;
};

CLI::App* command(CLI::App& app, const char* name, const char* help, Chosen& chosen, Act act) {
  auto* sub = app.add_subcommand(name, help);
  sub->callback([&chosen, act = std::move(act)] { chosen.act = act; });
  return sub;
}

CLI::App* with_config(CLI::App* sub, Chosen& chosen) {
  sub->add_option("--config", chosen.config_file,
                  "The file; else $LATCHSTRING_CONFIG, ./latchstring.toml, /etc/latchstring/latchstring.toml");
  return sub;
}

int serve(Chosen& chosen) {
  chosen.serve.config_file = chosen.config_file;
  chosen.serve.socket_mode = static_cast<int>(std::stoul(chosen.socket_mode, nullptr, 8));
  return run_serve(chosen.serve);
}

void add_serve(CLI::App& app, Chosen& chosen) {
  auto* sub = with_config(
      command(app, "serve", "Serve FastCGI; the default when descriptor 0 is a FastCGI socket", chosen, [&] { return serve(chosen); }),
      chosen);
  sub->add_option("--listen", chosen.serve.listen, "HOST:PORT, or a path for a Unix socket; without it, descriptor 0");
  sub->add_option("--workers", chosen.serve.workers, "Processes, instead of server.workers")->check(CLI::Range(0, 256));
  sub->add_option("--threads", chosen.serve.threads, "Requests in hand per process, instead of server.threads")->check(CLI::Range(1, 4096));
  const auto octal = [](const std::string& text) {
    const bool good = !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == std::string::npos;
    return good ? std::string{} : std::string{"it wants an octal number, such as 0660"};
  };
  sub->add_option("--socket-mode", chosen.socket_mode, "Mode of the Unix socket (0660)")->check(octal);
}

void add_init(CLI::App& app, Chosen& chosen) {
  auto* sub =
      command(app, "init", "Make an installation: configuration, master key, database", chosen, [&] { return run_init(chosen.init); });
  sub->add_option("folder", chosen.init.folder, "Where (this folder)");
  sub->add_option("--public-url", chosen.init.public_url, "Where the web server mounts latchstring (http://localhost:8080/auth)");
  sub->add_option("--redirect-uri", chosen.init.redirect_uris, "Your page that receives code and state; may be given again");
  sub->add_option("--database", chosen.init.database, "The database's file (beside the configuration; below /etc: /var/lib/latchstring)");
  sub->add_option("--listen", chosen.init.listen, "For the command that is printed at the end");
  sub->add_flag("--demo", chosen.init.demo, "With the built-in demo provider (public URL on loopback only)");
}

void add_keys(CLI::App& app, Chosen& chosen) {
  auto* keys = app.add_subcommand("keys", "The keys that sign our tokens, and the one that they are sealed with");
  keys->require_subcommand(1);
  with_config(command(*keys, "list", "All keys and what they do", chosen, [&] { return run_keys_list(chosen.config_file); }), chosen);
  auto* rotate = command(*keys, "rotate", "A new key signs; the old ones go on verifying", chosen,
                         [&] { return run_keys_rotate(chosen.config_file, chosen.drop_old); });
  with_config(rotate, chosen)->add_flag("--drop-old", chosen.drop_old, "Drop the old keys now: all tokens that they signed end");
  auto* master = command(*keys, "master", "A new master key; the old one still opens what it sealed", chosen,
                         [&] { return run_keys_master(chosen.config_file, chosen.finish); });
  with_config(master, chosen)->add_flag("--finish", chosen.finish, "After the reload: seal anew what is stored, and drop the old key");
}

void add_users(CLI::App& app, Chosen& chosen) {
  auto* users = app.add_subcommand("users", "Users: find, show, switch off, export, delete");
  users->require_subcommand(1);
  auto* list = command(*users, "list", "Users by id, all or those whose username or e-mail holds TEXT", chosen,
                       [&] { return run_users_list(chosen.config_file, chosen.who, chosen.limit, chosen.json); });
  with_config(list, chosen)->add_option("text", chosen.who, "A part of username or e-mail");
  list->add_option("--limit", chosen.limit, "At most so many (50)")->check(CLI::Range(1, 1'000'000));
  list->add_flag("--json", chosen.json, "For programs");
  auto* show =
      command(*users, "show", "The user and how they sign in", chosen, [&] { return run_user_show(chosen.config_file, chosen.who); });
  with_config(show, chosen)->add_option("who", chosen.who, "Id, username or e-mail")->required();
  auto* save = command(*users, "export", "Everything that is on record of the user, as JSON", chosen,
                       [&] { return run_user_export(chosen.config_file, chosen.user); });
  with_config(save, chosen)->add_option("id", chosen.user, "The user's id")->required();
  const std::tuple<const char*, const char*, UserAct> acts[] = {
      {"disable", "No more logins; all sessions end", UserAct::disable},
      {"enable", "Logins again", UserAct::enable},
      {"delete", "Delete the user and all data", UserAct::remove},
  };
  for (const auto& [name, help, act] : acts) {
    auto* sub = command(*users, name, help, chosen, [&chosen, act = act] { return run_user(chosen.config_file, act, chosen.user); });
    with_config(sub, chosen)->add_option("id", chosen.user, "The user's id")->required();
  }
}

void add_sessions(CLI::App& app, Chosen& chosen) {
  auto* sessions = app.add_subcommand("sessions", "Where a user is signed in");
  sessions->require_subcommand(1);
  const std::tuple<const char*, const char*, const char*, SessionAct> acts[] = {
      {"list", "All devices of a user", "The user's id", SessionAct::list},
      {"end", "Sign one of them out", "The session's id", SessionAct::end},
      {"end-all", "Sign a user out everywhere", "The user's id", SessionAct::end_all},
  };
  for (const auto& [name, help, id, act] : acts) {
    auto* sub = command(*sessions, name, help, chosen, [&chosen, act = act] { return run_sessions(chosen.config_file, act, chosen.user); });
    with_config(sub, chosen)->add_option("id", chosen.user, id)->required();
  }
  auto* explain =
      command(app, "explain", "What became of a login", chosen, [&] { return run_explain(chosen.config_file, chosen.explained); });
  with_config(explain, chosen)->add_option("flow", chosen.explained, "The state= of its address, or a request id")->required();
}

void add_import(CLI::App& app, Chosen& chosen) {
  auto* import = app.add_subcommand("import", "Users from elsewhere");
  import->require_subcommand(1);
  auto* django =
      command(*import, "django", "Users and their social logins from a Django project (djoser, social-auth-app-django)", chosen, [&] {
        chosen.import.config_file = chosen.config_file;
        return run_import_django(chosen.import);
      });
  auto& options = chosen.import;
  with_config(django, chosen)
      ->add_option("source", options.source, "The SQLite file, or postgresql://user@host/database; only read")
      ->required();
  django->add_option("--user-table", options.user_table, "The table of the users, where it cannot be found out");
  django->add_option("--same-uid", options.same_uid, "A provider whose uids are known to be those that it has here; may be given again");
  django->add_flag("--dry-run", options.dry_run, "Tell what would happen, write nothing");
}

void add_rest(CLI::App& app, Chosen& chosen) {
  with_config(command(app, "check", "Look at everything that serve needs", chosen, [&] { return run_check(chosen.config_file); }), chosen);
  with_config(command(app, "migrate", "Bring the database up to this program's schema (serve does it too)", chosen,
                      [&] { return run_migrate(chosen.config_file); }),
              chosen);
  auto* providers = command(app, "providers", "The providers that can be used, or what one of them needs", chosen,
                            [&] { return run_providers(chosen.config_file, chosen.provider, chosen.json); });
  with_config(providers, chosen)->add_option("name", chosen.provider, "One provider");
  providers->add_flag("--json", chosen.json, "For programs");
  command(app, "reference", "Print the annotated configuration: every key, its meaning and default", chosen, [] {
    std::fputs(config::reference().c_str(), stdout);
    return 0;
  });
  command(app, "version", "Print the version", chosen, [] {
    std::puts("latchstring " LATCHSTRING_VERSION);
    return 0;
  });
}

}  // namespace

int run(int argc, char** argv) {
  Chosen chosen;
  CLI::App app{"Social login as a FastCGI application.", "latchstring"};
  with_config(&app, chosen);
  add_serve(app, chosen);
  add_init(app, chosen);
  add_keys(app, chosen);
  add_users(app, chosen);
  add_sessions(app, chosen);
  add_import(app, chosen);
  add_rest(app, chosen);
  app.require_subcommand(0, 1);
  try {  // CLI11 reports by throwing
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "latchstring: %s; see latchstring --help\n", error.what());
    return 1;
  }
  if (chosen.act) return chosen.act();
  if (fcgi::on_descriptor_zero()) return serve(chosen);
  std::fputs(app.help().c_str(), stderr);
  return 1;
}

}  // namespace cli
