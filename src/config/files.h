// config/files.h: reading small files that somebody wrote by hand: the configuration, secrets, the master key.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace config {

/// The whole file, at most 1 MiB. Error.say: "PATH: reason", without where it was asked for.
base::Result<base::Secret> read_file(const std::string& path);

/// A file that holds one secret: trailing line ends are taken off, an empty file is refused. `open_to_all` is set if everyone may read it.
base::Result<base::Secret> read_secret_file(const std::string& path, bool& open_to_all);
bool readable_by_all(const std::string& path);

/// `path` as seen from `folder`, if it is relative and folder is not "".
std::string beside(std::string_view folder, std::string_view path);
/// The folder part of a path; "" if it has none.
std::string folder_of(std::string_view path);

}  // namespace config
