// fcgi/master.cc: the master. One thread, no database, nothing read from outside: signals, and one pipe from each starting worker.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fcgi/process.h"

namespace fcgi {
namespace {

using base::Level;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{30'000};
constexpr std::chrono::seconds kYoung{10};     // who dies younger than this is started again after a pause
constexpr std::chrono::seconds kHardStop{27};  // workers give up by themselves after 25 s

struct Child {
  enum class State { starting, serving, leaving };
  pid_t pid = -1;
  int pipe = -1;  // its line from run_worker's `ready`
  State state = State::starting;
  bool successor = false;  // of a worker that still serves
  std::string said;        // what came through the pipe
  steady_clock::time_point born;
};

/// One worker's place: whose child, and, when it is empty, when to fill it.
struct Slot {
  std::optional<Child> current, successor;
  std::optional<steady_clock::time_point> start_at;
  milliseconds pause{0};
};

class Master {
  const Server& server_;
  int signals_ = -1;
  std::vector<Slot> slots_;
  std::vector<Child> leaving_;
  bool stopping_ = false;
  steady_clock::time_point stop_by_{};
  std::optional<std::size_t> rolling_;  // the slot that is being replaced
  bool roll_again_ = false;

 public:
  Master(const Server& server, int workers) : server_(server), slots_(static_cast<std::size_t>(workers)) {}
  ~Master() {
    if (signals_ >= 0) close(signals_);
  }
  int run();

 private:
  std::optional<Child> spawn();
  bool first_start();
  void loop();
  milliseconds until_next() const;
  void on_signal(int signal);
  void on_pipe(Slot& slot, Child& child);
  void reap();
  void gone(Slot& slot, std::optional<Child>& child, int status);
  void start_due();
  void stop();
  void roll(std::size_t slot);
  void after_successor(Slot& slot, bool ready);
  void leave(std::optional<Child>& child);
  bool anyone_left() const;
  template <class F>
  void each(F f) {
    for (auto& slot : slots_)
      for (auto* child : {&slot.current, &slot.successor})
        if (*child) f(slot, *child);
  }
  void log(Level level, std::string_view event, pid_t pid, std::string_view why = {}) const {
    const auto text = std::to_string(pid);
    if (why.empty())
      server_.log.event(level, event, {{"pid", text}});
    else
      server_.log.event(level, event, {{"pid", text}, {"why", why}});
  }
};

/// "R" or "E" and the reason; a worker that dies without a word says nothing.
void say(int pipe, const std::string& error) {
  const auto text = error.empty() ? std::string{"R"} : "E" + error;
  [[maybe_unused]] const auto written = write(pipe, text.data(), std::min<std::size_t>(text.size(), 4000));
  close(pipe);
}

std::optional<Child> Master::spawn() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const pid_t master = getpid();
  static_cast<void>(std::fflush(nullptr));  // what is buffered would be written twice
  const pid_t pid = fork();
  if (pid == 0) {
    // A master that was killed leaves no workers behind: they drain (prctl(2), PR_SET_PDEATHSIG).
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != master) std::_Exit(1);
    close(ends[0]);
    close(signals_);
    each([&](Slot&, std::optional<Child>& child) {
      if (child->pipe >= 0) close(child->pipe);
    });
    int status = 1;
    try {
      status = run_worker(server_, [&](const std::string& error) { say(ends[1], error); });
    } catch (const std::exception& e) {
      server_.log.event(Level::error, "worker_failed", {{"why", e.what()}});
    }
    std::exit(status);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return std::nullopt;
  }
  return Child{.pid = pid, .pipe = ends[0], .said = {}, .born = steady_clock::now()};
}

/// The first worker shows whether the configuration works at all; the others follow only then.
bool Master::first_start() {
  slots_[0].current = spawn();
  if (!slots_[0].current) {
    complain(std::string{"cannot start a worker: "} + std::strerror(errno));
    return false;
  }
  auto& child = *slots_[0].current;
  while (child.pipe >= 0 && !stopping_) {
    pollfd fds[] = {{.fd = child.pipe, .events = POLLIN, .revents = 0}, {.fd = signals_, .events = POLLIN, .revents = 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
    if (fds[0].revents) on_pipe(slots_[0], child);
    signalfd_siginfo info{};
    if (child.pipe >= 0 && fds[1].revents && read(signals_, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD)
      on_signal(static_cast<int>(info.ssi_signo));
  }
  if (child.state != Child::State::starting || stopping_) return true;
  complain(child.said.size() > 1 ? child.said.substr(1) : "the first worker died while it started");
  waitpid(child.pid, nullptr, 0);
  return false;
}

void Master::on_pipe(Slot& slot, Child& child) {
  char buffer[4096];
  const auto n = read(child.pipe, buffer, sizeof buffer);
  if (n > 0) {
    child.said.append(buffer, static_cast<std::size_t>(n));
    return;
  }
  if (n < 0 && errno == EINTR) return;
  close(child.pipe);
  child.pipe = -1;
  if (child.said != "R") return;  // it is about to end; reap() deals with it
  log(Level::info, "worker_ready", child.pid);
  if (child.state == Child::State::starting) child.state = Child::State::serving;
  if (child.successor) after_successor(slot, true);
}

void Master::on_signal(int signal) {
  if (signal == SIGCHLD) return reap();
  if (signal != SIGHUP) return stop();
  server_.log.event(Level::info, "reload", {});
  if (rolling_)
    roll_again_ = true;
  else if (!stopping_)
    roll(0);
}

void Master::stop() {
  if (stopping_) return;
  server_.log.event(Level::info, "stop", {});
  stopping_ = true;
  stop_by_ = steady_clock::now() + kHardStop;
  each([&](Slot&, std::optional<Child>& child) { leave(child); });
  for (auto& slot : slots_) slot.start_at.reset();
}

/// Tells a child to drain, and forgets its place.
void Master::leave(std::optional<Child>& child) {
  kill(child->pid, SIGTERM);
  if (child->pipe >= 0) close(child->pipe);
  child->pipe = -1;
  child->state = Child::State::leaving;
  leaving_.push_back(*child);
  child.reset();
}

/// Replaces the worker of a slot: its successor is started first.
void Master::roll(std::size_t slot) {
  rolling_.reset();
  for (; slot < slots_.size(); ++slot) {
    auto& place = slots_[slot];
    if (!place.current) {  // it died and waits for its next start: now is as good
      place.start_at = steady_clock::now();
      continue;
    }
    place.successor = spawn();
    if (!place.successor) {
      server_.log.event(Level::error, "reload_failed", {{"why", std::strerror(errno)}});
      break;
    }
    place.successor->successor = true;
    rolling_ = slot;
    return;
  }
  if (std::exchange(roll_again_, false)) roll(0);
}

void Master::after_successor(Slot& slot, bool ready) {
  if (!ready) {  // the old one stays, and those after it too: what fails once would fail for all
    server_.log.event(
        Level::error, "reload_failed",
        {{"why", slot.successor->said.size() > 1 ? std::string_view{slot.successor->said}.substr(1) : "it died while it started"}});
    slot.successor.reset();
    rolling_.reset();
    if (std::exchange(roll_again_, false)) roll(0);
    return;
  }
  if (slot.current) leave(slot.current);
  slot.current = std::move(slot.successor);
  slot.successor.reset();
  slot.current->successor = false;
  slot.start_at.reset();
  slot.pause = milliseconds{0};
  roll(static_cast<std::size_t>(&slot - slots_.data()) + 1);
}

void Master::reap() {
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    server_.metrics.process_ended(pid);
    if (std::erase_if(leaving_, [&](const Child& child) { return child.pid == pid; })) {
      log(Level::info, "worker_left", pid);
      continue;
    }
    for (auto& slot : slots_) {
      if (slot.successor && slot.successor->pid == pid)
        gone(slot, slot.successor, status);
      else if (slot.current && slot.current->pid == pid)
        gone(slot, slot.current, status);
    }
  }
}

/// A worker that nobody told to go.
void Master::gone(Slot& slot, std::optional<Child>& child, int status) {
  while (child->pipe >= 0) {  // its last words, if it has not been heard yet
    const auto before = child->said.size();
    char buffer[4096];
    const auto n = read(child->pipe, buffer, sizeof buffer);
    if (n > 0) child->said.append(buffer, static_cast<std::size_t>(n));
    if (child->said.size() > before || (n < 0 && errno == EINTR)) continue;
    close(child->pipe);
    child->pipe = -1;
  }
  const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) : "status " + std::to_string(WEXITSTATUS(status));
  const auto why = child->said.starts_with('E') ? child->said.substr(1) : how;
  log(Level::error, "worker_died", child->pid, why);
  if (child->successor) return after_successor(slot, false);
  const bool young = steady_clock::now() - child->born < kYoung;
  child.reset();
  slot.pause = young ? std::clamp(slot.pause * 2, kFirstPause, kLongestPause) : milliseconds{0};
  slot.start_at = steady_clock::now() + slot.pause;
}

void Master::start_due() {
  for (auto& slot : slots_) {
    if (!slot.start_at || *slot.start_at > steady_clock::now()) continue;
    server_.metrics.add("latchstring_worker_restarts_total");
    slot.current = spawn();
    slot.start_at.reset();
    if (slot.current) continue;
    server_.log.event(Level::error, "fork", {{"why", std::strerror(errno)}});
    slot.pause = std::clamp(slot.pause * 2, kFirstPause, kLongestPause);
    slot.start_at = steady_clock::now() + slot.pause;
  }
}

milliseconds Master::until_next() const {
  std::optional<steady_clock::time_point> next;
  if (stopping_) next = stop_by_;
  for (const auto& slot : slots_)
    if (slot.start_at && (!next || *slot.start_at < *next)) next = slot.start_at;
  if (!next) return milliseconds{-1};
  return std::max(std::chrono::ceil<milliseconds>(*next - steady_clock::now()), milliseconds{0});
}

bool Master::anyone_left() const {
  return !leaving_.empty() || std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.current || slot.successor; });
}

