#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "guard/guard.h"
#include "guard/steps.h"

namespace guard {

void harden_process() noexcept {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

Support support() noexcept {
  Support out;
  out.landlock = landlock_version();
  // A kernel with filters finds fault with the null pointer; one without, or a container's own filter, with the call.
  out.seccomp = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, nullptr) == -1 && errno == EFAULT;
  return out;
}

std::string Support::missing() const {
  std::string out;
  if (landlock == 0) out = "Landlock (files)";
  if (!seccomp) out += out.empty() ? "seccomp (system calls)" : ", seccomp (system calls)";
  return out;
}

base::Status confine(const Rules& rules) {
  const auto have = support();
  // Landlock first: the filter has no place for its calls.
  if (have.landlock > 0) {
    if (auto done = restrict_files(rules, have.landlock); !done) return done;
  }
  if (!have.seccomp) return base::ok;
  return restrict_calls(rules.profile);
}

std::vector<std::string> system_files() {
  return {// glibc's resolver and the services it names (nsswitch.conf(5), resolv.conf(5)); the last two are where resolv.conf often leads
          "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols",
          "/run/systemd/resolve", "/run/resolvconf",
          // certificates and OpenSSL's own settings
          "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/tls", "/etc/ca-certificates", "/usr/share/ca-certificates",
          "/usr/local/share/ca-certificates",
          // what nsswitch.conf has loaded, and how the loader finds it
          "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
          "/dev/null", "/dev/urandom", "/dev/random"};
}

}  // namespace guard
