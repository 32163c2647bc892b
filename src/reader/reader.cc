// reader.cc: the worker's side.
#include "reader/reader.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "guard/guard.h"
#include "reader/exchange.h"
#include "xml/ask.h"

namespace reader {
namespace {

base::Error cannot(const std::string& why) {
  const auto line = "the reader of XML cannot be started: " + why;
  return {base::Code::internal, line, line};
}

/// None of what is set for the worker, which may hold secrets; the sanitizers' settings where there are sanitizers.
std::vector<std::string> bare_environment() {
  std::vector<std::string> out;
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = guard::kSanitized ? std::getenv(name) : nullptr) out.push_back(std::string{name} + "=" + value);
  }
  return out;
}

void close_all_from(unsigned first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
  for (int fd = static_cast<int>(first); fd < 65536; ++fd) ::close(fd);
}

/// In the child, between fork and the new program: calls that are safe there, and no others.
[[noreturn]] void become_keeper(int socket, pid_t worker, char* const* arguments, char* const* environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it lives no longer than the worker's main thread, which forked it
  if (::getppid() != worker) ::_exit(1);
  // All three standard descriptors are the socket: what a library prints goes nowhere (the worker does not listen), and no descriptor of a
  // request ever gets one of their numbers.
  const int last = guard::kSanitized ? 1 : 2;
  for (int fd = 0; fd <= last; ++fd) {
    if (::dup2(socket, fd) < 0) ::_exit(1);
  }
  close_all_from(3);
  ::execve("/proc/self/exe", arguments, environment);
  ::_exit(127);
}

}  // namespace

base::Result<std::unique_ptr<Reader>> Reader::start(bool confined) {
  int ends[2];
  // Packets: each holds one descriptor, and of several readers one gets it.
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return cannot(std::strerror(errno));
  Descriptor theirs{ends[1]};
  auto settings = bare_environment();
  std::vector<char*> environment;
  for (auto& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);
  std::string name{"latchstring"}, task{"xml-reader"}, how{"unconfined"};
  std::vector<char*> arguments{name.data(), task.data(), confined ? nullptr : how.data(), nullptr};
  const pid_t worker = ::getpid();
  const pid_t keeper = ::fork();
  if (keeper == 0) become_keeper(theirs.get(), worker, arguments.data(), environment.data());
  if (keeper < 0) {
    ::close(ends[0]);
    return cannot(std::strerror(errno));
  }
  theirs.close();
  ::shutdown(ends[0], SHUT_RD);
  std::unique_ptr<Reader> out{new Reader{ends[0], keeper}};
  // Not SIGTERM for oneself, if it fails: the start fails, and says why.
  out->lost_ = true;
  if (const auto there = out->ask(xml::request_of_nothing()); !there) return cannot(there.error().detail);
  out->lost_ = false;
  return out;
}

Reader::~Reader() {
  ::close(socket_);  // readers end at that, and the keeper when they do
  for (int i = 0; i < 100; ++i) {
    if (::waitpid(keeper_, nullptr, WNOHANG) != 0) return;
    ::usleep(10'000);
  }
}

base::Result<std::string> Reader::ask(std::string_view request) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  if (request.size() > kLargestRequest) return base::Error{base::Code::bad_request, "XML: too large to be read"};
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return base::Error{base::Code::busy, std::string{"XML: no socket: "} + std::strerror(errno)};
  const Descriptor ours{ends[0]};
  Descriptor theirs{ends[1]};
  switch (send_descriptor(socket_, theirs.get(), deadline)) {
    case Sent::yes: break;
    case Sent::late: return base::Error{base::Code::busy, "XML: all readers are busy"};
    case Sent::gone:
      if (!lost_.exchange(true)) ::kill(::getpid(), SIGTERM);
      return base::Error{base::Code::busy, "XML: there is no reader any more"};
  }
  theirs.close();
  if (send_message(ours.get(), request, deadline)) {
    if (auto answer = receive_message(ours.get(), kLargestAnswer, deadline)) return std::move(*answer);
  }
  const bool late = std::chrono::steady_clock::now() >= deadline;
  return base::Error{base::Code::bad_request, late ? "XML: the reader took too long" : "XML: the reader died of it"};
}

}  // namespace reader
