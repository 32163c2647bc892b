// files.cc: reading small files.
#include "config/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace config {
namespace {

constexpr std::size_t kMost = 1 << 20;

base::Error failed(const std::string& path, const std::string& why) {
  const std::string line = path + ": " + why;
  return {base::Code::bad_request, line, line};
}
std::string reason() { return std::generic_category().message(errno); }

class File {
  int fd_;

 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
};

}  // namespace

base::Result<base::Secret> read_file(const std::string& path) {
  const File file{path};
  struct stat about {};
  if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0) return failed(path, reason());
  if (S_ISDIR(about.st_mode)) return failed(path, "is a directory");
  if (!S_ISREG(about.st_mode)) return failed(path, "is no regular file");  // a FIFO would hang the start
  if (about.st_size > static_cast<off_t>(kMost)) return failed(path, "larger than 1 MiB");
  // One byte more than the size says: a read that stops short of it has met the end. The buffer never grows, so no copy is left behind.
  std::vector<char> buffer(static_cast<std::size_t>(about.st_size) + 1);
  std::size_t have = 0;
  while (have < buffer.size()) {
    const auto n = ::read(file.fd(), buffer.data() + have, buffer.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(path, reason());
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  base::Secret out{std::string_view{buffer.data(), have}};
  explicit_bzero(buffer.data(), buffer.size());
  return out;
}

bool readable_by_all(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0;
}

base::Result<base::Secret> read_secret_file(const std::string& path, bool& open_to_all) {
  auto text = read_file(path);
  if (!text) return text.error();
  auto view = text->reveal();
  while (!view.empty() && (view.back() == '\n' || view.back() == '\r')) view.remove_suffix(1);
  if (view.empty()) return failed(path, "is empty");
  open_to_all = readable_by_all(path);
  return base::Secret{view};
}

std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return "";
  return std::string{path.substr(0, slash == 0 ? 1 : slash)};
}

std::string beside(std::string_view folder, std::string_view path) {
  if (path.empty() || path.front() == '/' || folder.empty()) return std::string{path};
  return std::string{folder} + (folder.back() == '/' ? "" : "/") + std::string{path};
}

}  // namespace config
