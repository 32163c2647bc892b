#include "store/sqlite/sqlite_db.h"

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

std::optional<std::string> path_of(std::string_view url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (!base::starts_with_no_case(url, kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.starts_with("///")) url.remove_prefix(2);  // an empty host, as in file:///path
  if (url.empty() || url.starts_with("//") || url.ends_with('/') || url.find('\0') != url.npos) return std::nullopt;
  return std::string{url};
}

}  // namespace store::sqlite
