// seccomp.cc: the filter of system calls.
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <map>
#include <vector>

#include "base/handle.h"
#include "base/text.h"
#include "guard/calls.h"
#include "guard/steps.h"

namespace guard {
namespace {

using Filter = base::Handle<void, seccomp_release>;

base::Error failed(const std::string& what, int error) {
  return {base::Code::internal, "seccomp: " + what + ": " + std::strerror(-error), "cannot confine itself: seccomp: " + what};
}

/// Calls that are newer than Debian 12's libseccomp; since 424 they have one number on all machines.
const std::map<std::string_view, int> kNewer{
    {"map_shadow_stack", 453}, {"futex_wake", 454}, {"futex_wait", 455}, {"futex_requeue", 456}, {"mseal", 462}};

/// Below 0 = this machine has no such call.
int number_of(std::string_view name) {
  const int known = seccomp_syscall_resolve_name(std::string{name}.c_str());
  if (known != __NR_SCMP_ERROR) return known;
  const auto newer = kNewer.find(name);
  return newer == kNewer.end() ? -1 : newer->second;
}

class Builder {
  Filter filter_{seccomp_init(SCMP_ACT_ERRNO(ENOSYS))};
  std::map<int, bool> done_;  // what has a rule without conditions: the first one counts
  int error_ = 0;
  std::string failed_on_;

  void keep(int result, std::string_view what) {
    if (result == 0 || error_ != 0) return;
    error_ = result;
    failed_on_ = what;
  }

 public:
  void all(std::string_view names, std::uint32_t action) {
    for (const auto& name : base::split(names, ' ')) {
      const int number = name.empty() ? -1 : number_of(name);
      if (number >= 0 && !done_.contains(number)) keep(seccomp_rule_add_array(filter_.get(), action, number, 0, nullptr), name);
      if (number >= 0) done_[number] = true;
    }
  }
  /// Where the arguments are so. Several such rules add up.
  void when(std::string_view name, std::initializer_list<scmp_arg_cmp> arguments, std::uint32_t action = SCMP_ACT_ALLOW) {
    const std::vector<scmp_arg_cmp> list{arguments};
    const int number = number_of(name);
    if (number < 0 || done_.contains(number)) return;
    keep(seccomp_rule_add_array(filter_.get(), action, number, static_cast<unsigned>(list.size()), list.data()), name);
  }
  base::Status load() {
    if (!filter_) return failed("init", -ENOMEM);
    keep(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1), "tsync");
    if (error_ == 0) keep(seccomp_load(filter_.get()), "load");
    if (error_ != 0) return failed(failed_on_, error_);
    return base::ok;
  }
};

constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp differs(unsigned argument, std::uint64_t value) { return {argument, SCMP_CMP_NE, value, 0}; }
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) { return {argument, SCMP_CMP_MASKED_EQ, mask, value}; }

/// Memory is written or run, not both: what an attacker writes is no program. (Loaded libraries are mapped from files.)
void memory(Builder& filter) {
  constexpr std::uint64_t both = PROT_WRITE | PROT_EXEC;
  for (const auto* call : {"mmap", "mmap2", "mprotect"}) {
    if (kSanitized) filter.all(call, SCMP_ACT_ALLOW);
    for (const std::uint64_t some : {std::uint64_t{0}, std::uint64_t{PROT_WRITE}, std::uint64_t{PROT_EXEC}})
      filter.when(call, {masked(2, both, some)});
    filter.when(call, {masked(2, both, both)}, kRefuse);
  }
}

/// abort(3), and a worker that ends itself: signals to itself.
void signals(Builder& filter) {
  const auto self = static_cast<std::uint64_t>(::getpid());
  for (const auto* call : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"}) {
    filter.when(call, {equals(0, self)});
    filter.when(call, {differs(0, self)}, kRefuse);
  }
}

/// Threads, but no processes: clone3 hides its flags in memory, so it does not exist (glibc then takes clone).
void threads(Builder& filter) {
  filter.when("clone", {masked(0, CLONE_THREAD, CLONE_THREAD)});
  filter.when("clone", {masked(0, CLONE_THREAD, 0)}, kRefuse);
  filter.when("prctl", {equals(0, PR_SET_NAME)});
  filter.when("prctl", {equals(0, PR_GET_NAME)});
  filter.when("prctl", {equals(0, PR_SET_VMA)});  // glibc names its memory
}

/// TCP, UDP and Unix sockets; netlink for getaddrinfo(3), which asks which addresses the machine has, and binds for that: an address of 12
/// bytes is netlink's alone. Nothing else is bound, and nothing listens: the socket that we serve was made before.
void sockets(Builder& filter) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX}) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET})
      filter.when("socket", {equals(0, static_cast<std::uint64_t>(family)), masked(1, 0xf, static_cast<std::uint64_t>(type))});
  }
  filter.when("socket", {equals(0, AF_NETLINK), equals(2, 0)});
  filter.when("socketpair", {equals(0, AF_UNIX)});
  filter.when("bind", {equals(2, 12)});
  filter.when("bind", {differs(2, 12)}, kRefuse);
  for (const auto request : {FIONREAD, FIONBIO, TCGETS}) filter.when("ioctl", {equals(1, static_cast<std::uint64_t>(request))});
}

/// Asking for limits, not setting them.
void limits(Builder& filter) {
  filter.when("prlimit64", {equals(2, 0)});
  filter.when("prlimit64", {differs(2, 0)}, kRefuse);
}

}  // namespace

base::Status restrict_calls(Profile profile) {
  Builder filter;
  if (kSanitized) filter.all(calls::kSanitizers, SCMP_ACT_ALLOW);
  filter.all(calls::kAlive, SCMP_ACT_ALLOW);
  switch (profile) {
    case Profile::worker: filter.all(calls::kWorker, SCMP_ACT_ALLOW); break;
    case Profile::keeper: filter.all(calls::kKeeper, SCMP_ACT_ALLOW); break;
    case Profile::reader: filter.all(calls::kReader, SCMP_ACT_ALLOW); break;
  }
  memory(filter);
  signals(filter);
  limits(filter);
  if (profile == Profile::worker) {
    threads(filter);
    sockets(filter);
  }
  filter.all(calls::kRefused, kRefuse);
  filter.all(calls::kDeadly, SCMP_ACT_KILL_PROCESS);
  return filter.load();
}

}  // namespace guard
