#include "store/sqlite/writer.h"

#include <algorithm>
#include <array>

namespace store::sqlite {
namespace {

/// Rolls back unless the transaction has ended by then.
class Rollback {
  Connection& connection_;

 public:
  explicit Rollback(Connection& connection) : connection_(connection) {}
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;
  ~Rollback() {
    if (connection_.in_transaction()) (void)connection_.run("ROLLBACK");
  }
};

}  // namespace

base::Status Writer::write(const Work& work) {
  thread_local Signal signal;
  Waiter me{work, signal};
  signal.store(waiting, std::memory_order_relaxed);
  bool first = false;
  {
    std::lock_guard lock{mutex_};
    first = queue_.empty();
    queue_.push_back(&me);
  }
  auto turn = first ? std::uint32_t{leads} : signal.load(std::memory_order_acquire);
  for (; turn == waiting; turn = signal.load(std::memory_order_acquire)) signal.wait(waiting, std::memory_order_acquire);
  if (turn == leads) lead_group();
  if (me.thrown) std::rethrow_exception(me.thrown);
  return std::move(me.status);
}

/// The calling thread stands first in the queue: it works for all who have queued by now, then hands the lead on.
void Writer::lead_group() {
  std::array<Waiter*, kMostTogether> group{};
  std::size_t size = 0;
  {
    std::lock_guard lock{mutex_};
    size = std::min(queue_.size(), group.size());
    std::copy_n(queue_.begin(), size, group.begin());
  }
  lead({group.data(), size});
  Waiter* next = nullptr;
  {
    std::lock_guard lock{mutex_};
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
    if (!queue_.empty()) next = queue_.front();
  }
  if (next != nullptr) wake(next->turn, leads);
  for (auto* other : std::span{group.data(), size}.subspan(1)) wake(other->turn, served);  // it may be gone at once; its signal is not
}

/// Whatever happens, each of the group has its answer afterwards: a waiter without one would wait for ever.
void Writer::lead(std::span<Waiter* const> group) noexcept {
  try {
    const auto committed = run_group(group);
    if (committed) return;
    for (auto* waiter : group)
      if (waiter->status) waiter->status = committed.error();  // one whose work failed keeps its own error
  } catch (...) {
    for (auto* waiter : group) waiter->thrown = std::current_exception();
  }
}

base::Status Writer::run_group(std::span<Waiter* const> group) {
  const Rollback rollback{*connection_};
  if (auto begun = connection_->run("BEGIN IMMEDIATE"); !begun) return begun;
  for (auto* waiter : group) {
    if (group.size() > 1) {
      if (auto done = run_in_savepoint(*waiter); !done) return done;
      continue;
    }
    try {
      waiter->status = waiter->work(*connection_);
    } catch (...) {
      waiter->thrown = std::current_exception();
    }
    if (!waiter->status || waiter->thrown) return base::ok;  // alone: the rollback is enough
    if (!connection_->in_transaction()) return base::Error{base::Code::internal, "sqlite: the transaction was rolled back"};
  }
  return connection_->run("COMMIT");
}

/// An error is of the transaction; that of the work is in the waiter. Disk full and I/O errors make SQLite roll back everything at once,
/// and then all of the group have failed.
base::Status Writer::run_in_savepoint(Waiter& waiter) {
  if (auto set = connection_->run("SAVEPOINT work"); !set) return set;
  try {
    waiter.status = waiter.work(*connection_);
  } catch (...) {
    waiter.thrown = std::current_exception();
  }
  if (!connection_->in_transaction())
    return waiter.status ? base::Error{base::Code::internal, "sqlite: the transaction was rolled back"} : waiter.status.error();
  if (!waiter.status || waiter.thrown)
    if (auto undone = connection_->run("ROLLBACK TO work"); !undone) return undone;
  return connection_->run("RELEASE work");
}

}  // namespace store::sqlite
