#include "store/postgres/connection.h"

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/encode.h"
#include "base/handle.h"
#include "base/text.h"

namespace store::postgres {
namespace {

using Result = base::Handle<PGresult, PQclear>;
using Settings = base::Handle<PQconninfoOption, PQconninfoFree>;

// The numbers of types that no version changes (pg_type.dat).
enum Type : Oid { kUnknown = 0, kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26 };

/// libpq's messages have several lines and end with one.
std::string one_line(const char* message) {
  std::string text{base::trim(message != nullptr ? message : "")};
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

base::Error cannot(const std::string& why) {
  const std::string line = "the PostgreSQL database cannot be opened: " + why;
  return base::Error{base::Code::internal, line, line};
}

/// PostgreSQL, Appendix A.
base::Code code_of(std::string_view state) noexcept {
  if (state == "23505") return base::Code::conflict;                                      // unique_violation
  if (state == "42P01") return base::Code::not_found;                                     // undefined_table
  if (state == "40001" || state == "40P01" || state == "55P03") return base::Code::busy;  // serialization, deadlock, lock_not_available
  return base::Code::internal;
}

constexpr const char* kUnreadable = "the URL cannot be read; in user and password, @ : / ? # % are written %40 %3A %2F %3F %23 %25";

/// A password with one of those characters in it shifts the parts: then a piece of it stands where messages name it.
bool is_shifted(std::string_view keyword, std::string_view value) {
  if (keyword == "port") return value.find_first_not_of("0123456789,") != value.npos;
  return (keyword == "host" || keyword == "dbname") && value.find('@') != value.npos;
}

/// The parameters as libpq wants them: integers as text, bytes as they are. `text` owns what `value` points to.
struct Bound {
  std::vector<std::string> text;
  std::vector<const char*> value;
  std::vector<int> length, format;
  std::vector<Oid> type;

  explicit Bound(std::initializer_list<Param> params) {
    text.reserve(params.size());
    for (const auto& param : params) add(param);
  }

 private:
  void add(const Param& param) {
    if (const auto* number = std::get_if<std::int64_t>(&param)) return put(std::to_string(*number), kInt8, 0);
    if (const auto* words = std::get_if<std::string_view>(&param)) return put(std::string{*words}, kText, 0);
    if (const auto* blob = std::get_if<Blob>(&param)) return put(std::string{blob->bytes}, kBytea, 1);
    value.push_back(nullptr);
    length.push_back(0);
    format.push_back(0);
    type.push_back(kUnknown);
  }
  void put(std::string bytes, Oid of, int binary) {
    text.push_back(std::move(bytes));
    value.push_back(text.back().c_str());
    length.push_back(static_cast<int>(text.back().size()));
    format.push_back(binary);
    type.push_back(of);
  }
};

Cell cell_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return {};
  const std::string_view text{PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
  switch (PQftype(result, column)) {
    case kBool: return std::int64_t{text == "t"};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid: return base::parse_int(text).value_or(0);
    case kBytea: return base::hex_decode(text.substr(text.starts_with("\\x") ? 2 : 0)).value_or("");
    default: return std::string{text};
  }
}

Rows rows_of(const PGresult* result) {
  Rows out;
  const int rows = PQntuples(result), columns = PQnfields(result);
  out.rows.resize(static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) out.rows[static_cast<std::size_t>(row)].cells.push_back(cell_of(result, row, column));
  }
  const std::string_view did = PQcmdStatus(const_cast<PGresult*>(result));
  if (!did.starts_with("SELECT")) out.changes = base::parse_int(PQcmdTuples(const_cast<PGresult*>(result))).value_or(0);
  return out;
}

/// What is wanted of every connection, and what the URL may say otherwise.
struct Wanted {
  std::vector<const char*> names, values;
  void put(const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  }
};

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

bool Connection::in_transaction() const noexcept { return connection_ && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

base::Error Connection::lost(std::string_view doing) const {
  return base::Error{base::Code::internal, "postgresql: " + std::string{doing} + ": " + one_line(PQerrorMessage(connection_.get()))};
}

base::Status Connection::open(const Options& options) {
  if (connection_ && PQstatus(connection_.get()) == CONNECTION_OK && !in_transaction()) return base::ok;
  // libpq's own message quotes the part that it stumbled over, which may be half a password.
  const Settings parsed{PQconninfoParse(options.url.c_str(), nullptr)};
  if (!parsed) return cannot(kUnreadable);
  Wanted wanted;
  wanted.put("connect_timeout", "10");
  wanted.put("application_name", "latchstring");
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (is_shifted(option->keyword, option->val)) return cannot(kUnreadable);
    wanted.put(option->keyword, option->val);
  }
  wanted.put("client_encoding", "UTF8");
  wanted.put(nullptr, nullptr);
  connection_.reset(PQconnectdbParams(wanted.names.data(), wanted.values.data(), 0));
  if (!connection_) return cannot("out of memory");
  if (PQstatus(connection_.get()) != CONNECTION_OK) return cannot(one_line(PQerrorMessage(connection_.get())));
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);
  const std::string locks = "SET lock_timeout = " + std::to_string(options.busy_ms);
  if (auto done = run(locks.c_str()); !done) return done;
  return options.read_only ? run("SET default_transaction_read_only = on") : base::Status{base::ok};
}

base::Result<Rows> Connection::run(std::string_view sql, std::initializer_list<Param> params) {
  for (const auto& param : params) {  // libpq would cut the text off there
    const auto* words = std::get_if<std::string_view>(&param);
    if (words != nullptr && words->find('\0') != words->npos)
      return base::Error{base::Code::internal, "postgresql: a text holds a zero byte"};
  }
  const std::string text{sql};
  const Bound bound{params};
  const Result result{PQexecParams(connection_.get(), text.c_str(), static_cast<int>(bound.value.size()), bound.type.data(),
                                   bound.value.data(), bound.length.data(), bound.format.data(), 0)};
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows_of(result.get());
  const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
  if (state == nullptr) return lost("run");
  // The primary message alone: DETAIL quotes the row's values.
  const char* message = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  return base::Error{code_of(state), "postgresql: " + one_line(message) + " (" + state + ")"};
}

base::Status Connection::run(const char* sql) {
  const auto rows = run(sql, {});
  if (!rows) return rows.error();
  return base::ok;
}

base::Status Connection::commit() {
  const Result result{PQexec(connection_.get(), "COMMIT")};
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
    auto error = lost("commit");
    if (state != nullptr) error.code = code_of(state);
    return error;
  }
  if (std::string_view{PQcmdStatus(result.get())} == "ROLLBACK")
    return base::Error{base::Code::internal, "postgresql: the transaction was rolled back"};
  return base::ok;
}

}  // namespace store::postgres
