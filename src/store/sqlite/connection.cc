#include "store/sqlite/connection.h"

#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "base/handle.h"
#include "base/text.h"

namespace store::sqlite {
namespace {

std::int64_t monotonic_us() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

base::Code code_of(int extended) noexcept {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return base::Code::conflict;
    case SQLITE_IOERR_SHMSIZE: return base::Code::busy;  // no room on the disk, as below
    default: break;
  }
  const int primary = extended & 0xff;
  // A full disk passes, as a lock does: who is refused may come again (503 with Retry-After), and the log names the reason.
  const bool passes = primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_FULL;
  return passes ? base::Code::busy : base::Code::internal;
}

}  // namespace

/// A prepared statement. SQLite numbers $-parameters by first use; `order` maps its numbers to ours.
class Statement {
 public:
  base::Handle<sqlite3_stmt, sqlite3_finalize> handle;
  std::vector<std::size_t> order;

  int bind(std::initializer_list<Param> params) const noexcept {
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (order[i] >= params.size()) return SQLITE_RANGE;
      const int rc = bind_one(static_cast<int>(i) + 1, params.begin()[order[i]]);
      if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
  }

 private:
  /// STATIC: parameters outlive the run, after which bindings are cleared. A null pointer would bind NULL, hence "".
  int bind_one(int at, const Param& p) const noexcept {
    if (const auto* n = std::get_if<std::int64_t>(&p)) return sqlite3_bind_int64(handle.get(), at, *n);
    if (const auto* t = std::get_if<std::string_view>(&p))
      return sqlite3_bind_text64(handle.get(), at, t->data() ? t->data() : "", t->size(), SQLITE_STATIC, SQLITE_UTF8);
    if (const auto* b = std::get_if<Blob>(&p))
      return sqlite3_bind_blob64(handle.get(), at, b->bytes.data() ? b->bytes.data() : "", b->bytes.size(), SQLITE_STATIC);
    return sqlite3_bind_null(handle.get(), at);
  }
};

namespace {

/// However a run ends, the statement holds neither a lock nor a parameter afterwards.
class Running {
  sqlite3_stmt* statement_;

 public:
  explicit Running(sqlite3_stmt* statement) : statement_(statement) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
};

Cell cell_of(sqlite3_stmt* s, int i) {
  switch (sqlite3_column_type(s, i)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(s, i)};
    default: break;
  }
  const void* bytes = sqlite3_column_blob(s, i);  // of a text: its bytes, no conversion
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(s, i));
  return bytes ? std::string(static_cast<const char*>(bytes), size) : std::string{};
}

Row row_of(sqlite3_stmt* s) {
  Row row;
  const int columns = sqlite3_column_count(s);
  row.cells.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) row.cells.push_back(cell_of(s, i));
  return row;
}

}  // namespace

Connection::Connection() = default;
Connection::~Connection() = default;

void Connection::Close::operator()(sqlite3* db) const noexcept { sqlite3_close(db); }

/// Called by the library while another connection holds the lock. Its own handler sleeps longer and longer, up to 100 ms, which leaves the
/// lock idle and lets one of four processes have 5 % of what another has. Naps as long as a commit takes are right: share 70 % and more,
/// twice the logins. (A file lock to queue at was fairer still, but has no timeout: one process that hangs would stop all others.)
int Connection::wait(void* self, int calls) noexcept {
  auto& busy = *static_cast<Busy*>(self);
  const auto now = monotonic_us();
  if (calls == 0) busy.since_us = now;
  if (now - busy.since_us >= busy.most_us) return 0;
  usleep(busy.nap_us);
  return 1;
}

base::Error Connection::error(std::string_view doing) {
  const int extended = sqlite3_extended_errcode(db_.get());
  const int primary = extended & 0xff;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) damaged_ = true;
  const std::string message = sqlite3_errmsg(db_.get());
  const auto code = base::starts_with_no_case(message, "no such table") ? base::Code::not_found : code_of(extended);
  return base::Error{code, "sqlite: " + std::string{doing} + ": " + message + " (" + std::to_string(extended) + ")"};
}

