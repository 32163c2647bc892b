// master_key.cc: `latchstring keys master`: another master key, in two steps, so that no process ever meets what it cannot open. First the
// file gets a new first line (the processes read it when they are reloaded); with --finish what is stored is sealed anew and the old go.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cli/commands.h"
#include "cli/instance.h"
#include "config/files.h"
#include "token/sealed.h"

namespace cli {
namespace {

base::Error failed(const std::string& what, const std::string& why) {
  const auto line = what + ": " + why;
  return {base::Code::bad_request, line, line};
}
std::string reason() { return std::generic_category().message(errno); }

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// The key file, replaced whole or not at all; owner and mode stay. PATH.new, which only one can make, keeps a second command out
/// meanwhile.
class Replacement {
  std::string path_, fresh_;
  int fd_ = -1;

 public:
  explicit Replacement(std::string path) : path_(std::move(path)), fresh_(path_ + ".new") {}
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(fresh_.c_str());  // gone already if it took the other's place
  }
  base::Status begin() {
    struct stat about {};
    if (::stat(path_.c_str(), &about) != 0) return failed(path_, reason());
    fd_ = ::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0 && errno == EEXIST)
      return failed(fresh_, "is there: another `keys master` is at work, or one was interrupted: then remove this file");
    if (fd_ < 0) return failed(fresh_, reason());
    const bool ours = about.st_uid == ::geteuid() && about.st_gid == ::getegid();
    if ((!ours && ::fchown(fd_, about.st_uid, about.st_gid) != 0) || ::fchmod(fd_, about.st_mode & 07777) != 0)
      return failed(fresh_, "cannot be given owner and mode of " + path_ + ": " + reason());
    return base::ok;
  }
  base::Status commit(const base::Secret& text) {
    if (!write_all(fd_, text.reveal()) || !write_all(fd_, "\n") || ::fsync(fd_) != 0) return failed(fresh_, reason());
    if (::rename(fresh_.c_str(), path_.c_str()) != 0) return failed(path_, reason());
    const auto folder = config::folder_of(path_);
    const int dir = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {  // the name is there after a power cut, too
      ::fsync(dir);
      ::close(dir);
    }
    return base::ok;
  }
};

base::Result<std::string> key_path(const config::Config& config) {
  std::error_code error;
  const auto path = std::filesystem::canonical(config.store.key_file, error);  // a link's target is replaced, not the link
  if (error) return failed(config.store.key_file, error.message());
  return path.string();
}

base::Status add(const config::Config& config) {
  if (auto readable = read_master(config); !readable) return readable.error();
  const auto path = key_path(config);
  if (!path) return path.error();
  Replacement file{*path};
  if (auto begun = file.begin(); !begun) return begun;
  bool open_to_all = false;
  const auto text = config::read_secret_file(*path, open_to_all);
  if (!text) return text.error();
  base::SystemRandom random;
  const auto more = token::Master::with_new_key(*text, random);
  if (!more) return failed(*path, more.error().say);
  return file.commit(*more);
}

/// Sealed under the first key, if it is not so already.
base::Result<std::optional<std::string>> resealed(Instance& in, const token::Master& first, std::string_view sealed,
                                                  const std::string& context) {
  if (first.open(sealed, context)) return std::optional<std::string>{};
  const auto text = in.master.open(sealed, context);
  if (!text)
    return failed(in.config.store.key_file,
                  "none of its keys opens what the database holds (" + context.substr(0, context.find(':')) + ")");
  return std::optional{in.master.seal(text->reveal(), context, in.random)};
}

base::Result<int> reseal_keys(Instance& in, const token::Master& first) {
  const auto keys = in.store.keys();
  if (!keys) return keys.error();
  int done = 0;
  for (const auto& key : *keys) {
    const auto fresh = resealed(in, first, key.sealed, token::signing_key_context(key.kid));
    if (!fresh) return fresh.error();
    if (!*fresh) continue;
    if (auto written = in.store.reseal_key(key.kid, **fresh); !written) return written.error();
    ++done;
  }
  return done;
}

base::Result<int> reseal_tokens(Instance& in, const token::Master& first) {
  constexpr std::int64_t kSlice = 200;
  int done = 0;
  for (std::int64_t after = 0;;) {
    const auto rows = in.store.all_provider_tokens(after, kSlice);
    if (!rows) return rows.error();
    if (rows->empty()) return done;
    for (const auto& row : *rows) {
      after = row.identity;
      const auto fresh = resealed(in, first, row.sealed, token::tokens_context(row.issuer, row.uid));
      if (!fresh) return fresh.error();
      if (!*fresh) continue;
      if (auto written = in.store.reseal_provider_tokens(row.identity, row.version, **fresh); !written) return written.error();
      ++done;
    }
  }
}

/// How many were sealed anew.
base::Result<int> reseal(Instance& in, const token::Master& first) {
  const auto keys = reseal_keys(in, first), tokens = keys ? reseal_tokens(in, first) : keys.error();
  if (!tokens) return tokens.error();
  return *keys + *tokens;
}

base::Status finish(Instance& in) {
  const auto path = key_path(in.config);
  if (!path) return path.error();
  Replacement file{*path};
  if (auto begun = file.begin(); !begun) return begun;
  const auto first = in.master.first();
  const auto count = reseal(in, first);
  if (!count) return count.error();
  // What a process wrote meanwhile: until the second look finds nothing, the old keys stay.
  const auto again = reseal(in, first);
  if (!again) return again.error();
  if (*again != 0) return failed("the database", "somebody still seals with the old key: reload latchstring (SIGHUP) and run this again");
  bool open_to_all = false;
  const auto text = config::read_secret_file(*path, open_to_all);
  if (!text) return text.error();
  if (auto written = file.commit(token::Master::first_only(*text)); !written) return written;
  std::printf("%d sealed anew; %s holds the new key only\n", *count, path->c_str());
  return base::ok;
}

}  // namespace

int run_keys_master(const std::string& config_file, bool last_step) {
  if (last_step) {
    const auto in = open_instance(config_file);
    if (!in) return complain(in.error());
    if ((*in)->master.count() == 1) {
      std::puts("there is one master key, and nothing to finish");
      return 0;
    }
    const auto done = finish(**in);
    return done ? 0 : complain(done.error());
  }
  const auto config = load_config(config_file);
  if (!config) return complain(config.error());
  if (auto added = add(*config); !added) return complain(added.error());
  std::printf("%s has a new first key; what the old one sealed is still opened\n\nnext:\n", config->store.key_file.c_str());
  std::puts("  1. reload latchstring (SIGHUP, systemctl reload): from then on the new key seals");
  std::printf("  2. when the logins under way are done (flows.ttl, %lld s): latchstring keys master --finish\n",
              static_cast<long long>(config->flows.ttl.count()));
  std::puts("  3. back up the key file, apart from the database");
  return 0;
}

}  // namespace cli
