#include "store/sqlite/readers.h"

#include <utility>

namespace store::sqlite {
namespace {

/// Ends the reading transaction, also when work throws.
void end(Connection& connection) noexcept {
  try {
    if (connection.in_transaction()) (void)connection.run("COMMIT");
  } catch (...) {  // no memory: give_back() closes what is still in a transaction
  }
}

}  // namespace

base::Result<std::unique_ptr<Connection>> Readers::take() {
  {
    std::unique_lock lock{mutex_};
    returned_.wait(lock, [&] { return !idle_.empty() || open_ < kMost; });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  auto connection = std::make_unique<Connection>();
  if (auto opened = connection->open(setup_); !opened) {
    give_back(nullptr);
    return opened.error();
  }
  return connection;
}

void Readers::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::lock_guard lock{mutex_};
  if (connection && !connection->in_transaction())
    idle_.push_back(std::move(connection));
  else
    --open_;
  returned_.notify_one();
}

base::Status Readers::read(const Work& work) {
  auto taken = take();
  if (!taken) return taken.error();
  const auto back = [this](Connection* c) noexcept {
    end(*c);
    give_back(std::unique_ptr<Connection>{c});
  };
  const std::unique_ptr<Connection, decltype(back)> connection{taken->release(), back};
  if (auto begun = connection->run("BEGIN"); !begun) return begun;
  return work(*connection);
}

}  // namespace store::sqlite
