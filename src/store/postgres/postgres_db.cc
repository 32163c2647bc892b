#include "store/postgres/postgres_db.h"

#include <mutex>

#include "base/text.h"
#include "store/postgres/connection.h"

namespace store::postgres {
namespace {

/// Rolls back unless the transaction is over, also when work throws.
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

class PostgresDb final : public Db {
  struct Lane {
    std::mutex mutex;
    Connection connection;
  };
  const Options options_;
  Lane reads_, writes_;

  base::Status transact(Lane& lane, const char* begin, const Work& work) {
    const std::lock_guard lock{lane.mutex};
    if (auto open = lane.connection.open(options_); !open) return open;
    if (auto begun = lane.connection.run(begin); !begun) return begun;
    const Rollback rollback{lane.connection};
    if (auto done = work(lane.connection); !done) return done;
    return lane.connection.commit();
  }

 public:
  explicit PostgresDb(Options options) : options_(std::move(options)) {}
  base::Status read(const Work& work) override { return transact(reads_, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work); }
  base::Status write(const Work& work) override {
    if (options_.read_only) return base::Error{base::Code::denied, "postgresql: opened for reading only"};
    return transact(writes_, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", work);
  }
};

}  // namespace

bool is_url(std::string_view url) noexcept {
  return base::starts_with_no_case(url, "postgresql://") || base::starts_with_no_case(url, "postgres://");
}

base::Result<std::unique_ptr<Db>> open(const Options& options) {
  if (!is_url(options.url)) {
    const std::string line = "a PostgreSQL database is named by postgresql://user@host/database";
    return base::Error{base::Code::bad_request, line, line};
  }
  auto db = std::make_unique<PostgresDb>(options);
  if (const auto answer = db->read([](Tx&) -> base::Status { return base::ok; }); !answer) return answer.error();
  return std::unique_ptr<Db>{std::move(db)};
}

}  // namespace store::postgres
