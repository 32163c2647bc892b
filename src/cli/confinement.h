// cli/confinement.h: what a worker keeps when it gives up the rest (guard/): its database, the calls that it makes, the files that these
// read.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "guard/guard.h"
#include "providers/needs.h"

namespace cli {

guard::Rules worker_rules(const config::Config& config, const providers::Needs& needs);

/// Notices that one of a few files has been put in another's place. Landlock lets a confined process read the very file that was there
/// when it started, by no name: after a change of, say, resolv.conf only a new process reads the new one.
class Watch {
  struct Seen {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  std::vector<Seen> files_;

 public:
  explicit Watch(const std::vector<std::string>& paths);
  /// The first that is another file now.
  std::optional<std::string> replaced() const;
};

/// Those single files that worker_rules lets a worker read.
std::vector<std::string> watched_files(const config::Config& config);

/// Confines the worker as server.confine says; before it has threads. Error.say: one line.
base::Status confine_worker(const config::Config& config, const providers::Needs& needs);

}  // namespace cli
