// store/sqlite/files.h: what is looked at before the library opens a file, so that an error names the file and the way out.
#pragma once
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_db.h"

namespace store::sqlite {

/// Absolute, with the folder's symbolic links resolved. The file itself may be no link (CWE-59). Made with mode 0600 if `create` says so;
/// SQLite gives -wal and -shm the same mode.
base::Result<std::string> prepare_file(const Options& options);

/// A database without fsync can be damaged by a crash of the machine, and by that only. So the first process after a boot checks it,
/// and replaces it by an empty one if it is broken: only login attempts are lost. Processes that start together wait for each other.
base::Status discard_if_broken(const Setup& setup);

}  // namespace store::sqlite
