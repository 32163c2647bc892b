// confinement.cc: see confinement.h.
#include "cli/confinement.h"

#include <sys/stat.h>

#include <filesystem>

#include "store/sqlite/sqlite_db.h"

namespace cli {
namespace {

std::string folder_of(const std::string& path) {
  const auto parent = std::filesystem::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

guard::Rules worker_rules(const config::Config& config, const providers::Needs& needs) {
  guard::Rules rules{.profile = guard::Profile::worker, .read = guard::system_files(), .write = {}};
  if (!config.upstream.ca_file.empty()) rules.read.push_back(config.upstream.ca_file);
  // The folder: such files are renewed by putting another in their place.
  for (const auto& file : needs.files) rules.read.push_back(folder_of(file));
  // The folder too: SQLite makes and removes -wal and -shm beside the database.
  if (const auto database = store::sqlite::path_of(config.store.url)) rules.write.push_back(folder_of(*database));
  return rules;
}

std::vector<std::string> watched_files(const config::Config& config) {
  std::vector<std::string> out{"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf"};
  if (!config.upstream.ca_file.empty()) out.push_back(config.upstream.ca_file);
  return out;
}

Watch::Watch(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    struct stat file {};
    const bool there = ::stat(path.c_str(), &file) == 0;
    files_.push_back({path, there ? file.st_dev : 0, there ? file.st_ino : 0});
  }
}

std::optional<std::string> Watch::replaced() const {
  for (const auto& seen : files_) {
    struct stat file {};
    if (::stat(seen.path.c_str(), &file) != 0) continue;  // gone, or about to come back
    if (file.st_dev != seen.device || file.st_ino != seen.inode) return seen.path;
  }
  return std::nullopt;
}

base::Status confine_worker(const config::Config& config, const providers::Needs& needs) {
  const auto& how = config.server.confine;
  if (how == "off") return base::ok;
  if (const auto missing = guard::support().missing(); how == "require" && !missing.empty()) {
    const auto line = "server.confine = \"require\", and this system has not: " + missing;
    return base::Error{base::Code::internal, line, line};
  }
  return guard::confine(worker_rules(config, needs));
}

}  // namespace cli
