// landlock.cc: files and ports. What is handled is refused unless a rule allows it; nothing allows to run a program, to make a device or
// a socket, or to wait for connections. The interface grows with the kernel: a right that this one does not know is left out.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "guard/steps.h"

namespace guard {
namespace {

// landlock(7). Debian 12's header ends with version 2.
constexpr std::uint64_t kRefer = 1ULL << 13, kTruncate = 1ULL << 14, kDeviceIoctl = 1ULL << 15;
constexpr std::uint64_t kBindTcp = 1ULL << 0;
constexpr std::uint64_t kScopeAbstractSockets = 1ULL << 0, kScopeSignals = 1ULL << 1;
struct Ruleset {
  std::uint64_t files, net, scoped;
};

/// All of version 1.
constexpr std::uint64_t kFirst = (1ULL << 13) - 1;
constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite =
    kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | kTruncate;
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

class Descriptor {
  int fd_;

 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
};

base::Error failed(const std::string& what) {
  return {base::Code::internal, "Landlock: " + what + ": " + std::strerror(errno), "cannot confine itself: Landlock: " + what};
}

Ruleset ruleset_of(int version) {
  Ruleset out{.files = kFirst, .net = 0, .scoped = 0};
  if (version >= 2) out.files |= kRefer;
  if (version >= 3) out.files |= kTruncate;
  if (version >= 5) out.files |= kDeviceIoctl;
  if (version >= 4) out.net = kBindTcp;
  if (version >= 6) out.scoped = kScopeAbstractSockets | kScopeSignals;
  return out;
}
std::size_t size_of(int version) { return version >= 6 ? sizeof(Ruleset) : version >= 4 ? 16 : 8; }

base::Status allow(int ruleset, const std::string& path, std::uint64_t access) {
  const Descriptor file{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return base::ok;  // not there: nothing to allow
  if (!S_ISDIR(found.st_mode)) access &= kOfFiles;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = file.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) return failed(path);
  return base::ok;
}

}  // namespace

int landlock_version() noexcept {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

base::Status restrict_files(const Rules& rules, int version) {
  const auto attributes = ruleset_of(version);
  const Descriptor ruleset{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size_of(version), 0))};
  if (ruleset.get() < 0) return failed("create_ruleset");
  auto read = rules.read;
  if (kSanitized) read.insert(read.end(), {"/proc", "/sys"});  // their reports look at the process
  for (const auto& path : read) {
    if (auto done = allow(ruleset.get(), path, kRead & attributes.files); !done) return done;
  }
  for (const auto& path : rules.write) {
    if (auto done = allow(ruleset.get(), path, kWrite & attributes.files); !done) return done;
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failed("restrict_self");
  return base::ok;
}

}  // namespace guard
