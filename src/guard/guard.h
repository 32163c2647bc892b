// guard.h: less to attack. A process gives up, once and for all, what it will not need again, so that whoever takes it over by a mistake
// of ours or of a library's finds little to do: no program to run, no file to read but the few named, no socket to listen on, no other
// process to look into. The only room that sees libseccomp and Landlock.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "base/sanitized.h"

namespace guard {

using base::kSanitized;

/// For every process, first thing in main: no privileges from what it might run (PR_SET_NO_NEW_PRIVS), no core dumps (CWE-528: they would
/// hold client secrets, keys and tokens), no look into its memory for others of the same user (PR_SET_DUMPABLE).
void harden_process() noexcept;

/// What the kernel, or the container that we run in, lets us use.
struct Support {
  int landlock = 0;  // version of its interface; 0 = none
  bool seccomp = false;
  /// What is not there, for people: "Landlock (files), seccomp (system calls)"; "" = all is there.
  std::string missing() const;
};
Support support() noexcept;

/// Which system calls remain (calls.h).
enum class Profile {
  worker,  // serves requests, calls providers, keeps the database
  keeper,  // starts readers, and nothing else
  reader,  // works on bytes that it is given through a socket
};

struct Rules {
  Profile profile = Profile::worker;
  std::vector<std::string> read;   // files, and folders with all below; what is not there is passed over
  std::vector<std::string> write;  // folders: read, write, make and remove files
};

/// Confines the calling thread and all that it starts from now on, for good: files by Landlock, system calls by seccomp (of every thread
/// there is). So: before threads are started. What the kernel does not have is passed over (support() tells); an error is what it has and
/// refused.
base::Status confine(const Rules& rules);

/// What a worker's libraries may want to read at any time: name resolution, certificates, libraries that name resolution loads.
std::vector<std::string> system_files();

}  // namespace guard
