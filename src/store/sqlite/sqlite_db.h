// store/sqlite/sqlite_db.h: the embedded default. WAL; one writer connection a process whose commits are made in groups (a leader commits
// for all who wait, as LevelDB's write queue does), a pool of reading connections. Open after fork.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/db.h"

namespace store::sqlite {

struct Options {
  std::string path;
  bool durable = true;     // synchronous=FULL; false = OFF (flows: losing the last moments costs a retry)
  bool create = false;     // make the file (mode 0600) if it is not there; one that is not durable is replaced if found broken
  int busy_ms = 5000;
};

/// Error.say names the file and the reason (missing, no permission, no database, read-only directory).
base::Result<std::unique_ptr<Db>> open(const Options& options);
/// Somebody else's database, for reading only: no byte of it changes. Error.say as above.
base::Result<std::unique_ptr<Db>> open_foreign(const std::string& path);
/// "sqlite:/path" or "sqlite:///path" -> "/path", "sqlite:file.db" -> "file.db"; nullopt for other URLs.
std::optional<std::string> path_of(std::string_view url);

}  // namespace store::sqlite
