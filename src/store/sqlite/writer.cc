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
  Waiter me{.work = work, .thrown = nullptr, .turn = {}};
  std::unique_lock lock{mutex_};
  queue_.push_back(&me);
  me.turn.wait(lock, [&] { return me.done || queue_.front() == &me; });
  if (!me.done) {
    std::array<Waiter*, kMostTogether> group{};
    const auto size = std::min(queue_.size(), group.size());
    std::copy_n(queue_.begin(), size, group.begin());
    lock.unlock();
    lead({group.data(), size});
    lock.lock();
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
    for (auto* other : std::span{group.data(), size}) {
      other->done = true;
      if (other != &me) other->turn.notify_one();  // under the lock: afterwards the waiter may be gone
    }
    if (!queue_.empty()) queue_.front()->turn.notify_one();
  }
  lock.unlock();
  if (me.thrown) std::rethrow_exception(me.thrown);
  return std::move(me.status);
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
