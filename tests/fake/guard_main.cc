// guard_main.cc: a process that tries what an attacker would try in one that he has taken over. usage: guard PROFILE FOLDER FILE PORT
// PROFILE: worker, keeper, reader, or none (what the very same attempts do where nothing forbids them). FOLDER may be written to, FILE
// stands elsewhere and may not be read, on PORT of loopback somebody listens. Prints `NAME OUTCOME` for each attempt, each made by a
// process of its own: "done", the name of the error, or "killed".
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "guard/guard.h"

namespace {

std::string folder, file;
int port = 0;
constexpr const char* kTrue = "/bin/true";

int result(long value) { return value < 0 ? errno : 0; }
int opens(const std::string& path, int flags) { return result(::open(path.c_str(), flags | O_CLOEXEC, 0600)); }

int to_loopback(int (*act)(int, const sockaddr*, socklen_t), int type, int number) {
  const int fd = ::socket(AF_INET, type, 0);
  if (fd < 0) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(number));
  return result(act(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

int run_program() {
  char* const arguments[] = {const_cast<char*>(kTrue), nullptr};
  return result(::execve(kTrue, arguments, nullptr));
}
int fork_process() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  return result(pid);
}
int start_thread() {
  try {
    std::thread{[] {}}.join();
  } catch (const std::exception&) {
    return EAGAIN;
  }
  return 0;
}
int resolve() {
  addrinfo hints{};
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  return ::getaddrinfo("localhost", "80", &hints, &found) == 0 && found != nullptr ? 0 : ENOENT;
}
int listen_on() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);  // unbound: the kernel chooses a port
  return fd < 0 ? errno : result(::listen(fd, 1));
}
int look_into_parent() {
  char byte = 0;
  iovec here{&byte, 1}, there{&byte, 1};  // the same address: the parent has forked us
  return result(::process_vm_readv(::getppid(), &here, 1, &there, 1, 0));
}
int bpf() {
  char nothing[128] = {};
  return result(::syscall(SYS_bpf, 0, nothing, sizeof nothing));
}
int map(int protection) {
  void* const memory = ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? errno : 0;
}
int push_key() {
  char key = 'x';
  return result(::ioctl(0, TIOCSTI, &key));
}
int compute() {
  void* const memory = std::malloc(8 << 20);
  std::memset(memory, 1, 8 << 20);
  std::free(memory);
  return 0;
}
int bind_unix() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  return fd < 0 ? errno : result(::syscall(SYS_bind, fd, "\1\0/tmp/socket", 13));
}

struct Attempt {
  const char* name;
  int (*act)();
};
const Attempt kAttempts[] = {
    {"compute", compute},
    {"start_thread", start_thread},
    {"write_in_folder", [] { return opens(folder + "/new", O_WRONLY | O_CREAT); }},
    {"read_elsewhere", [] { return opens(file, O_RDONLY); }},
    {"write_elsewhere", [] { return opens(file, O_WRONLY); }},
    {"create_elsewhere", [] { return opens(file + "-new", O_WRONLY | O_CREAT); }},
    {"read_shadow", [] { return opens("/etc/shadow", O_RDONLY); }},
    {"read_own_memory", [] { return opens("/proc/self/mem", O_RDONLY); }},
    {"read_hosts", [] { return opens("/etc/hosts", O_RDONLY); }},
    {"make_folder", [] { return result(::mkdir((folder + "/sub").c_str(), 0700)); }},
    {"link_elsewhere", [] { return result(::symlink(file.c_str(), (folder + "/link").c_str())); }},
    {"resolve", resolve},
    {"connect", [] { return to_loopback(::connect, SOCK_STREAM, port); }},
    {"bind_tcp", [] { return to_loopback(::bind, SOCK_STREAM, 0); }},
    {"bind_udp", [] { return to_loopback(::bind, SOCK_DGRAM, 0); }},
    {"bind_unix", bind_unix},
    {"listen", listen_on},
    {"raw_socket", [] { return result(::socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }},
    {"packet_socket", [] { return result(::socket(AF_PACKET, SOCK_RAW, 0)); }},
    {"fork", fork_process},
    {"signal_parent", [] { return result(::kill(::getppid(), 0)); }},
    {"write_and_run_memory", [] { return map(PROT_READ | PROT_WRITE | PROT_EXEC); }},
    {"raise_limit",
     [] {
       const rlimit limit{64, 64};
       return result(::setrlimit(RLIMIT_NOFILE, &limit));
     }},
    {"push_key", push_key},
    {"become_nobody", [] { return result(::setuid(65534)); }},
    {"execve", run_program},
    {"ptrace", [] { return result(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
    {"look_into_parent", look_into_parent},
    {"bpf", bpf},
    {"mount", [] { return result(::mount("none", folder.c_str(), "tmpfs", 0, nullptr)); }},
    {"unshare", [] { return result(::unshare(CLONE_NEWNET)); }},
    {"chroot", [] { return result(::chroot(folder.c_str())); }},
};

/// After the attempt nothing of C or C++ runs that might fall to the filter.
int outcome(const Attempt& attempt, const std::string& profile) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    guard::Rules rules{.profile = guard::Profile::worker, .read = guard::system_files(), .write = {folder}};
    if (profile != "worker") rules.read = rules.write = {};
    if (profile == "keeper") rules.profile = guard::Profile::keeper;
    if (profile == "reader") rules.profile = guard::Profile::reader;
    if (profile != "none" && !guard::confine(rules)) ::_exit(255);
    ::_exit(attempt.act());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSYS ? -1 : -2;
  return WEXITSTATUS(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  folder = argv[2];
  file = argv[3];
  port = std::atoi(argv[4]);
  guard::harden_process();
  rlimit core{1, 1};
  ::getrlimit(RLIMIT_CORE, &core);
  std::printf("core_limit %lu\ndumpable %d\nno_new_privileges %d\n", static_cast<unsigned long>(core.rlim_cur), ::prctl(PR_GET_DUMPABLE),
              ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  const auto support = guard::support();
  std::printf("landlock %d\nseccomp %d\n", support.landlock, support.seccomp ? 1 : 0);
  std::fflush(stdout);
  for (const auto& attempt : kAttempts) {
    const int error = outcome(attempt, argv[1]);
    std::printf("%s %s\n", attempt.name,
                error == -1    ? "killed"
                : error == -2  ? "crashed"
                : error == 255 ? "unconfined"
                : error == 0   ? "done"
                               : ::strerrorname_np(error));
    std::fflush(stdout);
    ::umount2(folder.c_str(), MNT_DETACH);  // what "none" has mounted
    ::unlink((folder + "/new").c_str());
    ::rmdir((folder + "/sub").c_str());
    ::unlink((folder + "/link").c_str());
    ::unlink((file + "-new").c_str());
  }
  return 0;
}
