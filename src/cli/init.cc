// init.cc: `latchstring init`: an installation from nothing: configuration, master key, database with its first signing key.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "base/url.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "config/files.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

base::Error failed(const std::string& what, const std::string& why) {
  const auto line = what + ": " + why;
  return {base::Code::bad_request, line, line};
}

// O_EXCL: what is there is never written to. Mode 0600 from the first byte on.
base::Status write_new(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path, std::generic_category().message(errno));
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  const bool whole = ::fsync(fd) == 0 && text.empty();
  if (::close(fd) == 0 && whole) return base::ok;
  return failed(path, std::generic_category().message(errno));
}

std::string toml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string toml(const std::vector<std::string>& list) {
  std::vector<std::string> quoted;
  for (const auto& item : list) quoted.push_back(toml(item));
  return '[' + base::join(quoted, ", ") + ']';
}

/// The files of an installation. What did not exist before is taken away again unless keep() was called.
class Files {
  std::vector<std::string> made_;
  bool keep_ = false;

 public:
  std::string config, key, database;
  Files(const std::string& folder, const std::string& wanted) : config(folder + "/latchstring.toml"), key(folder + "/latchstring.key") {
    // A service may not write below /etc (conf/systemd), and its data belongs into /var/lib.
    database = !wanted.empty()               ? fs::absolute(wanted).lexically_normal().string()
               : folder.starts_with("/etc/") ? "/var/lib/latchstring/latchstring.db"
                                             : folder + "/latchstring.db";
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    for (const auto& path : made_) {
      if (!keep_) ::unlink(path.c_str());
    }
  }
  void will_make(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0) made_.push_back(path);
  }
  void keep() { keep_ = true; }
};

std::string configuration(const InitOptions& options, const Files& files, const base::Url& url) {
  auto redirects = options.redirect_uris;
  if (redirects.empty()) redirects.push_back(base::origin_of(url) + (options.demo ? "/callback.html" : "/login/callback"));
  std::map<std::string, std::string> values{{"public_url", toml(options.public_url)},
                                            {"redirect_uris", toml(redirects)},
                                            {"store.url", toml("sqlite:" + files.database)},
                                            {"store.key_file", toml(files.key)}};
  if (options.demo) values["demo.enabled"] = "true";
  return config::reference(values);
}

base::Status make_folders(const std::string& folder, const std::string& database) {
  for (const auto& path : {fs::path{folder}, fs::path{database}.parent_path()}) {
    std::error_code error;
    if (fs::is_directory(path, error)) continue;
    if (!fs::create_directories(path, error)) return failed(path.string(), error ? error.message() : "is no directory");
    ::chmod(path.c_str(), 0750);
  }
  return base::ok;
}

base::Status make(const InitOptions& options, Files& files, const base::Url& url) {
  if (::access(files.config.c_str(), F_OK) == 0) return failed(files.config, "is there already: nothing was changed");
  base::SystemRandom random;
  files.will_make(files.config);
  for (const auto* end : {"", "-wal", "-shm", "-flows", "-flows-wal", "-flows-shm", "-flows-lock"}) files.will_make(files.database + end);
  if (::access(files.key.c_str(), F_OK) != 0) {  // a key that is there may have sealed a database: it is used as it is
    files.will_make(files.key);
    if (auto written = write_new(files.key, std::string{token::Master::make_text(random).reveal()} + '\n'); !written) return written;
  }
  if (auto written = write_new(files.config, configuration(options, files, url)); !written) return written;
  const auto in = open_instance(files.config);
  if (!in) return in.error();
  return ensure_signing_key(**in);
}

// Who runs `init` with sudo has made files that the service's user cannot read.
void print_next(const InitOptions& options, const Files& files) {
  const auto config = files.config.c_str();
  std::printf("configuration, and its manual:  %s\n", config);
  std::printf("master key, to back up apart:   %s\n", files.key.c_str());
  std::printf("database, with a signing key:   %s\n\nnext:\n", files.database.c_str());
  int step = 0;
  if (!options.demo) {
    std::printf("  %d. in %s: redirect_uris, and a provider with its client id and secret (`latchstring providers` lists them);\n", ++step,
                config);
    std::printf("     the callback to register there is your page in redirect_uris or, for redirect mode, %s/o/NAME/callback\n",
                options.public_url.c_str());
  }
  std::printf("  %d. latchstring check --config %s\n", ++step, config);
  if (::geteuid() == 0) {
    const auto folder = config::folder_of(files.config), data = config::folder_of(files.database);
    const auto both = folder == data ? folder : folder + ' ' + data;
    std::printf("  %d. give it to the user that will run latchstring: chown -R USER %s\n", ++step, both.c_str());
  }
  std::printf("  %d. latchstring serve --config %s --listen %s, behind a web server that mounts it at %s\n", ++step, config,
              options.listen.c_str(), options.public_url.c_str());
}

}  // namespace

int run_init(const InitOptions& options) {
  const auto url = base::parse_url(options.public_url);
  if (!url) return complain(failed("--public-url", "it wants an absolute URL, such as https://app.example/auth"));
  const auto folder = fs::absolute(options.folder).lexically_normal();
  Files files{(folder.has_filename() ? folder : folder.parent_path()).string(), options.database};
  if (auto made = make_folders(config::folder_of(files.config), files.database); !made) return complain(made.error());
  if (auto made = make(options, files, *url); !made) return complain(made.error());
  files.keep();
  print_next(options, files);
  return 0;
}

}  // namespace cli
