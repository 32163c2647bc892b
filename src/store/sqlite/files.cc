#include "store/sqlite/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace store::sqlite {
namespace {

base::Error refused(const std::string& text) { return base::Error{base::Code::internal, "store: " + text, text}; }

std::string reason() { return std::strerror(errno); }

std::string me() { return "user id " + std::to_string(geteuid()); }

base::Result<std::string> folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  char resolved[PATH_MAX];
  if (!realpath(folder.c_str(), resolved)) return refused("the folder " + folder + " of the database: " + reason());
  // The -wal and -shm files are made beside the database, so reading needs this as well.
  if (faccessat(AT_FDCWD, resolved, W_OK | X_OK, AT_EACCESS) != 0)
    return refused("the folder " + std::string{resolved} + " of the database must be writable for " + me() + ": " + reason());
  return std::string{resolved} == "/" ? std::string{} : std::string{resolved};
}

/// Never opens a file that is there: closing it would drop the locks that this process may hold on it (POSIX fcntl locks).
base::Status create_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0) ::close(fd);
  if (fd < 0 && errno != EEXIST) return refused("the database " + path + " cannot be made: " + reason());
  return base::ok;
}

base::Status check_file(const std::string& path) {
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return refused("there is no database " + path + ": `latchstring init` makes it");
    return refused("the database " + path + ": " + reason());
  }
  if (S_ISLNK(file.st_mode)) return refused("the database " + path + " is a symbolic link: name the file that it points to");
  if (!S_ISREG(file.st_mode)) return refused("the database " + path + " is no regular file");
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
    return refused("the database " + path + " must be readable and writable for " + me() + ": " + reason());
  return base::ok;
}

class Lock {
  int fd_;

 public:
  explicit Lock(const std::string& path) : fd_(::open(path.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    while (fd_ >= 0 && flock(fd_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool held() const noexcept { return fd_ >= 0; }
};

/// A number that changes with each boot, as PRAGMA user_version holds it; 0 if the system does not tell.
std::int64_t boot_number() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  return static_cast<std::int64_t>(std::strtoul(id.substr(0, 8).c_str(), nullptr, 16) & 0x7fffffff);
}

/// Ok with true: sound; ok with false: broken. An error is neither (locked, no permission).
base::Result<bool> sound(const Setup& setup, std::int64_t boot) {
  Connection connection;
  const auto broken_or = [&](const base::Error& error) -> base::Result<bool> {
    if (connection.damaged()) return false;
    return error;
  };
  if (const auto opened = connection.open(setup); !opened) return broken_or(opened.error());
  const auto version = connection.run("PRAGMA user_version", {});
  if (!version) return broken_or(version.error());
  if (boot != 0 && version->rows.at(0).integer(0) == boot) return true;
  const auto check = connection.run("PRAGMA quick_check(1)", {});
  if (!check) return broken_or(check.error());
  if (check->rows.at(0).text(0) != "ok") return false;
  const auto marked = connection.run("PRAGMA user_version = " + std::to_string(boot), {});
  if (!marked) return broken_or(marked.error());
  return true;
}

}  // namespace

base::Result<std::string> prepare_file(const Options& options) {
  const auto folder = folder_of(options.path);
  if (!folder) return folder.error();
  const std::string path = *folder + "/" + options.path.substr(options.path.rfind('/') + 1);
  if (options.create)
    if (const auto made = create_file(path); !made) return made.error();
  if (const auto fit = check_file(path); !fit) return fit.error();
  return path;
}

base::Status discard_if_broken(const Setup& setup) {
  const Lock lock{setup.path + "-lock"};
  if (!lock.held()) return refused("the lock file " + setup.path + "-lock: " + reason());
  const auto boot = boot_number();
  auto fine = sound(setup, boot);
  if (!fine) return fine.error();
  if (*fine) return base::ok;
  for (const char* part : {"", "-wal", "-shm"}) unlink((setup.path + part).c_str());
  if (auto made = create_file(setup.path); !made) return made;
  fine = sound(setup, boot);
  if (!fine) return fine.error();
  return base::ok;
}

}  // namespace store::sqlite