void Master::loop() {
  while (!stopping_ || anyone_left()) {
    std::vector<pollfd> fds{{.fd = signals_, .events = POLLIN, .revents = 0}};
    each([&](Slot&, std::optional<Child>& child) {
      if (child->pipe >= 0) fds.push_back({.fd = child->pipe, .events = POLLIN, .revents = 0});
    });
    if (poll(fds.data(), fds.size(), static_cast<int>(until_next().count())) < 0 && errno != EINTR) return;
    for (std::size_t i = 1; i < fds.size(); ++i) {
      if (!fds[i].revents) continue;
      // Found anew by its descriptor: the one before may have changed the slots.
      for (auto& slot : slots_)
        for (auto* child : {&slot.current, &slot.successor})
          if (*child && (*child)->pipe == fds[i].fd) {
            on_pipe(slot, **child);
            goto next;
          }
    next:;
    }
    signalfd_siginfo info{};
    if (fds[0].revents && read(signals_, &info, sizeof info) == sizeof info) on_signal(static_cast<int>(info.ssi_signo));
    if (stopping_ && steady_clock::now() >= stop_by_)
      for (const auto& child : leaving_) kill(child.pid, SIGKILL);
    start_due();
  }
}

int Master::run() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  if (signals_ < 0 || !first_start()) return 1;
  if (!stopping_)
    for (std::size_t i = 1; i < slots_.size(); ++i)
      if (!(slots_[i].current = spawn())) slots_[i].start_at = steady_clock::now() + kFirstPause;
  reap();  // the one that died while the first was waited for
  loop();
  return 0;
}

}  // namespace

int run_master(const Server& server, int workers) { return Master{server, workers}.run(); }

}  // namespace fcgi
