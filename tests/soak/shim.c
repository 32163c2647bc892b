// shim.c: what the soak preloads into latchstring: a wall clock that can be moved, names that can be made to fail, and a disk that can be
// full. It is told what to do by a small file (control.py), mapped once when the program is loaded: before any worker confines itself.
// CLOCK_MONOTONIC is never touched: timeouts stay what they are.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// As control.py packs it. Each member is one aligned word, so a reader never sees half of one.
struct control {
  volatile int64_t offset_us;
  volatile uint32_t names_fail;
  volatile uint32_t disk_full;
};

static const struct control nothing = {0, 0, 0};
static const struct control* control = &nothing;
static int (*real_getaddrinfo)(const char*, const char*, const struct addrinfo*, struct addrinfo**);

// System calls, not library functions: sanitizers have their own versions of those, which are not ready yet when this runs.
__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("SOAK_CONTROL");
  if (!path) return;
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const long at = syscall(SYS_mmap, NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (at > 0) control = (const struct control*)at;
}

static void move(struct timespec* t) {
  int64_t ns = t->tv_nsec + control->offset_us % 1000000 * 1000;
  t->tv_sec += control->offset_us / 1000000;
  if (ns < 0) ns += 1000000000, --t->tv_sec;
  if (ns >= 1000000000) ns -= 1000000000, ++t->tv_sec;
  t->tv_nsec = ns;
}

int clock_gettime(clockid_t clock, struct timespec* t) {
  const long done = syscall(SYS_clock_gettime, clock, t);
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) move(t);
  return (int)done;
}

time_t time(time_t* out) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (out) *out = t.tv_sec;
  return t.tv_sec;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  (void)zone;
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  out->tv_sec = t.tv_sec;
  out->tv_usec = t.tv_nsec / 1000;
  return 0;
}

// *.soak.test is this machine, unless names fail.
int getaddrinfo(const char* restrict node, const char* restrict service, const struct addrinfo* restrict hints,
                struct addrinfo** restrict out) {
  if (!real_getaddrinfo) real_getaddrinfo = (__typeof__(real_getaddrinfo))dlsym(RTLD_NEXT, "getaddrinfo");
  static const char ours[] = ".soak.test";
  const size_t size = node ? strlen(node) : 0;
  if (size < sizeof ours || strcmp(node + size - (sizeof ours - 1), ours) != 0) return real_getaddrinfo(node, service, hints, out);
  if (control->names_fail) return EAI_AGAIN;
  struct addrinfo v4 = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  return real_getaddrinfo("127.0.0.1", service, &v4, out);
}

// SQLite writes with these. A full disk lets what is there be written over, and nothing be added.
static int no_room(int fd, size_t size, off_t at) {
  struct stat file;
  return control->disk_full && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && at + (off_t)size > file.st_size;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (no_room(fd, size, at)) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }
