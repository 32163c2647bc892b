// keeper.cc: the other side: a keeper, and the readers that it starts. The keeper reads nothing from outside and has one thread.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "guard/guard.h"
#include "reader/exchange.h"
#include "reader/reader.h"
#include "xml/work.h"

namespace reader {
namespace {

constexpr int kSocket = 0;
constexpr std::chrono::milliseconds kPause{100};  // before another reader, when one ended by itself

void set_limit(int what, rlim_t value) {
  const rlimit limit{value, value};
  ::setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

/// Far above what the largest document needs, far below what would hurt the machine.
void set_limits() {
  set_limit(RLIMIT_FSIZE, 0);
  set_limit(RLIMIT_NOFILE, 16);
  set_limit(RLIMIT_CORE, 0);
  if (!guard::kSanitized) set_limit(RLIMIT_AS, 512 << 20);
}

/// By the clock: a reader that hangs ends as surely as one that computes. SIGALRM's own way is the end of the process.
void set_alarm(std::chrono::seconds after) {
  itimerval when{};
  when.it_value.tv_sec = after.count();
  ::setitimer(ITIMER_REAL, &when, nullptr);
}

/// One request. An exception (no memory) ends the reader, as anything else that should not happen does.
void serve(xml::Workshop& workshop, int fd) {
  const Descriptor socket{fd};
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  set_alarm(kDeadline);
  if (const auto request = receive_message(fd, kLargestRequest, deadline)) send_message(fd, workshop.work(*request), deadline);
  set_alarm(std::chrono::seconds{0});
}

/// 0 when the worker has gone.
int read_requests(bool confined, pid_t keeper) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper) return 0;
  if (confined && !guard::confine({.profile = guard::Profile::reader, .read = {}, .write = {}})) return 1;
  xml::Workshop workshop;
  for (int fd; (fd = receive_descriptor(kSocket)) >= 0;) serve(workshop, fd);
  return 0;
}

bool start_reader(bool confined) {
  const pid_t keeper = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid > 0;
  int status = 1;
  try {
    status = read_requests(confined, keeper);
  } catch (const std::exception&) {
  }
  ::_exit(status);
}

/// Until the worker is gone, which readers tell by ending with 0. Then there is nothing to take down: LeakSanitizer, at an ordinary end, would
/// wait for ever for a tracer that it may not have here.
int keep(bool confined) {
  int alive = 0;
  for (;;) {
    while (alive < kReaders && start_reader(confined)) ++alive;
    if (alive == 0) return 1;
    int status = 0;
    if (::waitpid(-1, &status, 0) < 0) return 1;
    --alive;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ::_exit(0);
    ::usleep(static_cast<useconds_t>(std::chrono::microseconds{kPause}.count()));
  }
}

}  // namespace

int run_keeper(bool confined) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(kSocket, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fputs("latchstring: xml-reader is started by workers, not by hand\n", stderr);
    return 1;
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGALRM, SIG_DFL);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);  // the others stay as the worker had them: blocked, since the keeper ends with it
  if (!xml::Workshop::prepare()) return 1;
  set_limits();
  if (confined && !guard::confine({.profile = guard::Profile::keeper, .read = {}, .write = {}})) return 1;
  return keep(confined);
}

}  // namespace reader
