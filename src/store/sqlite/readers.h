// store/sqlite/readers.h: the connections of a process that read. Made when needed, at most a few: reads take microseconds.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/connection.h"

namespace store::sqlite {

class Readers {
  static constexpr int kMost = 8;
  const Setup setup_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the last used is taken first: its cache is warm
  int open_ = 0;

  base::Result<std::unique_ptr<Connection>> take();
  void give_back(std::unique_ptr<Connection> connection) noexcept;

 public:
  explicit Readers(Setup setup) : setup_(std::move(setup)) { idle_.reserve(kMost); }
  /// Runs `work` in a transaction that sees one state of the database. Any thread.
  base::Status read(const Work& work);
};

}  // namespace store::sqlite
