#include "store/sqlite/readers.h"

#include <utility>

namespace store::sqlite {
namespace {

/// Ends the reading transaction, also when work throws.
class End {
  Connection& connection_;

 public:
  explicit End(Connection& connection) : connection_(connection) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() {
    if (connection_.in_transaction()) (void)connection_.run("COMMIT");
  }
};

template <class F>
struct AtExit {
  F f;
  ~AtExit() { f(); }
};

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
  auto connection = take();
  if (!connection) return connection.error();
  const AtExit back{[&] { give_back(std::move(*connection)); }};
  if (auto begun = (*connection)->run("BEGIN"); !begun) return begun;
  const End end{**connection};
  return work(**connection);
}

}  // namespace store::sqlite
