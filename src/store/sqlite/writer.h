// store/sqlite/writer.h: the one connection of a process that writes. SQLite has one write lock for a file; threads that fight for it
// lose a quarter of the throughput. So they queue: the first in the queue runs the work of all who wait in one transaction, commits
// once, and wakes them (as LevelDB's write queue does). One fsync then makes many logins durable.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>

#include "store/sqlite/connection.h"

namespace store::sqlite {

class Writer {
  /// What a queued thread waits for. A word that it sleeps on (futex) rather than a condition variable: whoever is woken finds no mutex
  /// held by the one who woke it. One for each thread, so that it outlives a notification that comes late.
  enum Turn : std::uint32_t { waiting, leads, served };
  using Signal = std::atomic<std::uint32_t>;
  struct Waiter {
    const Work& work;
    Signal& turn;
    base::Status status = base::ok;
    std::exception_ptr thrown = nullptr;  // by its work: thrown again on its own thread
  };
  static constexpr std::size_t kMostTogether = 64;

  std::unique_ptr<Connection> connection_;
  std::mutex mutex_;
  std::deque<Waiter*> queue_;

  static void wake(Signal& turn, Turn now) {
    turn.store(now, std::memory_order_release);
    turn.notify_one();
  }
  void lead_group();
  void lead(std::span<Waiter* const> group) noexcept;
  base::Status run_group(std::span<Waiter* const> group);
  base::Status run_in_savepoint(Waiter& waiter);

 public:
  explicit Writer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  /// Returns when the work is committed, or failed. Any thread.
  base::Status write(const Work& work);
};

}  // namespace store::sqlite
