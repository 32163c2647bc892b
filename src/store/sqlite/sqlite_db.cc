#include "store/sqlite/sqlite_db.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "store/sqlite/files.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace store::sqlite {
namespace {

class SqliteDb final : public Db {
  Writer writer_;    // goes last: the last connection that closes folds the WAL into the file
  Readers readers_;

 public:
  SqliteDb(std::unique_ptr<Connection> writer, Setup readers) : writer_(std::move(writer)), readers_(std::move(readers)) {}
  base::Status read(const Work& work) override { return readers_.read(work); }
  base::Status write(const Work& work) override { return writer_.write(work); }
};

/// Reads only. A connection for each read in hand, as for our own.
class ForeignDb final : public Db {
  Readers readers_;

 public:
  explicit ForeignDb(Setup setup) : readers_(std::move(setup)) {}
  base::Status read(const Work& work) override { return readers_.read(work); }
  base::Status write(const Work&) override { return base::Error{base::Code::denied, "sqlite: opened for reading only"}; }
};

base::Error explained(base::Error error, const Connection& connection, const std::string& path) {
  error.detail = path + ": " + error.detail;
  if (connection.damaged())
    error.say = "the file " + path + " is damaged or no SQLite database: restore it from a backup, or name another file in store.url";
  else
    error.say = "the database " + path + " cannot be opened: " + error.detail;
  return error;
}

}  // namespace

base::Result<std::unique_ptr<Db>> open(const Options& options) {
  const auto path = prepare_file(options);
  if (!path) return path.error();
  Setup setup{.path = *path, .durable = options.durable, .reader = false, .busy_ms = options.busy_ms};
  if (!options.durable && options.create)
    if (const auto fit = discard_if_broken(setup); !fit) return fit.error();
  auto writer = std::make_unique<Connection>();
  if (const auto opened = writer->open(setup); !opened) return explained(opened.error(), *writer, *path);
  setup.reader = true;
  return std::unique_ptr<Db>{std::make_unique<SqliteDb>(std::move(writer), std::move(setup))};
}

base::Result<std::unique_ptr<Db>> open_foreign(const std::string& path) {
  const auto refused = [&](const std::string& why) { return base::Error{base::Code::bad_request, path + ": " + why, path + ": " + why}; };
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);  // a link is fine here: it is read, not written
  if (failed) return refused(failed.message());
  if (!std::filesystem::is_regular_file(real, failed)) return refused("it is no file");
  if (::access(real.c_str(), R_OK) != 0) return refused(std::strerror(errno));
  const Setup setup{.path = real.string(), .durable = true, .reader = true, .foreign = true, .busy_ms = 5000};
  Connection connection;
  auto opened = connection.open(setup);
  // The first look at the file itself; a WAL that cannot be read without a -shm beside it shows here, too.
  if (opened) opened = connection.run("SELECT count(*) FROM sqlite_master");
  if (opened) return std::unique_ptr<Db>{std::make_unique<ForeignDb>(setup)};
  if (connection.damaged()) return refused("it is no SQLite database, or damaged");
  return refused("it cannot be read (" + opened.error().detail + "); copy it, with its -wal file if there is one, to a folder of your own");
}

std::optional<std::string> path_of(std::string_view url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (!base::starts_with_no_case(url, kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.starts_with("///")) url.remove_prefix(2);  // an empty host, as in file:///path
  if (url.empty() || url.starts_with("//") || url.ends_with('/') || url.find('\0') != url.npos) return std::nullopt;
  return std::string{url};
}

}  // namespace store::sqlite
