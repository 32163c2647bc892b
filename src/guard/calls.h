// calls.h: which system calls remain, by name; those that one machine has and another has not are passed over. Whatever stands in no list
// answers ENOSYS, as on a kernel that does not have it: libraries are ready for that (clone3 -> clone, openat2 -> openat, io_uring ->
// epoll).
#pragma once
#include <string_view>

namespace guard::calls {

/// What every process needs to stay alive: memory, its descriptors, time, locks, its end.
inline constexpr std::string_view kAlive =
    "read write readv writev close fstat lseek "
    "brk munmap mremap madvise mincore membarrier "
    "futex futex_waitv futex_wait futex_wake futex_requeue get_robust_list set_robust_list rseq set_tid_address sched_yield "
    "clock_gettime clock_getres clock_nanosleep gettimeofday time nanosleep restart_syscall "
    "clock_gettime64 clock_getres_time64 clock_nanosleep_time64 futex_time64 "
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack sigreturn "
    "getpid gettid getppid getuid geteuid getgid getegid getrandom getrusage getrlimit ugetrlimit sysinfo uname times getcpu "
    "sched_getaffinity mseal map_shadow_stack exit exit_group";

/// Besides, for one that serves: files (which, Landlock says), sockets, events.
inline constexpr std::string_view kWorker =
    "open openat stat lstat newfstatat fstatat64 statx fstat64 stat64 lstat64 statfs fstatfs access faccessat faccessat2 readlink "
    "readlinkat "
    "getcwd getdents getdents64 unlink unlinkat pread64 pwrite64 preadv pwritev fsync fdatasync sync_file_range ftruncate ftruncate64 "
    "fallocate fadvise64 fcntl fcntl64 flock fchmod fchown utimensat umask msync dup dup2 dup3 pipe pipe2 "
    "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect6 eventfd eventfd2 "
    "timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4 "
    "connect accept accept4 shutdown sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg getsockname getpeername setsockopt getsockopt "
    "wait4 waitid";

/// Besides, for one that reads what is handed to it: takes a descriptor, waits, sets its own alarm.
inline constexpr std::string_view kReader = "recvmsg sendto recvfrom poll ppoll setitimer";
/// Besides, for one that starts readers and looks after them.
inline constexpr std::string_view kKeeper = "clone fork wait4 waitid prctl seccomp recvmsg sendto recvfrom poll ppoll setitimer";

/// What libraries may try and can do without; and what nobody here does: EPERM, so that whoever tries is told that it is not allowed.
inline constexpr std::string_view kRefused =
    "fork vfork listen tkill rename renameat renameat2 link linkat symlink symlinkat mkdir mkdirat rmdir mknod mknodat chmod fchmodat "
    "chown lchown "
    "fchownat truncate creat chdir fchdir setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset setsid "
    "setpgid "
    "setpriority sched_setscheduler sched_setparam sched_setattr setxattr lsetxattr fsetxattr removexattr memfd_create memfd_secret "
    "inotify_init inotify_init1 fanotify_init io_uring_setup io_uring_enter io_uring_register pidfd_open pidfd_getfd pidfd_send_signal "
    "shmget shmat semget msgget mq_open personality";

/// Nobody has these in mind by mistake: who calls one has taken the process over, which ends at once.
inline constexpr std::string_view kDeadly =
    "execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp bpf perf_event_open userfaultfd "
    "kexec_load kexec_file_load init_module finit_module delete_module mount umount umount2 pivot_root chroot setns unshare "
    "open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr swapon swapoff reboot settimeofday clock_settime adjtimex "
    "clock_adjtime "
    "add_key request_key keyctl iopl ioperm modify_ldt acct quotactl open_by_handle_at syslog vhangup";

/// LeakSanitizer stops the process by a tracer of its own; ThreadSanitizer lays memory out anew.
inline constexpr std::string_view kSanitizers =
    "ptrace personality clone prctl wait4 waitid kill tkill process_vm_readv openat open readlink readlinkat newfstatat stat access getcwd "
    "getdents64 "
    "prlimit64 setrlimit mlock munlock socket ioctl fcntl dup dup2 pipe pipe2 poll msync unlink";

}  // namespace guard::calls