base::Status Connection::open(const Setup& setup) {
  // Memory statistics would make all threads take one lock for each allocation.
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  sqlite3* raw = nullptr;
  constexpr int kFlags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const int rc =
      sqlite3_open_v2(setup.path.c_str(), &raw, kFlags | (setup.foreign ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE), nullptr);
  db_.reset(raw);
  if (rc != SQLITE_OK) return raw ? error("open") : base::Error{base::Code::internal, "sqlite: out of memory"};
  busy_.most_us = std::int64_t{setup.busy_ms} * 1000;
  busy_.nap_us = setup.durable ? 200 : 50;
  sqlite3_busy_handler(raw, wait, &busy_);
  // A file that somebody has tampered with must not run SQL functions or rewrite the schema.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  if (auto done = settle(setup); !done) return done;
  statements_.clear();
  return base::ok;
}

base::Status Connection::settle(const Setup& setup) {
  if (setup.foreign) return run("PRAGMA query_only = ON");
  if (auto done = turn_to_wal(); !done) return done;
  for (const std::string_view pragma :
       {std::string_view{setup.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF"},
        std::string_view{setup.durable ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF"},
        std::string_view{"PRAGMA wal_autocheckpoint = 4000"}, std::string_view{"PRAGMA temp_store = MEMORY"},
        std::string_view{setup.reader ? "PRAGMA query_only = ON" : "PRAGMA cache_size = -8000"}})
    if (auto done = run(pragma); !done) return done;
  return base::ok;
}

/// Where two connections do this to a new file at the same time, SQLite answers "locked" without asking the busy handler.
base::Status Connection::turn_to_wal() {
  constexpr std::string_view kWal = "PRAGMA journal_mode = WAL";
  auto done = run(kWal);
  for (int calls = 0; !done && done.error().code == base::Code::busy && wait(&busy_, calls) != 0; ++calls) done = run(kWal);
  return done;
}

base::Result<Statement*> Connection::prepared(std::string_view sql) {
  if (const auto it = statements_.find(sql); it != statements_.end()) return it->second.get();
  if (statements_.size() >= 128) statements_.clear();  // more than the program has: somebody builds SQL, which need not be kept
  sqlite3_stmt* raw = nullptr;
  const int rc = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  auto statement = std::make_unique<Statement>();
  statement->handle.reset(raw);
  if (rc != SQLITE_OK) return error("prepare");
  if (!raw) return base::Error{base::Code::internal, "sqlite: prepare: an empty statement"};
  for (int i = 1; i <= sqlite3_bind_parameter_count(raw); ++i) {
    const char* name = sqlite3_bind_parameter_name(raw, i);
    const auto number = name && *name == '$' ? base::parse_int(name + 1) : std::nullopt;
    if (!number || *number < 1) return base::Error{base::Code::internal, "sqlite: prepare: parameters are $1, $2, ..."};
    statement->order.push_back(static_cast<std::size_t>(*number) - 1);
  }
  auto* const found = statement.get();
  statements_.emplace(std::string_view{sqlite3_sql(raw)}, std::move(statement));
  return found;
}

base::Result<Rows> Connection::run(std::string_view sql, std::initializer_list<Param> params) {
  const auto found = prepared(sql);
  if (!found) return found.error();
  sqlite3_stmt* const s = (*found)->handle.get();
  const Running running{s};
  if ((*found)->bind(params) != SQLITE_OK) return base::Error{base::Code::internal, "sqlite: bind: wrong number or size of parameters"};
  Rows rows;
  int rc = SQLITE_ROW;
  while ((rc = sqlite3_step(s)) == SQLITE_ROW) rows.rows.push_back(row_of(s));
  if (rc != SQLITE_DONE) return error("step");
  if (sqlite3_stmt_readonly(s) == 0) rows.changes = sqlite3_changes64(db_.get());
  return rows;
}

base::Status Connection::run(std::string_view sql) {
  const auto rows = run(sql, {});
  if (!rows) return rows.error();
  return base::ok;
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(db_.get()) == 0; }

}  // namespace store::sqlite
